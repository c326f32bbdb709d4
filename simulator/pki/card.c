/* The cards: their authorities, certificates, and what is written of each. */
#include "pki.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#define AUTHORITY_ORG	"公的個人認証サービス（模擬）"
#define MARK		"libonshikaku test"
#define SIGN_PIN	"ABC1234"

enum { PEOPLE_MAX = 32 };

/* The keys that are made once; after them, one for each person. */
enum {
	KEY_AUTH_CA, KEY_SIGN_CA, KEY_OTHER_CA, KEY_CV, KEY_TEXT, KEY_VISUAL,
	KEY_CARD, KEY_SIGN, KEY_PEOPLE, KEYS = KEY_PEOPLE + PEOPLE_MAX
};

struct cards {
	const struct pki *pki;
	const struct pki_person *people;
	size_t		 n;
	struct pki_slot	 slots[KEYS];
	struct pki_ca	 auth_ca;
	struct pki_ca	 sign_ca;
	struct pki_ca	 other_ca;
	BIO		*csv;
};

/* One card to be written; the bad ones differ from an owner's in one thing. */
struct issue {
	const char	*profile;
	const struct pki_ca *ca;
	EVP_PKEY	*certified;
	EVP_PKEY	*on_card;
	bool		 damaged;
	bool		 listed;
};

static const char ca_extensions[] =
	"[ext]\n"
	"basicConstraints = critical,CA:TRUE\n"
	"keyUsage = critical,keyCertSign,cRLSign\n"
	"subjectKeyIdentifier = hash\n"
	"crlDistributionPoints = points\n"
	"[points]\n"
	"fullname = dirName:place\n"
	"[place]\n"
	"C = JP\n"
	"O = JPKI-TEST\n"
	"OU = " MARK "\n";

/*
 * The holder's certificates, card.md 4.3. Neither name, address nor birth
 * date is in the one for authentication. The comment fills it up to the size
 * that was measured on cards.
 */
static const char auth_extensions[] =
	"[ext]\n"
	"keyUsage = critical,digitalSignature\n"
	"certificatePolicies = critical,@policy\n"
	"subjectKeyIdentifier = hash\n"
	"authorityKeyIdentifier = keyid\n"
	"crlDistributionPoints = points\n"
	"nsComment = %s\n"
	"[policy]\n"
	"policyIdentifier = 1.2.392.200149.8.5.1.3.30\n"
	"CPS.1 = http://jpki.example/libonshikaku/test/cps.html\n"
	"[points]\n"
	"fullname = dirName:place\n"
	"[place]\n"
	"C = JP\n"
	"O = JPKI-TEST\n"
	"OU = " MARK "\n"
	"CN = CRL %s\n";

static const char sign_extensions[] =
	"[ext]\n"
	"keyUsage = critical,digitalSignature,nonRepudiation\n"
	"certificatePolicies = critical,@policy\n"
	"subjectKeyIdentifier = hash\n"
	"authorityKeyIdentifier = keyid\n"
	"crlDistributionPoints = points\n"
	"subjectAltName = @four\n"
	"[policy]\n"
	"policyIdentifier = 1.2.392.200149.8.5.1.0.20\n"
	"CPS.1 = http://jpki.example/libonshikaku/test/cps.html\n"
	"[points]\n"
	"fullname = dirName:place\n"
	"[place]\n"
	"C = JP\n"
	"O = JPKI-TEST\n"
	"OU = " MARK "\n"
	"[four]\n"
	"otherName.1 = 1.2.392.200149.8.5.5.1;FORMAT:UTF8,UTF8:%s\n"
	"otherName.2 = 1.2.392.200149.8.5.5.2;UTF8:00000\n"
	"otherName.3 = 1.2.392.200149.8.5.5.3;UTF8:%d\n"
	"otherName.4 = 1.2.392.200149.8.5.5.4;UTF8:%d%s\n"
	"otherName.5 = 1.2.392.200149.8.5.5.5;FORMAT:UTF8,UTF8:%s\n"
	"otherName.6 = 1.2.392.200149.8.5.5.6;UTF8:00000000000000\n";

static int
make_ca(const struct cards *c, const char *purpose, size_t slot,
    struct pki_ca *out)
{
	const struct pki_part subject[] = {
		{ "C", "JP" }, { "O", "JPKI-TEST" }, { "OU", purpose },
		{ "OU", MARK " authority" }, { NULL, NULL },
	};
	const struct pki_request req = {
		.subject = subject, .key = c->slots[slot].key,
		.extensions = ca_extensions,
		.alt = NID_subject_alt_name, .alt_org = AUTHORITY_ORG,
		.from = (int64_t)(c->pki->today - 3000) * 86400,
		.until = (int64_t)(c->pki->today + 3650) * 86400,
		.serial_bytes = 4,
	};

	out->key = c->slots[slot].key;
	out->cert = pki_cert_make(&req);

	return out->cert == NULL ? -1 : 0;
}

/* Issued in the morning; runs until the birthday is over in Japan. */
static void
set_dates(const struct pki_holder *h, struct pki_request *req)
{
	req->from = (int64_t)h->issued * 86400 + 5000;
	req->until = (int64_t)h->cert_until * 86400 + 15 * 3600 - 1;
}

static X509 *
auth_cert_try(const struct issue *is, const struct pki_holder *h,
    size_t comment)
{
	static const char filler[] = "This certificate was made for tests of "
	    "libonshikaku. Its holder is invented and it proves nothing. ";
	char text[1200], extensions[2400], cn[32];
	const struct pki_part subject[] = {
		{ "C", "JP" }, { "CN", cn }, { NULL, NULL },
	};
	struct pki_request req = {
		.subject = subject, .issuer = is->ca, .key = is->certified,
		.alt = NID_issuer_alt_name, .alt_org = AUTHORITY_ORG,
		.serial_bytes = 4,
		.serial_high = strcmp(h->person->profile, "renewed") == 0,
	};
	size_t i;

	if (comment >= sizeof(text))
		comment = sizeof(text) - 1;
	for (i = 0; i < comment; i++)
		text[i] = filler[i % (sizeof(filler) - 1)];
	if (i > 0 && text[i - 1] == ' ')
		text[i - 1] = '.';
	text[i] = '\0';
	snprintf(extensions, sizeof(extensions), auth_extensions, text,
	    h->person->kind == PKI_PHONE ? "phone" : "card");
	snprintf(cn, sizeof(cn), "0TEST%04uAGCIEG99101003A",
	    (h->index * 7919 + 13) % 10000);
	req.extensions = extensions;
	set_dates(h, &req);

	return pki_cert_make(&req);
}

/* The serial number of a second try is another one: the last one counts. */
static X509 *
auth_cert_make(const struct issue *is, const struct pki_holder *h)
{
	size_t comment = 200, size, want = h->person->cert_size;
	X509 *cert = NULL;
	int turn;

	for (turn = 0; turn < 8; turn++) {
		X509_free(cert);
		if ((cert = auth_cert_try(is, h, comment)) == NULL)
			return NULL;
		size = pki_cert_size(cert);
		if (size == want || comment + want < size)
			break;
		comment = comment + want - size;
	}

	return cert;
}

static X509 *
sign_cert_make(const struct cards *c, const struct pki_holder *h)
{
	const struct pki_part subject[] = {
		{ "C", "JP" }, { "L", "Mihon-shi" },
		{ "CN", "0TEST99101SIGNATURE003A" }, { NULL, NULL },
	};
	struct pki_request req = {
		.subject = subject, .issuer = &c->sign_ca,
		.key = c->slots[KEY_SIGN].key,
		.alt = NID_issuer_alt_name, .alt_org = AUTHORITY_ORG,
		.serial_bytes = 4,
	};
	char extensions[2400], birth[16];
	int year;

	pki_day_write(h->birth, birth, sizeof(birth));
	snprintf(extensions, sizeof(extensions), sign_extensions,
	    h->person->name, h->person->sex, pki_era(h->birth, &year), birth,
	    h->person->address);
	req.extensions = extensions;
	set_dates(h, &req);

	return pki_cert_make(&req);
}

static int
write_auth(const struct issue *is, struct pki_holder *h, const char *dir)
{
	uint8_t *der = NULL;
	X509 *cert;
	int n, r = -1;

	if ((cert = auth_cert_make(is, h)) == NULL)
		return -1;
	pki_cert_serial(cert, h->auth_serial, sizeof(h->auth_serial));
	if ((n = i2d_X509(cert, &der)) <= 0)
		goto out;
	if (is->damaged)
		memset(der + n / 4, 0xa5, (size_t)n / 2);
	if (pki_write_cert(dir, "auth.pem", cert) != 0 ||
	    pki_write(dir, "auth.der", der, (size_t)n, false) != 0 ||
	    pki_write_key(dir, "auth.key", is->on_card, NULL) != 0)
		goto out;
	r = 0;
out:
	OPENSSL_free(der);
	X509_free(cert);

	return r;
}

static int
write_sign(const struct cards *c, const struct pki_holder *h, const char *dir)
{
	X509 *cert;
	int r = -1;

	if ((cert = sign_cert_make(c, h)) == NULL)
		return -1;
	if (pki_write_der(dir, "sign.der", cert) == 0 &&
	    pki_write_key(dir, "sign.key", c->slots[KEY_SIGN].key,
	    NULL) == 0)
		r = 0;
	X509_free(cert);

	return r;
}

static int
write_profile(const struct issue *is, const struct pki_holder *h,
    const char *dir)
{
	static const char *const kinds[] = {
		[PKI_MYNUMBER] = "mynumber", [PKI_PHONE] = "phone",
		[PKI_JUKI] = "juki", [PKI_RESIDENCE] = "residence",
		[PKI_LICENCE] = "licence",
		[PKI_EXTRA] = "mynumber+residence+licence",
	};
	const struct pki_person *p = h->person;
	char text[2400], birth[16], card[16], from[16], until[16];

	pki_day_write(h->birth, birth, sizeof(birth));
	pki_day_write(h->card_until, card, sizeof(card));
	pki_day_write(h->issued, from, sizeof(from));
	pki_day_write(h->cert_until, until, sizeof(until));
	snprintf(text, sizeof(text),
	    "# a test card: the holder is invented, the PINs are public\n"
	    "profile = %s\nkind = %s\n"
	    "name = %s\nkana = %s\nbirthdate = %s\nsex = %d\naddress = %s\n"
	    "insurer = %s\nsymbol = %s\nnumber = %s\nbranch = %s\n"
	    "municipality = 99101\ncard_expiry = %s\n"
	    "auth_serial = %s\nauth_from = %s\nauth_until = %s\n"
	    "pin = 1234\npin_tries = %d\npin_max = %d\n"
	    "sign_pin = %s\nsign_tries = %d\nsign_max = %d\n"
	    "text_pin = 1234\ntext_tries = %d\ntext_max = %d\n"
	    "number_a = %s\nnumber_b = %s\nfiller = %d\n",
	    is->profile, kinds[p->kind], p->name, p->kana, birth, p->sex,
	    p->address, p->insurer, p->symbol, p->number, p->branch, card,
	    h->auth_serial, h->auth_serial[0] == '\0' ? "" : from,
	    h->auth_serial[0] == '\0' ? "" : until,
	    p->pin_tries, p->pin_max, SIGN_PIN, p->has_sign ? 5 : 0,
	    p->has_sign ? 5 : 0, p->pin_max, p->pin_max, h->number_a,
	    h->number_b, p->filler);

	return pki_write_text(dir, "profile.ini", text);
}

/* Only a My Number Card has the applications of card.md 5. */
static int
write_records(const struct cards *c, const struct pki_holder *h,
    const char *dir)
{
	const struct pki_records keys = {
		.authority = c->slots[KEY_CV].key,
		.text_issuer = c->slots[KEY_TEXT].key,
		.visual_issuer = c->slots[KEY_VISUAL].key,
		.card = c->slots[KEY_CARD].key,
	};

	if (h->person->kind != PKI_MYNUMBER && h->person->kind != PKI_EXTRA)
		return 0;
	if (pki_write_key(dir, "card.key", keys.card, NULL) != 0)
		return -1;

	return pki_records_make(&keys, h, dir);
}

static int
issue_card(struct cards *c, const struct issue *is,
    const struct pki_person *p)
{
	struct pki_holder h;
	char dir[1024], name[64], birth[16];
	bool jpki = p->kind != PKI_RESIDENCE && p->kind != PKI_LICENCE;

	pki_holder_set(&h, p, c->pki->today);
	snprintf(name, sizeof(name), "cards/%s", is->profile);
	if (pki_path(dir, sizeof(dir), c->pki->dir, name) != 0 ||
	    pki_mkdir(dir) != 0)
		return -1;
	if (jpki && (pki_write_der(dir, "ca.der", c->auth_ca.cert) != 0 ||
	    pki_write_der(dir, "sign-ca.der", c->sign_ca.cert) != 0))
		return -1;
	if ((p->has_auth && write_auth(is, &h, dir) != 0) ||
	    (p->has_sign && write_sign(c, &h, dir) != 0) ||
	    write_records(c, &h, dir) != 0 ||
	    write_profile(is, &h, dir) != 0)
		return -1;
	pki_day_write(h.birth, birth, sizeof(birth));
	if (is->listed && p->insurer[0] != '\0' &&
	    BIO_printf(c->csv, "%s,%s,%s,%s,%s,%s,%s\n", is->profile,
	    h.auth_serial, p->insurer, p->symbol, p->number, p->branch,
	    birth) <= 0)
		return -1;

	return 0;
}

static int
issue_bad(struct cards *c)
{
	EVP_PKEY *own = c->slots[KEY_PEOPLE].key;
	const struct issue bad[] = {
		{ .profile = "other-ca", .ca = &c->other_ca,
		    .certified = own, .on_card = own },
		{ .profile = "wrong-key", .ca = &c->auth_ca,
		    .certified = own, .on_card = c->slots[KEY_CARD].key },
		{ .profile = "bad-cert", .ca = &c->auth_ca,
		    .certified = own, .on_card = own, .damaged = true },
	};
	char name[32];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), "card-%s", bad[i].profile);
		if (pki_wants(c->pki, name) &&
		    issue_card(c, &bad[i], &c->people[0]) != 0)
			return -1;
	}

	return 0;
}

static int
issue_all(struct cards *c)
{
	struct issue is = { .ca = &c->auth_ca, .listed = true };
	size_t i;

	if (BIO_puts(c->csv,
	    "profile,serial,insurer,symbol,number,branch,birthdate\n") <= 0)
		return -1;
	for (i = 0; i < c->n; i++) {
		is.profile = c->people[i].profile;
		is.certified = is.on_card = c->slots[KEY_PEOPLE + i].key;
		if (issue_card(c, &is, &c->people[i]) != 0)
			return -1;
	}

	return issue_bad(c);
}

static int
make_keys(struct cards *c)
{
	struct pki_slot wanted[KEYS] = { { .key = NULL } };
	size_t i, n, at[KEYS];
	int r;

	for (i = 0, n = 0; i < KEY_PEOPLE + c->n; i++)
		if (i < KEY_PEOPLE || c->people[i - KEY_PEOPLE].has_auth)
			at[n++] = i;
	r = pki_keys_make(wanted, n);
	for (i = 0; i < n; i++)
		c->slots[at[i]] = wanted[i];

	return r;
}

static int
make_all(struct cards *c)
{
	char dir[1024], *csv = NULL;
	long n;

	if (pki_path(dir, sizeof(dir), c->pki->dir, "cards") != 0 ||
	    pki_mkdir(dir) != 0 || make_keys(c) != 0 ||
	    make_ca(c, "JPKI for user authentication", KEY_AUTH_CA,
	    &c->auth_ca) != 0 ||
	    make_ca(c, "JPKI for digital signature", KEY_SIGN_CA,
	    &c->sign_ca) != 0 ||
	    make_ca(c, "JPKI for user authentication", KEY_OTHER_CA,
	    &c->other_ca) != 0 ||
	    pki_write_cert(c->pki->dir, "card-ca.pem",
	    c->auth_ca.cert) != 0 ||
	    pki_write_cert(c->pki->dir, "card-sign-ca.pem",
	    c->sign_ca.cert) != 0 ||
	    pki_write_public(c->pki->dir, "card-face-ca.pem",
	    c->slots[KEY_CV].key) != 0 ||
	    issue_all(c) != 0 || (n = BIO_get_mem_data(c->csv, &csv)) <= 0)
		return -1;

	return pki_write(c->pki->dir, "people.csv", (const uint8_t *)csv,
	    (size_t)n, false);
}

int
pki_cards_make(const struct pki *p)
{
	struct cards c = { .pki = p };
	size_t i;
	int r = -1;

	c.n = pki_people(&c.people);
	if (c.n <= PEOPLE_MAX && (c.csv = BIO_new(BIO_s_mem())) != NULL)
		r = make_all(&c);
	if (r != 0)
		pki_complain("the cards failed", NULL);
	BIO_free(c.csv);
	X509_free(c.auth_ca.cert);
	X509_free(c.sign_ca.cert);
	X509_free(c.other_ca.cert);
	for (i = 0; i < KEYS; i++)
		EVP_PKEY_free(c.slots[i].key);

	return r;
}
