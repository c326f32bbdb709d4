/* Where sockets may go: lists of networks, and addresses known beforehand. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define NET4(a, bits)		{ { { a }, 4 }, bits }

/*
 * Never, whatever the configuration says: "this host" (which reaches our own
 * services), multicast and broadcast, and IPv4 written as IPv6, which would
 * be judged by a list that was not made for it (SEC-20).
 */
static const struct oki_network never[] = {
	NET4(0, 8),
	NET4(224, 3),
	{ { { 0 }, 16 }, 128 },
	{ { { 0xff }, 16 }, 8 },
	{ { { [10] = 0xff, [11] = 0xff }, 16 }, 96 }
};

static size_t
count_items(const char *text)
{
	size_t n = 1;

	for (; *text != '\0'; text++)
		if (*text == ',')
			n++;

	return n;
}

int
oki_networks_read(const char *text, struct oki_networks *out)
{
	const char *item;
	size_t len;

	*out = (struct oki_networks){ NULL, 0 };
	if (text == NULL || *text == '\0')
		return ONSHI_OK;
	if ((out->list = oki_alloc_array(count_items(text),
	    sizeof(*out->list))) == NULL)
		return ONSHI_E_NOMEM;
	while (oki_list_next(&text, ',', &item, &len)) {
		if (!oki_network_parse(item, len, &out->list[out->n]) ||
		    out->list[out->n].bits == 0) {
			oki_networks_free(out);
			return ONSHI_E_CONFIG;
		}
		out->n++;
	}

	return ONSHI_OK;
}

void
oki_networks_free(struct oki_networks *n)
{
	oki_free(n->list);
	*n = (struct oki_networks){ NULL, 0 };
}

static bool
is_in(const struct oki_network *list, size_t n, const struct oki_address *a)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (oki_network_has(&list[i], a))
			return true;

	return false;
}

bool
oki_networks_have(const struct oki_networks *n, const struct oki_address *a)
{
	return !is_in(never, OKI_COUNT(never), a) && is_in(n->list, n->n, a);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "name:port:rest": whether name and port are these, and where rest begins. */
static const char *
rest_if_for(const char *item, size_t len, const char *name, uint16_t port)
{
	const char *end = item + len, *colon;
	uint16_t p;

	for (; *name != '\0'; name++, item++)
		if (item == end || lower(*item) != lower(*name))
			return NULL;
	if (item == end || *item++ != ':')
		return NULL;
	colon = memchr(item, ':', (size_t)(end - item));
	if (colon == NULL ||
	    !oki_port_parse(item, (size_t)(colon - item), &p) || p != port)
		return NULL;

	return colon + 1;
}

int
oki_addresses_find(const char *text, const char *name, uint16_t port,
    struct oki_buf *out)
{
	const char *item, *rest;
	bool found = false;
	size_t len;
	int r;

	if (text == NULL)
		return ONSHI_ABSENT;
	while (oki_list_next(&text, ' ', &item, &len)) {
		if ((rest = rest_if_for(item, len, name, port)) == NULL)
			continue;
		if ((r = found ? oki_buf_text(out, ",") :
		    oki_buf_format(out, "%s:%u:", name,
		    (unsigned int)port)) != ONSHI_OK)
			return r;
		if ((r = oki_buf_append(out, rest,
		    (size_t)(item + len - rest))) != ONSHI_OK)
			return r;
		found = true;
	}

	return found ? ONSHI_OK : ONSHI_ABSENT;
}
