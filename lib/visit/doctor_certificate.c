/* The doctor: certificates and their dates. */
#include "config.h"

#include "visit/doctor.h"

#define DAY		86400
#define CA_MAX		1048576
#define FILE_MOST	65536
#define CHAIN_MOST	131072
#define CRL_MOST	67108864

/* What to say where an end is so near, the nearest last. */
struct ends {
	enum oki_found	ok, in_90, in_30, in_7, over, early;
};

static const struct ends terminal = {
	OKI_FOUND_TERMINAL_OK, OKI_FOUND_TERMINAL_90, OKI_FOUND_TERMINAL_30,
	OKI_FOUND_TERMINAL_7, OKI_FOUND_TERMINAL_OVER,
	OKI_FOUND_TERMINAL_EARLY
};
static const struct ends authority = {
	OKI_FOUND_AUTHORITY_OK, OKI_FOUND_AUTHORITY_90,
	OKI_FOUND_AUTHORITY_30, OKI_FOUND_AUTHORITY_7,
	OKI_FOUND_AUTHORITY_OVER, OKI_FOUND_AUTHORITY_EARLY
};
static const struct ends list = {
	OKI_FOUND_CRL_OK, OKI_FOUND_CRL_OK, OKI_FOUND_CRL_OK,
	OKI_FOUND_CRL_7, OKI_FOUND_CRL_OVER, OKI_FOUND_CRL_OVER
};

static void
tell_dates(struct onshi_doctor *d, const struct ends *what,
    const char *check, const struct oki_dates *dates)
{
	int64_t now = oki_wall(d->env), left = (dates->until - now) / DAY;

	if (now < dates->from)
		oki_doctor_found(d, what->early, check, NULL);
	else if (now > dates->until)
		oki_doctor_found(d, what->over, check, NULL);
	else
		oki_doctor_counted(d, left <= 7 ? what->in_7 : left <= 30 ?
		    what->in_30 : left <= 90 ? what->in_90 : what->ok, check,
		    NULL, left);
}

/* Text of an error, which names the key and no path. */
static void
tell_error(struct onshi_doctor *d, enum oki_found what, const char *check,
    const struct onshi_error *e)
{
	oki_doctor_found(d, what, check, onshi_error_text(e));
}

static void
look_authority(struct onshi_doctor *d, enum oki_key key, const char *check)
{
	struct onshi_error e;
	struct oki_dates dates;
	struct oki_buf pem;
	size_t n;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&pem, CA_MAX);
	if ((r = oki_config_content(d->config, key, CA_MAX, &pem, &e)) ==
	    ONSHI_OK && (r = oki_authorities_check(oki_config_key_name(key),
	    pem.data, pem.len, &n, &e)) == ONSHI_OK)
		r = oki_dates_of_longest(pem.data, pem.len, &dates);
	if (r == ONSHI_OK)
		tell_dates(d, &authority, check, &dates);
	else
		tell_error(d, OKI_FOUND_AUTHORITY_BAD, check, &e);
	oki_buf_free(&pem);
}

/* PEM, or out of a PKCS#12 container. */
static int
terminal_pem(struct onshi_doctor *d, struct oki_buf *pem,
    struct onshi_error *e)
{
	struct oki_buf file, pass, key;
	int r;

	oki_buf_init(&file, FILE_MOST);
	oki_buf_init(&pass, OKI_PASSPHRASE_MAX);
	oki_buf_init(&key, FILE_MOST);
	if ((r = oki_config_content(d->config, OKI_LINK_CERT_FILE, FILE_MOST,
	    &file, e)) != ONSHI_OK)
		goto out;
	if (!oki_container_is(file.data, file.len)) {
		oki_buf_move(pem, &file);
		goto out;
	}
	if (oki_config_has(d->config, OKI_LINK_KEY_PASSPHRASE))
		r = oki_config_content(d->config, OKI_LINK_KEY_PASSPHRASE,
		    OKI_PASSPHRASE_MAX, &pass, e);
	if (r == ONSHI_OK)
		r = oki_container_open(file.data, file.len, pass.data,
		    oki_line_len(pass.data, pass.len), pem, &key, e);
out:
	oki_buf_free(&file);
	oki_buf_free(&pass);
	oki_buf_free(&key);

	return r;
}

static void
look_terminal(struct onshi_doctor *d)
{
	struct onshi_error e;
	struct oki_dates dates;
	struct oki_buf pem;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&pem, CHAIN_MOST);
	if ((r = terminal_pem(d, &pem, &e)) == ONSHI_OK &&
	    (r = oki_dates_of_first(pem.data, pem.len, &dates)) != ONSHI_OK)
		(void)oki_fail(&e, r,
		    "link.cert_file: no certificate (PEM) to be read");
	if (r == ONSHI_OK)
		tell_dates(d, &terminal, NULL, &dates);
	else
		tell_error(d, OKI_FOUND_TERMINAL_BAD, NULL, &e);
	oki_buf_free(&pem);
}

static void
look_crl(struct onshi_doctor *d)
{
	struct onshi_error e;
	struct oki_dates dates;
	struct oki_buf pem;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&pem, CRL_MOST);
	if ((r = oki_config_content(d->config, OKI_LINK_CRL_FILE, CRL_MOST,
	    &pem, &e)) == ONSHI_OK &&
	    (r = oki_dates_of_crls(pem.data, pem.len, &dates)) != ONSHI_OK)
		(void)oki_fail(&e, r, "link.crl_file: no revocation list "
		    "(PEM) to be read");
	if (r == ONSHI_OK)
		tell_dates(d, &list, NULL, &dates);
	else
		tell_error(d, OKI_FOUND_CRL_BAD, NULL, &e);
	oki_buf_free(&pem);
}

void
oki_doctor_certificates(struct onshi_doctor *d)
{
	if (oki_doctor_has_link(d, "https") ||
	    oki_doctor_has_link(d, "webapi")) {
		look_terminal(d);
		look_authority(d, OKI_LINK_CA_FILE, "certificate.ca");
		if (oki_config_has(d->config, OKI_LINK_CRL_FILE))
			look_crl(d);
	}
	if (oki_config_has(d->config, OKI_CARD_CA_FILE))
		look_authority(d, OKI_CARD_CA_FILE, "certificate.card_ca");
	else if (!oki_doctor_has_link(d, "folder"))
		oki_doctor_found(d, OKI_FOUND_CARD_CA_NONE, NULL, NULL);
}
