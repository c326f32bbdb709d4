/* reader_talk.c: what passes between a patient at the face reader and the
 * adapter of a client: lines of words, bytes as hexadecimal digits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "reader.h"

#define HEX_MAX	8192

const char *const reader_methods[METHODS] = { "face", "pin", "visual" };

void
patient_free(struct patient *p)
{
	if (p == NULL)
		return;
	free(p->who);
	free(p->face);
	free(p->pin);
	free(p->fault);
	free(p);
}

/* "all", "none", or names by commas. */
int
patient_consents(const char *list, int flags[CATEGORIES])
{
	char *copy = text_dup(list), *rest = copy, *word;
	int i, known, r = 0;

	while ((word = strsep(&rest, ",")) != NULL) {
		known = *word == '\0' || strcmp(word, "none") == 0;
		for (i = 0; i < CATEGORIES; i++)
			if (strcmp(word, "all") == 0 ||
			    strcmp(word, categories[i].name) == 0)
				flags[i] = known = 1;
		r |= !known;
	}
	free(copy);
	return r == 0 ? 0 : -1;
}

static int
has_fault(const struct patient *p, const char *fault)
{
	return p->fault != NULL && strcmp(p->fault, fault) == 0;
}

static char *
file_of(const struct reader *rd, const char *who, const char *name,
    size_t *len)
{
	char *path = text_format("%s/cards/%s/%s", rd->pki, who, name);
	char *data = text_is_file(path) ? text_file(path, len) : NULL;

	free(path);
	return data;
}

static void
say_bytes(FILE *f, const char *word, const void *data, size_t len)
{
	char *hex = malloc(2 * len + 1);

	if (hex == NULL)
		abort();
	text_hex(data, len, hex);
	fprintf(f, "%s %s\n", word, hex);
	free(hex);
}

/* The PIN's tries of that card; they last as long as this reader runs. */
static int *
tries_of(struct reader *rd, const char *who)
{
	size_t i, n = sizeof(rd->tries) / sizeof(rd->tries[0]);
	char *ini, *value;
	int64_t left = 0;

	for (i = 0; i < n - 1 && rd->tries[i].who != NULL; i++)
		if (strcmp(rd->tries[i].who, who) == 0)
			return &rd->tries[i].left;
	if ((ini = file_of(rd, who, "profile.ini", NULL)) != NULL) {
		value = card_value(ini, "pin_tries");
		text_number(value, &left);
		free(value);
	}
	free(ini);
	free(rd->tries[i].who);
	rd->tries[i].who = text_dup(who);
	rd->tries[i].left = (int)left;
	return &rd->tries[i].left;
}

/* NULL: it fits. The last try is never spent here. */
static const char *
try_pin(const struct patient *p, int *left)
{
	if (*left == 0)
		return "pin-blocked";
	if (p->pin != NULL && strcmp(p->pin, "1234") == 0)
		return NULL;
	if (*left == 1)
		return "pin-last";
	(*left)--;
	return "pin-wrong";
}

/* What the reader itself sees; NULL: it goes on. */
static const char *
look(struct reader *rd, const struct patient *p)
{
	int *left = tries_of(rd, p->who);
	const char *why = NULL;

	if (p->method == PIN_METHOD && (why = try_pin(p, left)) != NULL)
		;
	else if (p->method == FACE_METHOD && p->face != NULL &&
	    strcmp(p->face, p->who) != 0)
		why = "no-match";
	else if (!rd->wanted.allows[p->method] && !has_fault(p, "not-allowed"))
		why = "not-offered";
	if (!p->by_phone)
		fprintf(rd->wanted.f, "tries %d\n", *left);
	return why;
}

static void
say_consents(const struct reader *rd, const struct patient *p)
{
	int i;

	for (i = 0; i < CATEGORIES; i++)
		if (rd->wanted.asks[i] || has_fault(p, "unasked"))
			fprintf(rd->wanted.f, "consent %s %d\n",
			    categories[i].name, p->flags[i]);
}

static void
say_proof(struct reader *rd, const struct patient *p,
    const unsigned char *der, size_t len)
{
	unsigned char random[16];
	char nonce[33], *proof;

	if (has_fault(p, "no-proof") || RAND_bytes(random, sizeof(random)) !=
	    1)
		return;
	text_hex(random, sizeof(random), nonce);
	proof = pinless_make(rd->pki, rd->terminal, p->method + 1, der, len,
	    nonce);
	if (proof == NULL)
		return;
	if (has_fault(p, "forged"))
		proof[40] = proof[40] == '0' ? '1' : '0';
	if (has_fault(p, "replay") && rd->last_proof != NULL)
		say_bytes(rd->wanted.f, "proof", rd->last_proof,
		    strlen(rd->last_proof));
	else
		say_bytes(rd->wanted.f, "proof", proof, strlen(proof));
	free(rd->last_proof);
	rd->last_proof = proof;
}

static size_t
read_hex(const char *hex, unsigned char *to, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	const char *a, *b;
	size_t n = 0;

	for (; n < room && *hex > ' ' && hex[1] > ' '; hex += 2) {
		a = strchr(digits, hex[0]);
		b = strchr(digits, hex[1]);
		if (a == NULL || b == NULL)
			return 0;
		to[n++] = (unsigned char)((a - digits) << 4 | (b - digits));
	}
	return n;
}

/* The card signs what the client has made of the consents; 0 if it did. */
static int
sign(struct reader *rd, const struct patient *p)
{
	char *path = text_format("%s/cards/%s/auth.key", rd->pki, p->who);
	char line[HEX_MAX];
	unsigned char text[HEX_MAX / 2], sig[512];
	size_t len, siglen = sizeof(sig);
	FILE *f = fopen(path, "r");
	EVP_PKEY *key = f == NULL ? NULL : PEM_read_PrivateKey(f, NULL, NULL,
	    NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = -1;

	fputs("sign\n", rd->wanted.f);
	fflush(rd->wanted.f);
	if (fgets(line, sizeof(line), rd->wanted.in) != NULL &&
	    strncmp(line, "text ", 5) == 0 &&
	    (len = read_hex(line + 5, text, sizeof(text))) > 0 &&
	    key != NULL && ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, sig, &siglen, text, len) == 1) {
		say_bytes(rd->wanted.f, "signature", sig, siglen);
		r = 0;
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	if (f != NULL)
		fclose(f);
	free(path);
	return r;
}

static const char *
talk(struct reader *rd, const struct patient *p)
{
	FILE *f = rd->wanted.f;
	size_t len = 0, other = 0;
	char *der, *second;
	const char *why;

	if ((der = file_of(rd, p->who, "auth.der", &len)) == NULL)
		return "no-certificate";
	if ((why = look(rd, p)) != NULL) {
		free(der);
		return why;
	}
	fprintf(f, "carrier %s\nmethod %s\n", p->by_phone ? "phone" : "card",
	    reader_methods[p->method]);
	say_consents(rd, p);
	say_bytes(f, "certificate", der, len);
	if (has_fault(p, "two-certificates") && (second = file_of(rd, "soon",
	    "auth.der", &other)) != NULL) {
		say_bytes(f, "certificate", second, other);
		free(second);
	}
	why = "done";
	if (p->method != PIN_METHOD)
		say_proof(rd, p, (unsigned char *)der, len);
	else if (sign(rd, p) != 0)
		why = "gone";
	free(der);
	return why;
}

void
reader_check(struct reader *rd, struct patient *p)
{
	struct wanted *w = &rd->wanted;

	fprintf(w->f, "id %s\n", has_fault(p, "stale") ? rd->last_id : w->id);
	fprintf(w->f, "result %s\n", talk(rd, p));
	fflush(w->f);
	snprintf(rd->last_id, sizeof(rd->last_id), "%s", w->id);
}
