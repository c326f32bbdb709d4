/* onshikaku.conf(5), read strictly: all of a file is taken, or nothing. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define FILE_MAX	65536
#define KEY_MAX		128

/* Where reading stands. into is thrown away if a line is refused. */
struct ini {
	struct onshi_config	*into;
	struct onshi_error	*e;
	size_t			 line;
	char			 section[32];
};

static int
fail_line(struct ini *ini, const char *key, const char *why)
{
	return oki_fail(ini->e, ONSHI_E_CONFIG, "line %zu: %s%s%s", ini->line,
	    key, key[0] == '\0' ? "" : ": ", why);
}

/* Bytes of the blank that s begins with, 0 where it does with none. Those that
 * Japanese and European keyboards make, too: nobody can see them. */
static size_t
blank_at(const char *s)
{
	static const char *const blanks[] = { " ", "\t", "\xe3\x80\x80",
	    "\xc2\xa0" };
	size_t i, len;

	for (i = 0; i < OKI_COUNT(blanks); i++) {
		len = strlen(blanks[i]);
		if (strncmp(s, blanks[i], len) == 0)
			return len;
	}

	return 0;
}

/* The same of the blank that ends at s + len. */
static size_t
blank_before(const char *s, size_t len)
{
	size_t n;

	for (n = 1; n <= 3 && n <= len; n++)
		if (blank_at(s + len - n) == n)
			return n;

	return 0;
}

/* s without blanks at its ends; ends it in place. */
static char *
trim(char *s)
{
	size_t len, n;

	while ((n = blank_at(s)) > 0)
		s += n;
	for (len = strlen(s); (n = blank_before(s, len)) > 0; len -= n)
		;
	s[len] = '\0';

	return s;
}

/* Ends the line where a comment begins: at its start or after a blank. */
static void
cut_comment(char *s)
{
	char *p;

	for (p = s; *p != '\0'; p++)
		if ((*p == ';' || *p == '#') && (p == s ||
		    blank_before(s, (size_t)(p - s)) > 0)) {
			*p = '\0';
			return;
		}
}

static int
read_section(struct ini *ini, char *s)
{
	size_t len = strlen(s);

	if (s[len - 1] != ']')
		return fail_line(ini, "", "a section has no ]");
	s[len - 1] = '\0';
	s = trim(s + 1);
	if (!oki_is_word(s, sizeof(ini->section) - 1))
		return fail_line(ini, "", "an unknown section");
	if (!oki_config_is_section(s))
		return fail_line(ini, s, "is no section");
	(void)oki_copy(ini->section, sizeof(ini->section), s);

	return ONSHI_OK;
}

static int
read_setting(struct ini *ini, char *s)
{
	const char *why;
	struct oki_buf key;
	bool twice;
	char *equals, *name, *value;
	int r;

	if ((equals = strchr(s, '=')) == NULL)
		return fail_line(ini, "", "neither [section] nor key = value");
	*equals = '\0';
	name = trim(s);
	value = trim(equals + 1);
	if (!oki_is_word(name, KEY_MAX))
		return fail_line(ini, "", "the key has no form of a key");
	if (ini->section[0] == '\0')
		return fail_line(ini, name, "stands before any [section]");

	oki_buf_init(&key, sizeof(ini->section) + KEY_MAX + 1);
	if ((r = oki_buf_format(&key, "%s.%s", ini->section, name)) !=
	    ONSHI_OK)
		goto out;
	r = oki_config_put(ini->into, (const char *)key.data, value, &why,
	    &twice);
	if (r == ONSHI_E_CONFIG)
		r = fail_line(ini, (const char *)key.data, why);
	else if (r == ONSHI_OK && twice)
		r = fail_line(ini, (const char *)key.data, "stands twice");
out:
	if (r == ONSHI_E_NOMEM)
		r = oki_fail(ini->e, r, "line %zu: no memory", ini->line);
	oki_buf_free(&key);

	return r;
}

static int
read_line(struct ini *ini, char *s)
{
	size_t len = strlen(s);

	if (len > 0 && s[len - 1] == '\r')
		s[len - 1] = '\0';
	if (strchr(s, '\r') != NULL)
		return fail_line(ini, "", "a carriage return inside the line");
	cut_comment(s);
	s = trim(s);
	if (*s == '\0')
		return ONSHI_OK;

	return *s == '[' ? read_section(ini, s) : read_setting(ini, s);
}

/* Text, NUL at its end, is taken apart in place. */
static int
read_text(struct ini *ini, char *text)
{
	char *end, *next, *s = text;
	int r = ONSHI_OK;

	for (; r == ONSHI_OK && s != NULL; s = next) {
		ini->line++;
		next = NULL;
		if ((end = strchr(s, '\n')) != NULL) {
			*end = '\0';
			next = end + 1;
		}
		r = oki_is_utf8(s, strlen(s)) ? read_line(ini, s) :
		    fail_line(ini, "", "is no UTF-8 text");
	}

	return r;
}

int
onshi_config_load(struct onshi_config *c, const char *path)
{
	struct ini ini = { .line = 0 };
	struct oki_buf text;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	ini.e = oki_config_error_of(c);
	if (path == NULL)
		return oki_fail(ini.e, ONSHI_E_ARG, "path is NULL");

	oki_buf_init(&text, FILE_MAX);
	if ((r = onshi_config_new(&ini.into)) != ONSHI_OK) {
		r = oki_fail(ini.e, r, "no memory");
		goto out;
	}
	if ((r = oki_config_read("the configuration", path, false, FILE_MAX,
	    &text, ini.e)) != ONSHI_OK)
		goto out;
	if (memchr(text.data, '\0', text.len) != NULL) {
		r = oki_fail(ini.e, ONSHI_E_CONFIG, "a NUL is in the file");
		goto out;
	}
	if ((r = read_text(&ini, (char *)text.data)) != ONSHI_OK)
		goto out;
	oki_config_take(c, ini.into);
out:
	oki_buf_free(&text);
	onshi_config_free(&ini.into);

	return r;
}
