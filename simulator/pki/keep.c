/*
 * RSA keys that are kept from one run to the next (ONSHIKAKU_PKI_KEYS): they
 * are nearly all of what a run costs, and a suite of tests runs for many cards
 * that nobody compares.
 */
#include "pki.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static const char *
kept_where(void)
{
	const char *path = getenv("ONSHIKAKU_PKI_KEYS");

	return path != NULL && path[0] == '/' ? path : NULL;
}

/* As many as there are; the others are to be made. */
void
pki_keys_read(struct pki_slot *slots, size_t n)
{
	const char *path = kept_where();
	BIO *bio;
	size_t i;

	if (path == NULL || (bio = BIO_new_file(path, "r")) == NULL) {
		ERR_clear_error();
		return;
	}
	for (i = 0; i < n; i++)
		if (!slots[i].ec && (slots[i].key =
		    PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL)) == NULL)
			break;
	ERR_clear_error();
	BIO_free(bio);
}

static bool
write_keys(int fd, const struct pki_slot *slots, size_t n)
{
	BIO *bio = BIO_new_fd(fd, BIO_CLOSE);
	bool ok = bio != NULL;
	size_t i;

	for (i = 0; i < n && ok; i++)
		ok = slots[i].ec || PEM_write_bio_PKCS8PrivateKey(bio,
		    slots[i].key, NULL, NULL, 0, NULL, NULL) == 1;
	if (bio == NULL)
		(void)close(fd);
	BIO_free(bio);

	return ok;
}

/* Others may read and write at the same time: each writes a whole file. */
void
pki_keys_keep(const struct pki_slot *slots, size_t n)
{
	const char *path = kept_where();
	char temp[1024];
	int fd, len;

	if (path == NULL)
		return;
	len = snprintf(temp, sizeof(temp), "%s.%ld", path, (long)getpid());
	if (len < 0 || (size_t)len >= sizeof(temp) || (fd = open(temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		return;
	if (!write_keys(fd, slots, n) || rename(temp, path) != 0)
		(void)unlink(temp);
}
