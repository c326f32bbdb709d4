/* folder_conf.c: what is set at a terminal: encoding, encryption, stay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

struct folder_settings folder_settings = { .zip_over = 4 * 1024 * 1024 };

static int
set_encoding(const char *value)
{
	folder_settings.sjis = strcmp(value, "Shift_JIS") == 0;
	return folder_settings.sjis || strcmp(value, "UTF-8") == 0 ? 0 : -1;
}

/* The first line is the password. */
static int
set_password(const char *path)
{
	char *text = text_file(path, NULL);

	if (text == NULL)
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	free(folder_settings.password);
	folder_settings.password = text;
	return *text == '\0' ? -1 : 0;
}

static int
add_rule(char *line)
{
	struct rule *r, **at;
	char *equals = strchr(line, '=');

	line[strcspn(line, "\r\n")] = '\0';
	if (*line == '\0' || *line == '#')
		return 0;
	if (equals == NULL || (strcmp(equals, "=e") != 0 &&
	    strcmp(equals, "=n") != 0) ||
	    (r = calloc(1, sizeof(*r))) == NULL)
		return -1;
	*equals = '\0';
	r->plain = equals[1] == 'n';
	r->name = text_dup(line);
	r->name[strcspn(r->name, "*")] = '\0';
	for (at = &folder_settings.rules; *at != NULL; at = &(*at)->next)
		;
	*at = r;
	return 0;
}

/* encrypt.conf: name=e or name=n, of names that begin so; face is the
 * reader's. */
static int
set_rules(const char *path)
{
	char *text = text_file(path, NULL), *rest = text, *line;
	int r = text == NULL ? -1 : 0;

	while (r == 0 && (line = strsep(&rest, "\n")) != NULL)
		r = add_rule(line);
	free(text);
	return r;
}

static int
set_stay(const char *value)
{
	return text_number(value, &folder_settings.stay_minutes) == 0 &&
	    folder_settings.stay_minutes >= 0 &&
	    folder_settings.stay_minutes <= 1000000 ? 0 : -1;
}

static int
set_zip_over(const char *value)
{
	return text_number(value, &folder_settings.zip_over) == 0 &&
	    folder_settings.zip_over >= 0 ? 0 : -1;
}

static const struct {
	const char *name;
	int	  (*set)(const char *);
} settings[] = {
	{ "encoding",		set_encoding },
	{ "encrypt-conf",	set_rules },
	{ "stay-minutes",	set_stay },
	{ "zip-over",		set_zip_over },
	{ "zip-password-file",	set_password },
};

int
folder_setting(const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].set(value);
	return -1;
}

/* Whether files of that name travel plain although there is a password. */
int
folder_is_plain(const struct folder_settings *s, const char *name)
{
	const struct rule *r;

	if (strncmp(name, "OQSsiquc01res_face_", 19) == 0)
		name = "face";
	for (r = s->rules; r != NULL; r = r->next)
		if (strncmp(name, r->name, strlen(r->name)) == 0)
			return r->plain;
	return 0;
}

void
folder_settings_free(void)
{
	struct rule *r;

	while ((r = folder_settings.rules) != NULL) {
		folder_settings.rules = r->next;
		free(r->name);
		free(r);
	}
	free(folder_settings.password);
	folder_settings = (struct folder_settings){ 0 };
}
