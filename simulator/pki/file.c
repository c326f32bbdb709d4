/* Writes the files: secrets for the owner alone, nothing through links. */
#include "pki.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

void
pki_complain(const char *what, const char *name)
{
	fprintf(stderr, "onshikaku-pki: %s%s%s\n", what,
	    name == NULL ? "" : ": ", name == NULL ? "" : name);
}

int
pki_path(char *out, size_t outlen, const char *dir, const char *name)
{
	int n = snprintf(out, outlen, "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= outlen) {
		pki_complain("path too long", name);
		return -1;
	}

	return 0;
}

int
pki_mkdir(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) == 0 ||
	    (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	pki_complain(strerror(errno), dir);

	return -1;
}

static int
write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, data, len)) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		data += n;
		len -= (size_t)n;
	}

	return 0;
}

/* Written beside and renamed, so that a running program never sees half. */
int
pki_write(const char *dir, const char *name, const uint8_t *data, size_t len,
    bool secret)
{
	char path[1024], temp[1040];
	int fd, ok;

	if (pki_path(path, sizeof(path), dir, name) != 0)
		return -1;
	snprintf(temp, sizeof(temp), "%s.tmp", path);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    secret ? 0600 : 0644);
	if (fd < 0) {
		pki_complain(strerror(errno), path);
		return -1;
	}
	ok = write_all(fd, data, len) == 0;
	if (close(fd) != 0 || !ok || rename(temp, path) != 0) {
		pki_complain(strerror(errno), path);
		(void)unlink(temp);
		return -1;
	}

	return 0;
}

int
pki_write_text(const char *dir, const char *name, const char *text)
{
	return pki_write(dir, name, (const uint8_t *)text, strlen(text),
	    false);
}

static int
write_bio(const char *dir, const char *name, BIO *bio, bool secret)
{
	char *data = NULL;
	long n = BIO_get_mem_data(bio, &data);

	if (n <= 0)
		return -1;

	return pki_write(dir, name, (const uint8_t *)data, (size_t)n, secret);
}

int
pki_write_cert(const char *dir, const char *name, X509 *cert)
{
	BIO *bio;
	int r = -1;

	if ((bio = BIO_new(BIO_s_mem())) != NULL &&
	    PEM_write_bio_X509(bio, cert) == 1)
		r = write_bio(dir, name, bio, false);
	BIO_free(bio);

	return r;
}

int
pki_write_der(const char *dir, const char *name, X509 *cert)
{
	BIO *bio;
	int r = -1;

	if ((bio = BIO_new(BIO_s_mem())) != NULL &&
	    i2d_X509_bio(bio, cert) == 1)
		r = write_bio(dir, name, bio, false);
	BIO_free(bio);

	return r;
}

int
pki_write_public(const char *dir, const char *name, EVP_PKEY *key)
{
	BIO *bio;
	int r = -1;

	if ((bio = BIO_new(BIO_s_mem())) != NULL &&
	    PEM_write_bio_PUBKEY(bio, key) == 1)
		r = write_bio(dir, name, bio, false);
	BIO_free(bio);

	return r;
}

int
pki_write_key(const char *dir, const char *name, EVP_PKEY *key,
    const char *passphrase)
{
	const EVP_CIPHER *cipher = passphrase == NULL ? NULL :
	    EVP_aes_256_cbc();
	BIO *bio;
	int len = passphrase == NULL ? 0 : (int)strlen(passphrase), r = -1;

	if ((bio = BIO_new(BIO_s_mem())) != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, passphrase, len,
	    NULL, NULL) == 1)
		r = write_bio(dir, name, bio, true);
	BIO_free(bio);

	return r;
}
