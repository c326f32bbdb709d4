/*
 * onshikaku.conf: any bytes as a file. All of it is taken or nothing; what is
 * taken can be given key by key, too, and reads the same.
 */
#include "config.h"

#include <unistd.h>

#include "fuzz.h"
#include "onshikaku/config.h"

static char path[4096];

static void
forget(void)
{
	(void)unlink(path);
}

/* One file for all inputs of a process, gone with it. */
static void
write_file(const uint8_t *data, size_t len)
{
	const char *dir = getenv("TMPDIR");
	FILE *f;
	int fd;

	if (path[0] == '\0') {
		(void)snprintf(path, sizeof(path), "%s/fuzz_config.XXXXXX",
		    dir == NULL ? "/tmp" : dir);
		MUST((fd = mkstemp(path)) != -1 && close(fd) == 0);
		MUST(atexit(forget) == 0);
	}
	MUST((f = fopen(path, "wb")) != NULL);
	MUST(fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static struct onshi_config *
fresh(void)
{
	struct onshi_config *c;

	MUST(onshi_config_new(&c) == ONSHI_OK);

	return c;
}

/* The i-th key of the table; one with a variable part stands for a function. */
static bool
key_at(size_t i, char key[128])
{
	const char *name, *about;

	if (onshi_config_key_at(i, "ja", &name, &about) != ONSHI_OK)
		return false;
	(void)snprintf(key, 128, "%s%s", name,
	    name[strlen(name) - 1] == '.' ? "OQSmuquc01req" : "");

	return true;
}

/* a and b have the same values for every key. */
static void
same(const struct onshi_config *a, const struct onshi_config *b)
{
	const char *x, *y;
	char key[128];
	size_t i;
	int r;

	for (i = 0; key_at(i, key); i++) {
		x = y = NULL;
		r = onshi_config_text(a, key, &x);
		MUST(r == ONSHI_OK || r == ONSHI_ABSENT);
		MUST(onshi_config_text(b, key, &y) == r);
		MUST(r != ONSHI_OK || strcmp(x, y) == 0);
	}
}

/* What is set, once more by hand: it is taken, and stays as it is. */
static void
by_hand(const struct onshi_config *c)
{
	struct onshi_config *d = fresh();
	const char *text;
	char key[128];
	size_t i;

	for (i = 0; key_at(i, key); i++)
		if (onshi_config_text(c, key, &text) == ONSHI_OK) {
			MUST(oki_is_utf8(text, strlen(text)));
			MUST(onshi_config_set(d, key, text) == ONSHI_OK);
		}
	same(c, d);
	onshi_config_free(&d);
}

static void
refused(const struct onshi_config *c, int r)
{
	const struct onshi_error *e = onshi_config_error(c);
	struct onshi_config *untouched = fresh();

	MUST(r == ONSHI_E_CONFIG && onshi_error_code(e) == r);
	MUST(onshi_error_text(e)[0] != '\0');
	MUST(oki_is_utf8(onshi_error_text(e), strlen(onshi_error_text(e))));
	same(c, untouched);
	onshi_config_free(&untouched);
}

/* The input as "key=value", without a file. */
static void
set(const uint8_t *data, size_t len)
{
	struct onshi_config *c = fresh();
	char *text, *value;
	int r;

	MUST((text = malloc(len + 1)) != NULL);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	if ((value = strchr(text, '=')) != NULL) {
		*value++ = '\0';
		r = onshi_config_set(c, text, value);
		MUST(r == ONSHI_OK || r == ONSHI_E_CONFIG ||
		    r == ONSHI_E_ARG);
		if (r == ONSHI_OK)
			by_hand(c);
	}
	free(text);
	onshi_config_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct onshi_config *c;
	int r;

	if (len > 0 && data[0] != '[')
		set(data, len);
	write_file(data, len);
	c = fresh();
	if ((r = onshi_config_load(c, path)) == ONSHI_OK)
		by_hand(c);
	else
		refused(c, r);
	onshi_config_free(&c);

	return 0;
}
