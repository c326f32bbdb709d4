/* Whether a value of the configuration can be what its key says. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define PATH_MAX_LEN	1024
#define PATHS_MAX_LEN	8192
#define PLACES_MAX	16
#define PIN_LEN		32
#define PINS_MIN	2

/* Printable UTF-8 on one line. */
static bool
is_line(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if ((*p > 0 && *p < 0x20) || *p == 0x7f)
			return false;

	return oki_is_utf8(s, strlen(s));
}

static const char *
check_text(const struct oki_config_row *row, char *text)
{
	int64_t len = (int64_t)strlen(text);

	if (!is_line(text))
		return "is no line of UTF-8 text";
	if (len < row->low)
		return "is too short";

	return len > row->high ? "is too long" : NULL;
}

static const char *
check_digits(const struct oki_config_row *row, char *text)
{
	return oki_is_digits(text, (size_t)row->low, (size_t)row->high) ?
	    NULL : "is not that many digits";
}

static const char *
check_number(const struct oki_config_row *row, char *text)
{
	int64_t n;

	if (text[0] == '-' || !oki_number(text, &n))
		return "is no number";
	if (n < row->low)
		return "is below the least allowed";

	return n > row->high ? "is above the most allowed" : NULL;
}

int
oki_word_index(const char *words, const char *word)
{
	const char *item;
	size_t len, n = strlen(word);
	int i;

	for (i = 0; oki_list_next(&words, '|', &item, &len); i++)
		if (len == n && memcmp(item, word, n) == 0)
			return i;

	return -1;
}

static const char *
check_word(const struct oki_config_row *row, char *text)
{
	return oki_word_index(row->words, text) >= 0 ? NULL :
	    "is none of the words allowed";
}

static const char *
check_path(const struct oki_config_row *row, char *text)
{
	(void)row;
	if (!is_line(text))
		return "is no line of UTF-8 text";

	return strlen(text) > PATH_MAX_LEN ? "is too long" : NULL;
}

/* It outlives the working directory that it was written in. */
static const char *
check_place(const struct oki_config_row *row, char *text)
{
	if (text[0] != '\0' && is_line(text) && !oki_os_path_is_whole(text))
		return "has to be an absolute path";

	return check_path(row, text);
}

/* Several places, by "|", which no path of Windows holds. */
static const char *
check_places(const struct oki_config_row *row, char *text)
{
	char place[PATH_MAX_LEN + 1];
	const char *item, *rest = text, *why = NULL;
	size_t len, n;

	if (strlen(text) > PATHS_MAX_LEN)
		return "is too long";
	for (n = 0; why == NULL && oki_list_next(&rest, '|', &item, &len);
	    n++) {
		if (len == 0)
			why = "has an empty place";
		else if (len > PATH_MAX_LEN)
			why = "is too long";
		else if (n >= PLACES_MAX)
			why = "has too many places";
		else {
			memcpy(place, item, len);
			place[len] = '\0';
			why = check_place(row, place);
		}
	}

	return why;
}

static const char *
check_url(const struct oki_config_row *row, char *text)
{
	struct oki_url url;

	return (int64_t)strlen(text) > row->high ? "is too long" :
	    oki_url_parse(text, &url);
}

/* Takes every blank out; the lists that it is used for have none inside. */
static void
squeeze(char *text)
{
	const char *from = text;

	for (; *from != '\0'; from++)
		if (*from != ' ' && *from != '\t')
			*text++ = *from;
	*text = '\0';
}

static const char *
check_networks(const struct oki_config_row *row, char *text)
{
	struct oki_network n;
	const char *item, *rest = text;
	size_t len;

	if ((int64_t)strlen(text) > row->high)
		return "is too long";
	while (oki_list_next(&rest, ',', &item, &len)) {
		if (!oki_network_parse(item, len, &n))
			return "has an item that is no address/bits, or has "
			    "bits set behind the prefix";
		if (n.bits == 0)
			return "allows every address";
	}
	squeeze(text);

	return NULL;
}

/* name:port:address[,address] */
static bool
is_address_item(const char *item, size_t len)
{
	struct oki_address a;
	const char *colon, *comma, *end = item + len;
	uint16_t port;

	if ((colon = memchr(item, ':', len)) == NULL ||
	    !oki_is_host(item, (size_t)(colon - item)))
		return false;
	item = colon + 1;
	if ((colon = memchr(item, ':', (size_t)(end - item))) == NULL ||
	    !oki_port_parse(item, (size_t)(colon - item), &port))
		return false;
	for (item = colon + 1; ; item = comma + 1) {
		comma = memchr(item, ',', (size_t)(end - item));
		if (!oki_address_parse(item, (size_t)((comma == NULL ? end :
		    comma) - item), &a))
			return false;
		if (comma == NULL)
			return true;
	}
}

/* Leaves one blank between the items, and none elsewhere. */
static const char *
check_addresses(const struct oki_config_row *row, char *text)
{
	const char *item, *rest = text;
	char *to = text;
	size_t len;

	if ((int64_t)strlen(text) > row->high)
		return "is too long";
	for (; *to != '\0'; to++)
		if (*to == '\t')
			*to = ' ';
	to = text;
	while (oki_list_next(&rest, ' ', &item, &len)) {
		if (len == 0)
			continue;
		if (!is_address_item(item, len))
			return "has an item that is no "
			    "name:port:address[,address]";
		if (to > text)
			*to++ = ' ';
		memmove(to, item, len);
		to += len;
	}
	*to = '\0';

	return to > text ? NULL : "is empty";
}

/* One alone would lock everybody out on the day the key changes (SEC-08). */
static const char *
check_pins(const struct oki_config_row *row, char *text)
{
	struct oki_buf pin;
	const char *item, *rest = text, *why = NULL;
	size_t len, n;

	if ((int64_t)strlen(text) > row->high)
		return "is too long";
	oki_buf_init(&pin, PIN_LEN + 2);
	for (n = 0; why == NULL && oki_list_next(&rest, ',', &item, &len);
	    n++) {
		oki_buf_reset(&pin);
		if (len > 64 || oki_unbase64(&pin, item, len) != ONSHI_OK ||
		    pin.len != PIN_LEN)
			why = "has an item that is no base64 of 32 bytes";
	}
	oki_buf_free(&pin);
	if (why == NULL && n < PINS_MIN)
		why = "needs two pins or more";
	if (why == NULL)
		squeeze(text);

	return why;
}

const char *
oki_config_check(const struct oki_config_row *row, char *text)
{
	static const char *(*const checks[])(const struct oki_config_row *,
	    char *) = {
		[OKI_TEXT] = check_text,
		[OKI_DIGITS] = check_digits,
		[OKI_NUMBER] = check_number,
		[OKI_WORD] = check_word,
		[OKI_PATH] = check_place,
		[OKI_PATHS] = check_places,
		[OKI_FILE] = check_path,
		[OKI_SECRET] = check_path,
		[OKI_URL] = check_url,
		[OKI_NETWORKS] = check_networks,
		[OKI_ADDRESSES] = check_addresses,
		[OKI_PINS] = check_pins
	};

	return checks[row->type](row, text);
}
