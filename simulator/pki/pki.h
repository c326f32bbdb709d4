/* What the files of onshikaku-pki share: test certificates, invented people. */
#ifndef SIMULATOR_PKI_H
#define SIMULATOR_PKI_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/*
 * Days since 1970-01-01 do for all dates here; a certificate's times are days
 * and seconds, UTC.
 */
struct pki_date {
	int	year;
	int	month;
	int	day;
};

int32_t	pki_day(int year, int month, int day);
struct pki_date pki_date(int32_t day);
bool	pki_day_parse(const char *text, int32_t *day);
void	pki_day_write(int32_t day, char *out, size_t outlen);
int	pki_era(int32_t day, int *year);

/*
 * People. What a profile's certificate does at the present day decides the
 * dates of its holder: validity runs until a birthday.
 */
enum pki_kind {
	PKI_MYNUMBER, PKI_PHONE, PKI_JUKI, PKI_RESIDENCE, PKI_LICENCE,
	PKI_EXTRA	/* a My Number Card with the last two on it */
};
enum pki_validity {
	PKI_VALID, PKI_SOON, PKI_GRACE, PKI_LAPSED
};

struct pki_person {
	const char	*profile;
	const char	*name;
	const char	*kana;
	const char	*address;
	const char	*insurer;
	const char	*symbol;
	const char	*number;
	const char	*branch;
	int		 birth;		/* yyyymmdd */
	int		 sex;
	enum pki_kind	 kind;
	enum pki_validity validity;
	bool		 has_auth;
	bool		 has_sign;
	bool		 own_dates;	/* month and day follow the validity */
	int		 pin_tries;
	int		 pin_max;
	int		 filler;
	size_t		 cert_size;
};

/* A person at the present day: what the files are written from. */
struct pki_holder {
	const struct pki_person *person;
	unsigned int	 index;
	int32_t		 birth;
	int32_t		 issued;
	int32_t		 cert_until;
	int32_t		 card_until;
	char		 number_a[13];
	char		 number_b[15];
	char		 auth_serial[24];
};

size_t	pki_people(const struct pki_person **out);
void	pki_holder_set(struct pki_holder *h, const struct pki_person *p,
	    int32_t today);
int	pki_check_digit(const char *digits, size_t n);

/* Keys, made side by side: the slots are filled by as many threads as fit. */
struct pki_slot {
	EVP_PKEY	*key;
	bool		 ec;
};

int	pki_keys_make(struct pki_slot *slots, size_t n);
void	pki_keys_read(struct pki_slot *slots, size_t n);
void	pki_keys_keep(const struct pki_slot *slots, size_t n);

/* Certificates. */
struct pki_ca {
	X509		*cert;
	EVP_PKEY	*key;
};

struct pki_part {
	const char	*field;
	const char	*value;
};

struct pki_request {
	const struct pki_part *subject;	/* ends with a NULL field */
	const struct pki_ca *issuer;	/* NULL: self-signed */
	EVP_PKEY	*key;
	const char	*extensions;	/* OpenSSL's notation, section ext */
	int		 alt;		/* NID of issuer's or subject's */
	const char	*alt_org;	/* its organisation; NULL: none */
	int64_t		 from;		/* seconds since 1970 */
	int64_t		 until;
	size_t		 serial_bytes;
	bool		 serial_high;	/* the first bit set: DER adds 00 */
	bool		 sha1;
};

X509	*pki_cert_make(const struct pki_request *req);
void	pki_cert_serial(const X509 *cert, char *out, size_t outlen);
size_t	pki_cert_size(const X509 *cert);

/* Files; each returns 0 or says what went wrong and returns -1. */
int	pki_mkdir(const char *dir);
int	pki_write(const char *dir, const char *name, const uint8_t *data,
	    size_t len, bool secret);
int	pki_write_text(const char *dir, const char *name, const char *text);
int	pki_write_cert(const char *dir, const char *name, X509 *cert);
int	pki_write_der(const char *dir, const char *name, X509 *cert);
int	pki_write_public(const char *dir, const char *name, EVP_PKEY *key);
int	pki_write_key(const char *dir, const char *name, EVP_PKEY *key,
	    const char *passphrase);
int	pki_path(char *out, size_t outlen, const char *dir, const char *name);
void	pki_complain(const char *what, const char *name);

/* The whole. */
struct pki {
	const char	*dir;
	int32_t		 today;
	const char	*broken[32];
	size_t		 broken_count;
};

int	pki_tls_make(const struct pki *p);
int	pki_broken_known(const char *name);
void	pki_broken_list(void);
int	pki_cards_make(const struct pki *p);
bool	pki_wants(const struct pki *p, const char *name);

/* A record being made; full says that it did not fit. */
struct pki_buf {
	uint8_t		 data[12288];
	size_t		 len;
	bool		 full;
};

void	pki_put(struct pki_buf *b, const void *data, size_t len);
void	pki_png(struct pki_buf *b, const char *text, size_t width,
	    size_t height);
void	pki_photo(struct pki_buf *b, size_t width, size_t height,
	    size_t comment);

/* The records of the card's other applications, card.md 5. */
struct pki_records {
	EVP_PKEY	*authority;	/* signs the certificates of issuers */
	EVP_PKEY	*text_issuer;	/* signs records of the text AP */
	EVP_PKEY	*visual_issuer;
	EVP_PKEY	*card;		/* the card's own */
};

int	pki_records_make(const struct pki_records *keys,
	    const struct pki_holder *h, const char *dir);

#endif
