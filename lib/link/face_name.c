/* Names of face files (messages.md 1.2), and of those that are claimed. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "link/face.h"

#define PREFIX		"OQSsiquc01res_face_"
#define ENDING		4		/* characters */
#define CODE		10
#define ID_MIN		16
#define ID_MAX		20
#define TIME		14

static size_t
count_digits(const char *s)
{
	size_t n;

	for (n = 0; s[n] >= '0' && s[n] <= '9'; n++)
		;

	return n;
}

static size_t
count_id(const char *s)
{
	size_t n;

	for (n = 0; (s[n] >= '0' && s[n] <= '9') ||
	    (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z'); n++)
		;

	return n;
}

/* The length of what the reader wrote, 0 where it is another file. */
static size_t
base_length(const char *file)
{
	const char *at = file + strlen(PREFIX);
	size_t n;

	if (strncmp(file, PREFIX, strlen(PREFIX)) != 0 ||
	    count_digits(at) < CODE)
		return 0;
	at += CODE;
	if ((n = count_id(at)) < ID_MIN || n > ID_MAX || at[n] != '_')
		return 0;
	at += n + 1;
	if (count_digits(at) != TIME ||
	    (strncmp(at + TIME, ".xml", ENDING) != 0 &&
	    strncmp(at + TIME, ".zip", ENDING) != 0))
		return 0;

	return (size_t)(at - file) + TIME + ENDING;
}

/* ".07.1a2b3c4d.1764471845000" */
static bool
parse_claim(const char *s, struct oki_face_parts *out)
{
	size_t i;

	if (s[0] != '.' || count_digits(s + 1) != 2 || s[3] != '.')
		return false;
	out->desk = (s[1] - '0') * 10 + (s[2] - '0');
	for (i = 0; i < OKI_RUN - 1; i++)
		if (count_id(s + 4 + i) == 0)
			return false;
	memcpy(out->run, s + 4, OKI_RUN - 1);
	s += 4 + OKI_RUN - 1;
	out->is_claimed = true;

	return *s == '.' && oki_is_digits(s + 1, 1, 15) &&
	    oki_number(s + 1, &out->since_ms);
}

bool
oki_face_parse(const char *file, struct oki_face_parts *out)
{
	size_t len = base_length(file);

	memset(out, 0, sizeof(*out));
	if (len == 0 || len >= sizeof(out->name))
		return false;
	memcpy(out->name, file, len);
	memcpy(out->institution, file + strlen(PREFIX), CODE);

	return file[len] == '\0' || parse_claim(file + len, out);
}

void
oki_face_known_by(const char *name, char to[OKI_FACE_NAME])
{
	size_t len;

	(void)oki_copy(to, OKI_FACE_NAME, name);
	if ((len = strlen(to)) > ENDING)
		memcpy(to + len - ENDING, ".xml", ENDING);
}

bool
oki_face_claim_name(const char *name, int desk, const char *run,
    int64_t since_ms, char to[OKI_FACE_NAME])
{
	int n = snprintf(to, OKI_FACE_NAME, "%s.%02d.%s.%" PRId64, name, desk,
	    run, since_ms);

	return n > 0 && n < OKI_FACE_NAME;
}
