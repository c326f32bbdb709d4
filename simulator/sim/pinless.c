/*
 * pinless.c: what the certified reader's software vouches by (PIN無し認証). How
 * the real one does is not public (card.md 6.4); here it is a keyed digest, by a
 * key that reader and service know, over terminal, certificate, method and a
 * number that serves once: no proof serves another patient, or twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sim.h"

#define NONCE	32		/* hexadecimal digits */

static int
read_key(const char *pki, unsigned char key[32])
{
	char *path = text_format("%s/server.key", pki), *secret;
	size_t len = 0;
	int r = -1;

	if ((secret = text_file(path, &len)) != NULL)
		r = EVP_Digest(secret, len, key, NULL, EVP_sha256(), NULL) ==
		    1 ? 0 : -1;
	free(secret);
	free(path);
	return r;
}

/* hexadecimal, of terminal, method, certificate and number */
static int
digest(const char *pki, const char *terminal, int method,
    const unsigned char *der, size_t derlen, const char *nonce, char out[65])
{
	unsigned char key[32], sum[32], mac[32];
	char of[65], *text;
	unsigned int n = 0;
	int r = -1;

	if (read_key(pki, key) != 0 ||
	    EVP_Digest(der, derlen, sum, NULL, EVP_sha256(), NULL) != 1)
		return -1;
	text_hex(sum, sizeof(sum), of);
	text = text_format("onshikaku-face-1\n%s\nMethod=%d\n%s\n%s\n",
	    terminal, method, of, nonce);
	if (HMAC(EVP_sha256(), key, sizeof(key), (unsigned char *)text,
	    strlen(text), mac, &n) != NULL) {
		text_hex(mac, sizeof(mac), out);
		r = 0;
	}
	free(text);
	return r;
}

/* NONCE digits, a colon, the digest; for the caller to free. */
char *
pinless_make(const char *pki, const char *terminal, int method,
    const unsigned char *der, size_t derlen, const char *nonce)
{
	char mac[65];

	if (strlen(nonce) != NONCE || digest(pki, terminal, method, der,
	    derlen, nonce, mac) != 0)
		return NULL;
	return text_format("%s:%s", nonce, mac);
}

/* 0 if it is one of that reader software, for that card, and the first time. */
int
pinless_check(struct sim *sim, const char *terminal, int method,
    const unsigned char *der, size_t derlen, const unsigned char *proof,
    size_t len)
{
	char nonce[NONCE + 1], mac[65];

	if (len != NONCE + 1 + 64 || proof[NONCE] != ':')
		return -1;
	memcpy(nonce, proof, NONCE);
	nonce[NONCE] = '\0';
	if (strspn(nonce, "0123456789abcdef") != NONCE ||
	    digest(sim->pki, terminal, method, der, derlen, nonce, mac) != 0 ||
	    memcmp(mac, proof + NONCE + 1, 64) != 0 ||
	    db_int(&sim->db, "SELECT count(*) FROM pinless WHERE nonce=?", "t",
	    nonce) != 0)
		return -1;
	return db_run(&sim->db, "INSERT INTO pinless VALUES(?)", "t", nonce);
}
