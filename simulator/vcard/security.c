/* What the card remembers of secrets: tries left, and who was let in. */
#include "vcard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

static const char *const names[PIN_COUNT] = {
	[PIN_AUTH] = "pin", [PIN_SIGN] = "sign", [PIN_TEXT] = "text",
	[PIN_TEXT_A] = "text_a", [PIN_TEXT_B] = "text_b",
	[PIN_VISUAL_A] = "visual_a", [PIN_VISUAL_B] = "visual_b",
	[PIN_BIRTH] = "birth", [PIN_COMMON] = "common", [PIN_JUKI] = "juki",
	[PIN_UNSET] = "unset",
};

enum { ROWS = sizeof(((struct vc_tries *)NULL)->row) /
    sizeof(((struct vc_tries *)NULL)->row[0]) };

const char *
vc_pin_name(enum vc_pin pin)
{
	return names[pin];
}

static struct vc_tries_row *
row_of(struct vc_tries *t, const char *profile)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->row[i].profile, profile) == 0)
			return &t->row[i];
	if (t->n == ROWS || strlen(profile) >= sizeof(t->row[0].profile))
		return NULL;
	memcpy(t->row[t->n].profile, profile, strlen(profile) + 1);
	for (i = 0; i < PIN_COUNT; i++)
		t->row[t->n].left[i] = 99;

	return &t->row[t->n++];
}

/* A line is: profile, name of the PIN, tries left. */
static int
line_read(struct vc_tries *t, char *line)
{
	struct vc_tries_row *row;
	char *pin, *left;
	size_t i;
	long n;

	if ((pin = strchr(line, ' ')) == NULL)
		return -1;
	*pin++ = '\0';
	if ((left = strchr(pin, ' ')) == NULL)
		return -1;
	*left++ = '\0';
	n = strtol(left, NULL, 10);
	if (n < 0 || n > 15 || (row = row_of(t, line)) == NULL)
		return -1;
	for (i = 0; i < PIN_COUNT; i++)
		if (strcmp(pin, names[i]) == 0) {
			row->left[i] = (unsigned int)n;
			return 0;
		}

	return -1;
}

int
vc_tries_load(struct vc_tries *t)
{
	uint8_t *data = NULL;
	char *line, *next;
	size_t len = 0;
	int r = 0;

	if (t->path == NULL || access(t->path, F_OK) != 0)
		return 0;
	if (vc_read_file(t->path, &data, &len) != 0)
		return -1;
	for (line = (char *)data; r == 0 && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) == NULL)
			break;
		*next++ = '\0';
		r = line_read(t, line);
	}
	free(data);

	return r;
}

/* The counters of a profile: as they were left, or as it begins. */
unsigned int *
vc_tries_of(struct vc_tries *t, const struct vc_profile *p)
{
	struct vc_tries_row *row;
	size_t i;

	if ((row = row_of(t, p->name)) == NULL)
		return NULL;
	for (i = 0; i < PIN_COUNT; i++)
		if (row->left[i] > p->max[i])
			row->left[i] = p->tries[i];

	return row->left;
}

/* As the office does it: the counters as the profile has them. */
int
vc_tries_restore(struct vc_tries *t, const struct vc_profile *p)
{
	struct vc_tries_row *row;
	size_t i;

	if ((row = row_of(t, p->name)) == NULL)
		return -1;
	for (i = 0; i < PIN_COUNT; i++)
		row->left[i] = p->tries[i];

	return vc_tries_save(t);
}

/* Renamed over the old one: a card that is torn out has old or new tries. */
int
vc_tries_save(const struct vc_tries *t)
{
	char temp[VC_PATH_MAX];
	FILE *f;
	size_t i, j;
	int fd;

	if (t->path == NULL)
		return 0;
	snprintf(temp, sizeof(temp), "%s.%ld", t->path, (long)getpid());
	if ((fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600)) < 0)
		return -1;
	if ((f = fdopen(fd, "w")) == NULL) {
		(void)close(fd);
		return -1;
	}
	for (i = 0; i < t->n; i++)
		for (j = 0; j < PIN_COUNT; j++)
			if (t->row[i].left[j] <= 15)
				fprintf(f, "%s %s %u\n", t->row[i].profile,
				    names[j], t->row[i].left[j]);

	return fclose(f) == 0 && rename(temp, t->path) == 0 ? 0 : -1;
}

bool
vc_may(const struct vc_card *c, unsigned int access)
{
	return access == 0 || (access & c->verified) != 0;
}

/*
 * Without data the card tells the tries left and keeps everything as it is,
 * also after success. With data a try is spent and written down before the
 * comparison, so that tearing the card out never wins one back.
 */
unsigned int
vc_verify(struct vc_card *c, enum vc_pin pin, const struct vc_apdu *a)
{
	const char *secret = c->profile.secret[pin];
	size_t len = strlen(secret);
	bool same;

	if (a->le != 0)
		return SW_LENGTH;
	if (a->lc == 0)
		return SW_TRIES | c->tries[pin];
	if (c->tries[pin] == 0)
		return SW_BLOCKED;
	if (a->lc > 16)
		return SW_LENGTH;
	c->verified &= ~VC_BY(pin);
	c->tries[pin]--;
	(void)vc_tries_save(c->tries_all);
	same = a->lc == len && CRYPTO_memcmp(a->data, secret, len) == 0;
	if (!same)
		return SW_TRIES | c->tries[pin];
	c->tries[pin] = c->profile.max[pin];
	c->verified |= VC_BY(pin);
	(void)vc_tries_save(c->tries_all);

	return SW_OK;
}
