/* Files that the configuration names: whose they are, and what is in them. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

/* What a file's owner and rights must be (SEC-102), and its size. */
static int
check(struct oki_file *f, const char *name, bool is_secret, size_t max,
    size_t *size, struct onshi_error *e)
{
	struct oki_file_facts facts;
	const char *why = NULL;
	int64_t sys = 0;
	int r;

	if ((r = oki_file_facts(f, &facts, &sys)) != ONSHI_OK)
		return oki_fail_system(e, r, sys, "%s: no facts of the file",
		    name);
	if (!facts.is_ours)
		why = "the file is neither ours nor root's";
	else if (facts.others_write)
		why = "the file may be written by others";
	else if (is_secret && facts.others_read)
		why = "the file may be read by others";
	else if (facts.size <= 0)
		why = "the file is empty";
	else if ((uint64_t)facts.size > max)
		why = "the file is too long";
	if (why != NULL)
		return oki_fail(e, ONSHI_E_CONFIG, "%s: %s", name, why);
	*size = (size_t)facts.size;

	return ONSHI_OK;
}

/*
 * What editors on Windows put before the first byte. UTF-16 begins with bytes
 * that begin no text and no key, and is better named than misread.
 */
static int
take_mark(const char *name, struct oki_buf *b, size_t from,
    struct onshi_error *e)
{
	uint8_t *p = b->data + from;
	size_t len = b->len - from;

	if (len >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 ||
	    memcmp(p, "\xfe\xff", 2) == 0))
		return oki_fail(e, ONSHI_E_CONFIG, "%s: the file is UTF-16: "
		    "save it as UTF-8", name);
	if (len < 3 || memcmp(p, "\xef\xbb\xbf", 3) != 0)
		return ONSHI_OK;
	memmove(p, p + 3, len - 3);
	oki_wipe(p + len - 3, 3);
	b->len -= 3;
	if (len == 3)
		return oki_fail(e, ONSHI_E_CONFIG, "%s: the file is empty",
		    name);

	return ONSHI_OK;
}

int
oki_config_read(const char *name, const char *path, bool is_secret,
    size_t max, struct oki_buf *out, struct onshi_error *e)
{
	struct oki_file *f;
	int64_t sys = 0;
	size_t from = out->len, got, size = 0;
	int r;

	if ((r = oki_file_open_path(path, &f, &sys)) != ONSHI_OK)
		return oki_fail_system(e, r == ONSHI_E_DISK ? ONSHI_E_CONFIG :
		    r, sys, "%s: the file cannot be opened", name);
	if ((r = check(f, name, is_secret, max, &size, e)) != ONSHI_OK)
		goto out;
	if ((r = oki_buf_reserve(out, size)) != ONSHI_OK) {
		r = oki_fail(e, r, "%s: no room for the file", name);
		goto out;
	}
	if ((r = oki_file_read(f, 0, out->data + out->len, size, &got,
	    &sys)) != ONSHI_OK)
		r = oki_fail_system(e, r, sys, "%s: the file cannot be read",
		    name);
	else if (got != size)
		r = oki_fail(e, ONSHI_E_CONFIG, "%s: the file is changing",
		    name);
	out->len += got;
	out->data[out->len] = 0;
	if (r == ONSHI_OK)
		r = take_mark(name, out, from, e);
out:
	oki_file_close(&f);

	return r;
}

int
oki_config_content(const struct onshi_config *c, enum oki_key key, size_t max,
    struct oki_buf *out, struct onshi_error *e)
{
	const char *name = oki_config_key_name(key), *path;
	const uint8_t *bytes;
	size_t from = out->len, len;
	int r;

	if ((bytes = oki_config_bytes(c, key, &len)) == NULL) {
		if ((path = oki_config_text(c, key)) == NULL)
			return oki_fail(e, ONSHI_E_CONFIG, "%s: is not set",
			    name);
		return oki_config_read(name, path, oki_config_is_secret(key),
		    max, out, e);
	}
	if (len > max)
		return oki_fail(e, ONSHI_E_CONFIG, "%s: is too long", name);
	if ((r = oki_buf_append(out, bytes, len)) != ONSHI_OK)
		return oki_fail(e, r, "%s: no room for it", name);

	return take_mark(name, out, from, e);
}
