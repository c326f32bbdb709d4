/* face.c: the adapter to a face reader's software that listens at face.socket:
 * lines of words, bytes as hexadecimal digits (onshikaku-sim(1)). */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools.h"

#define LINE	70000		/* the longest are bytes, in digits */
#define BYTES	(LINE / 2)
#define GRACE_MS 2000		/* the reader itself keeps the time */

struct face {
	char		 path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	pthread_mutex_t	 lock;		/* guards what follows */
	int		 fd;
};

struct talk {
	struct onshi_face_exchange *x;
	FILE			*in, *out;
	bool			 is_ours;	/* it has said our id */
	bool			 is_over;
	char			 line[LINE];
	uint8_t			 bytes[BYTES];
};

/* ---- what is wanted ----------------------------------------------------------- */

static void
wish(struct onshi_face_exchange *x, FILE *out)
{
	int i;

	(void)fprintf(out, "check %s %d\nregisters %d\nguidance %s\n",
	    onshi_face_id(x), (int)onshi_face_timeout_ms(x),
	    onshi_face_registers(x), onshi_face_text(x, ONSHI_NOTICE_FACE,
	    ONSHI_CATEGORY_ELIGIBILITY, "ja"));
	for (i = ONSHI_METHOD_FACE; i <= ONSHI_METHOD_VISUAL; i++)
		if (onshi_face_allows(x, i) != 0)
			(void)fprintf(out, "allows %s\n",
			    onshi_method_name(i));
	for (i = ONSHI_CATEGORY_DRUGS; i < CATEGORIES; i++)
		if (onshi_face_asks(x, i) != 0)
			(void)fprintf(out, "asks %s %s\n",
			    onshi_category_name(i), onshi_face_text(x,
			    ONSHI_NOTICE_CONSENT, i, "ja"));
	(void)fputs("go\n", out);
	(void)fflush(out);
}

/* ---- what it says -------------------------------------------------------------- */

/* -1: no number of that list has the name. */
static int
number_of(const char *word, const char *(*name)(int))
{
	int i;

	for (i = 0; i < 16; i++)
		if (name(i) != NULL && strcmp(name(i), word) == 0)
			return i;

	return -1;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : -1;
}

/* 0: none that are whole. */
static size_t
read_bytes(struct talk *t, const char *hex)
{
	size_t n;
	int a, b;

	for (n = 0; *hex != '\0'; n++, hex += 2) {
		a = digit(hex[0]);
		b = a < 0 ? -1 : digit(hex[1]);
		if (b < 0 || n == sizeof(t->bytes))
			return 0;
		t->bytes[n] = (uint8_t)(a << 4 | b);
	}

	return n;
}

/* An answer to another exchange is another patient's. */
static int
hear_id(struct talk *t, char *value)
{
	t->is_ours = strcmp(value, onshi_face_id(t->x)) == 0;

	return t->is_ours ? ONSHI_OK : ONSHI_E_READER;
}

static int
hear_carrier(struct talk *t, char *value)
{
	return onshi_face_set_carrier(t->x, number_of(value,
	    onshi_carrier_name));
}

static int
hear_method(struct talk *t, char *value)
{
	return onshi_face_set_method(t->x, number_of(value,
	    onshi_method_name));
}

static int
hear_tries(struct talk *t, char *value)
{
	return onshi_face_set_tries(t->x, digit(*value));
}

static int
hear_consent(struct talk *t, char *value)
{
	char *given = strchr(value, ' ');

	if (given == NULL)
		return ONSHI_E_READER;
	*given++ = '\0';

	return onshi_face_set_consent(t->x, number_of(value,
	    onshi_category_name), digit(*given));
}

static int
hear_certificate(struct talk *t, char *value)
{
	return onshi_face_set_certificate(t->x, t->bytes, read_bytes(t,
	    value));
}

static int
hear_proof(struct talk *t, char *value)
{
	return onshi_face_set_proof(t->x, t->bytes, read_bytes(t, value));
}

static int
hear_signature(struct talk *t, char *value)
{
	return onshi_face_set_signature(t->x, t->bytes, read_bytes(t, value));
}

static int
hear_sign(struct talk *t, char *value)
{
	const uint8_t *text;
	size_t i, len;
	int r;

	(void)value;
	if ((r = onshi_face_to_sign(t->x, &text, &len)) != ONSHI_OK)
		return r;
	(void)fputs("text ", t->out);
	for (i = 0; i < len; i++)
		(void)fprintf(t->out, "%02x", text[i]);
	(void)fputc('\n', t->out);

	return fflush(t->out) == 0 ? ONSHI_OK : ONSHI_E_READER;
}

static int
hear_result(struct talk *t, char *value)
{
	static const struct { const char *word; int result; } results[] = {
		{ "done", ONSHI_OK }, { "nobody", ONSHI_E_CARD_NONE },
		{ "busy", ONSHI_E_READER_BUSY }, { "gone", ONSHI_E_CARD_GONE },
		{ "no-match", ONSHI_E_FACE }, { "not-offered", ONSHI_E_FACE },
		{ "pin-wrong", ONSHI_E_PIN_WRONG },
		{ "pin-last", ONSHI_E_PIN_LAST_TRY },
		{ "pin-blocked", ONSHI_E_PIN_BLOCKED },
		{ "no-certificate", ONSHI_E_CARD_NO_CERTIFICATE }
	};
	size_t i;

	t->is_over = true;
	for (i = 0; i < COUNT(results); i++)
		if (strcmp(results[i].word, value) == 0)
			return results[i].result == ONSHI_OK && !t->is_ours ?
			    ONSHI_E_READER : results[i].result;

	return ONSHI_E_READER;
}

static const struct {
	const char	*word;
	int		(*hear)(struct talk *t, char *value);
	bool		 any;		/* also before it has said our id */
} words[] = {
	{ "id", hear_id, true },
	{ "result", hear_result, true },
	{ "carrier", hear_carrier, false },
	{ "method", hear_method, false },
	{ "tries", hear_tries, false },
	{ "consent", hear_consent, false },
	{ "certificate", hear_certificate, false },
	{ "proof", hear_proof, false },
	{ "sign", hear_sign, false },
	{ "signature", hear_signature, false }
};

static int
hear(struct talk *t)
{
	char *value;
	size_t i;

	t->line[strcspn(t->line, "\r\n")] = '\0';
	value = t->line + strcspn(t->line, " ");
	if (*value != '\0')
		*value++ = '\0';
	for (i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, t->line) == 0)
			return t->is_ours || words[i].any ?
			    words[i].hear(t, value) : ONSHI_E_READER;

	return ONSHI_E_READER;
}

static int
talk(struct onshi_face_exchange *x, FILE *in, FILE *out)
{
	struct talk *t = calloc(1, sizeof(*t));
	int r = ONSHI_OK;

	if (t == NULL)
		return ONSHI_E_NOMEM;
	t->x = x;
	t->in = in;
	t->out = out;
	wish(x, out);
	while (r == ONSHI_OK && !t->is_over)
		r = fgets(t->line, sizeof(t->line), in) == NULL ?
		    ONSHI_E_READER : hear(t);
	if (r == ONSHI_E_READER && onshi_face_is_cancelled(x) != 0)
		r = ONSHI_E_CANCELLED;
	onshi_wipe(t, sizeof(*t));
	free(t);

	return r;
}

/* ---- the table ------------------------------------------------------------------- */

static int
face_connect(const struct face *face, int32_t ms)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct timeval tv = { (ms + GRACE_MS) / 1000, 0 };
	int fd;

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", face->path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0 &&
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	(void)close(fd);

	return -1;
}

static void
under_way(struct face *face, int fd)
{
	(void)pthread_mutex_lock(&face->lock);
	face->fd = fd;
	(void)pthread_mutex_unlock(&face->lock);
}

static int
face_check(void *self, struct onshi_face_exchange *x)
{
	struct face *face = self;
	int fd = face_connect(face, onshi_face_timeout_ms(x)), r;
	FILE *in, *out;

	if (fd < 0)
		return ONSHI_E_READER_NONE;
	under_way(face, fd);
	out = fdopen(fd, "w");
	in = fdopen(dup(fd), "r");
	r = in == NULL || out == NULL ? ONSHI_E_NOMEM : talk(x, in, out);
	under_way(face, -1);
	if (in != NULL)
		(void)fclose(in);
	if (out != NULL)
		(void)fclose(out);
	else
		(void)close(fd);

	return r;
}

/* Whoever reads comes back at once. */
static void
face_cancel(void *self)
{
	struct face *face = self;

	(void)pthread_mutex_lock(&face->lock);
	if (face->fd >= 0)
		(void)shutdown(face->fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&face->lock);
}

static void
face_done(void *self)
{
	struct face *face = self;

	(void)pthread_mutex_destroy(&face->lock);
	free(face);
}

int
face_plug(struct onshi_config *c)
{
	static const struct onshi_face_ops ops = { sizeof(ops), face_check,
	    face_cancel, face_done };
	struct face *face;
	const char *path;
	int r;

	if (onshi_config_text(c, "face.socket", &path) != ONSHI_OK ||
	    *path == '\0')
		return ONSHI_OK;
	if ((face = calloc(1, sizeof(*face))) == NULL)
		return ONSHI_E_NOMEM;
	(void)snprintf(face->path, sizeof(face->path), "%s", path);
	(void)pthread_mutex_init(&face->lock, NULL);
	face->fd = -1;
	if ((r = onshi_config_add_face(c, &ops, face)) != ONSHI_OK)
		face_done(face);

	return r;
}
