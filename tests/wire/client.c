/* One question, by the library's own link, against a server on loopback. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"
#include "tests/sample.h"

static void
need(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "client: %s\n", what);
		abort();
	}
}

static void
set(struct client *c, const char *key, const char *value)
{
	need(onshi_config_set(c->config, key, value) == ONSHI_OK, key);
}

static void
set_bytes(struct client *c, const char *key, const struct oki_buf *b)
{
	bool secret = strstr(key, "key") != NULL;

	need((secret ? onshi_config_set_secret : onshi_config_set_bytes)
	    (c->config, key, b->data, b->len) == ONSHI_OK, key);
}

/* "@ca=inter", "@key=terminal:passphrase": what certs.c makes. */
static void
set_made(struct client *c, const char *what, char *name)
{
	char *pass = strchr(name, ':');
	struct oki_buf b;

	oki_buf_init(&b, 1 << 20);
	if (pass != NULL)
		*pass++ = '\0';
	if (strcmp(what, "@ca") == 0) {
		certs_pem(name, &b);
		set_bytes(c, "link.ca_file", &b);
	} else if (strcmp(what, "@cert") == 0) {
		certs_pem(name, &b);
		set_bytes(c, "link.cert_file", &b);
	} else if (strcmp(what, "@key") == 0) {
		certs_key_pem(name, pass, &b);
		set_bytes(c, "link.key_file", &b);
	} else if (strcmp(what, "@p12") == 0) {
		certs_p12(name, pass, &b);
		set_bytes(c, "link.cert_file", &b);
	} else if (strcmp(what, "@pass") == 0) {
		need(oki_buf_text(&b, name) == ONSHI_OK, "pass");
		set_bytes(c, "link.key_passphrase_file", &b);
	} else {
		certs_crl_pem(name, &b);
		set_bytes(c, "link.crl_file", &b);
	}
	oki_buf_free(&b);
}

static void
set_line(struct client *c, const char *line, size_t len)
{
	char text[1024], *value;

	need(len < sizeof(text), "line");
	memcpy(text, line, len);
	text[len] = '\0';
	need((value = strchr(text, '=')) != NULL, text);
	*value++ = '\0';
	if (text[0] == '@')
		set_made(c, text, value);
	else
		set(c, text, *value == '\0' ? NULL : value);
}

void
client_config(struct client *c, uint16_t port, const char *keys)
{
	char text[128];
	size_t len;

	memset(c, 0, sizeof(*c));
	oki_error_clear(&c->error);
	need(onshi_config_new(&c->config) == ONSHI_OK &&
	    oki_cancel_init(&c->cancel) == ONSHI_OK, "config");
	(void)snprintf(text, sizeof(text), "https://%s:%u", NAME, port);
	set(c, "link.base", text);
	(void)snprintf(text, sizeof(text), "%s:%u:127.0.0.1", NAME, port);
	set(c, "link.addresses", text);
	set(c, "link.networks", "127.0.0.0/8");
	set(c, "limits.connects", "1000");
	set(c, "facility.institution_code", TERMINAL);
	set_line(c, "@ca=root", 8);
	set_line(c, "@cert=terminal", 14);
	set_line(c, "@key=terminal", 13);
	for (; keys != NULL && *keys != '\0'; keys += len) {
		keys += strspn(keys, "\n");
		len = strcspn(keys, "\n");
		if (len > 0)
			set_line(c, keys, len);
	}
}

int
client_new(struct client *c)
{
	need(c->env != NULL || oki_env_new(c->config, &c->env) == ONSHI_OK,
	    "env");
	oki_error_clear(&c->error);

	return c->r = oki_link_new(c->env, &c->link, &c->error);
}

int
client_open(struct client *c, int32_t ms)
{
	int64_t start = oki_os_steady_ms();

	oki_wait_init(&c->wait, c->env, ms, &c->cancel);
	oki_error_clear(&c->error);
	c->r = oki_session_open(c->link, &c->wait, &c->session, &c->error);
	c->took_ms = oki_os_steady_ms() - start;

	return c->r;
}

int
client_ask(struct client *c, const char *prefix, const char *body, size_t len,
    int32_t ms)
{
	int64_t start = oki_os_steady_ms();

	oki_exchange_free(&c->x);
	oki_wait_init(&c->wait, c->env, ms, &c->cancel);
	oki_exchange_init(&c->x, prefix, &c->wait,
	    (size_t)oki_config_number(c->config, OKI_LIMITS_ANSWER_BYTES));
	need(oki_uuid(c->x.request_id) == ONSHI_OK, "uuid");
	c->x.body = (const uint8_t *)body;
	c->x.bodylen = len;
	oki_error_clear(&c->error);
	c->r = oki_session_exchange(c->session, &c->x, &c->error);
	c->took_ms = oki_os_steady_ms() - start;

	return c->r;
}

void
client_close(struct client *c)
{
	oki_session_close(&c->session);
}

void
client_free(struct client *c)
{
	oki_session_close(&c->session);
	oki_exchange_free(&c->x);
	oki_link_free(&c->link);
	oki_env_free(&c->env);
	onshi_config_free(&c->config);
	oki_cancel_free(&c->cancel);
}

int
client_once(struct client *c, uint16_t port, const char *keys, int32_t ms)
{
	static const char body[] = "<XmlMsg/>";

	client_config(c, port, keys);
	if (client_new(c) == ONSHI_OK && client_open(c, ms) == ONSHI_OK)
		(void)client_ask(c, "OQSsiquc01req", body, sizeof(body) - 1,
		    ms);

	return c->r;
}

int
open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	need(d != NULL, "/proc/self/fd");
	while (readdir(d) != NULL)
		n++;
	closedir(d);

	return n;
}

bool
run_fully(void)
{
	return sample_is_full();
}
