/* Certificates of cards: what is taken, who stands behind it, how long. */
#include "config.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "crypto/crypto.h"
#include "tests/core/run.h"
#include "tests/crypto/make.h"

#define RSA_CARD	.key = KEY_RSA, .ca_key = KEY_CA
#define NONE		"keyUsage=critical,digitalSignature\n"

static X509 *ca;

/* What is done to the DER after it was made. */
enum harm {
	NO_HARM, FILLER_FF, FILLER_00, FILLER_LONG, CUT_ONE, ALL_GONE,
	ONE_BYTE, INDEFINITE, LONG_FORM, LENGTH_ZEROS, INNER_TRAIL,
	OUTER_ALGORITHM, WRONG_TAG
};

static const struct {
	const char	*name;
	struct make_spec spec;
	enum harm	 harm;
	bool		 good;
} rows[] = {
	{ "as on cards", { RSA_CARD }, NO_HARM, true },
	{ "P-256", { .key = KEY_P256, .ca_key = KEY_CA }, NO_HARM, true },
	{ "P-384", { .key = KEY_P384, .ca_key = KEY_CA }, NO_HARM, true },
	{ "filler of FF", { RSA_CARD }, FILLER_FF, true },
	{ "filler of zeros", { RSA_CARD }, FILLER_00, true },
	{ "filler over 8 KiB", { RSA_CARD }, FILLER_LONG, true },
	{ "one byte lacks", { RSA_CARD }, CUT_ONE, false },
	{ "nothing", { RSA_CARD }, ALL_GONE, false },
	{ "one byte", { RSA_CARD }, ONE_BYTE, false },
	{ "indefinite length", { RSA_CARD }, INDEFINITE, false },
	{ "three length bytes", { RSA_CARD }, LONG_FORM, false },
	{ "length with a zero", { RSA_CARD }, LENGTH_ZEROS, false },
	{ "bytes inside at the end", { RSA_CARD }, INNER_TRAIL, false },
	{ "another algorithm outside", { RSA_CARD }, OUTER_ALGORITHM, false },
	{ "no sequence", { RSA_CARD }, WRONG_TAG, false },
	{ "version 1", { RSA_CARD, .version = -1 }, NO_HARM, false },
	{ "version 2", { RSA_CARD, .version = 2 }, NO_HARM, false },
	{ "version 4", { RSA_CARD, .version = 4 }, NO_HARM, false },
	{ "RSA 1024", { .key = KEY_RSA_1024, .ca_key = KEY_CA }, NO_HARM,
	  false },
	{ "exponent 3", { .key = KEY_RSA_E3, .ca_key = KEY_CA }, NO_HARM,
	  false },
	{ "P-521", { .key = KEY_P521, .ca_key = KEY_CA }, NO_HARM, false },
	{ "secp256k1", { .key = KEY_K256, .ca_key = KEY_CA }, NO_HARM, false },
	{ "explicit curve", { .key = KEY_EXPLICIT, .ca_key = KEY_CA },
	  NO_HARM, false },
	{ "Ed25519", { .key = KEY_ED25519, .ca_key = KEY_CA }, NO_HARM,
	  false },
	{ "serial zero", { RSA_CARD, .serial = "00" }, NO_HARM, false },
	{ "serial negative", { RSA_CARD, .serial = "81" }, NO_HARM, false },
	{ "serial of 20 bytes", { RSA_CARD,
	  .serial = "7fffffffffffffffffffffffffffffffffffffff" }, NO_HARM,
	  true },
	{ "serial of 21 bytes", { RSA_CARD,
	  .serial = "7fffffffffffffffffffffffffffffffffffffffff" }, NO_HARM,
	  false },
	{ "ends before it begins", { RSA_CARD, .until = "251026000000Z" },
	  NO_HARM, false },
	{ "ends as it begins", { RSA_CARD, .until = "251027000000Z" },
	  NO_HARM, false },
	{ "a century", { RSA_CARD, .until = "G21260101000000Z" }, NO_HARM,
	  false },
	{ "without end", { RSA_CARD, .until = "G99991231235959Z" }, NO_HARM,
	  false },
	{ "the last UTCTime", { RSA_CARD, .from = "400101000000Z",
	  .until = "491231235959Z" }, NO_HARM, true },
	{ "the first GeneralizedTime", { RSA_CARD, .from = "490101000000Z",
	  .until = "G20500101000000Z" }, NO_HARM, true },
	{ "GeneralizedTime too early", { RSA_CARD,
	  .until = "G20300101000000Z" }, NO_HARM, false },
	{ "no seconds", { RSA_CARD, .until = "3002171459Z" }, NO_HARM, false },
	{ "an offset", { RSA_CARD, .until = "300217145959+0900" }, NO_HARM,
	  false },
	{ "no zone", { RSA_CARD, .until = "3002171459590" }, NO_HARM, false },
	{ "fractions", { RSA_CARD, .until = "G20500101000000.5Z" }, NO_HARM,
	  false },
	{ "month 13", { RSA_CARD, .until = "301317145959Z" }, NO_HARM, false },
	{ "30 February", { RSA_CARD, .until = "300230145959Z" }, NO_HARM,
	  false },
	{ "hour 24", { RSA_CARD, .until = "300217240000Z" }, NO_HARM, false },
	{ "no digits", { RSA_CARD, .until = "3002171459xxZ" }, NO_HARM,
	  false },
	{ "extension twice", { RSA_CARD, .extensions = NONE NONE }, NO_HARM,
	  false },
	{ "extension of garbage", { RSA_CARD,
	  .extensions = "2.5.29.15=critical,DER:ffff\n" }, NO_HARM, false },
	{ "no extension but one", { RSA_CARD, .extensions = NONE }, NO_HARM,
	  true },
};

static void
append(struct oki_buf *b, int c, size_t n)
{
	while (n-- > 0)
		ck_assert_int_eq(oki_buf_byte(b, (unsigned int)c), ONSHI_OK);
}

/* One more byte at the end of what the header counts, or before it. */
static void
harm(struct oki_buf *b, enum harm how)
{
	static const uint8_t sha256_rsa[] = {
		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b
	};
	size_t i;

	ck_assert_uint_eq(b->data[1], 0x82);
	switch (how) {
	case NO_HARM:
		break;
	case FILLER_FF:
		append(b, 0xff, 300);
		break;
	case FILLER_00:
		append(b, 0, 300);
		break;
	case FILLER_LONG:
		append(b, 0xff, 20000);
		break;
	case CUT_ONE:
		b->len--;
		break;
	case ALL_GONE:
		b->len = 0;
		break;
	case ONE_BYTE:
		b->len = 1;
		break;
	case INDEFINITE:
		b->data[1] = 0x80;
		memmove(b->data + 2, b->data + 4, b->len - 4);
		b->len -= 2;
		append(b, 0, 2);
		break;
	case LONG_FORM:
		append(b, 0, 1);
		memmove(b->data + 3, b->data + 2, b->len - 3);
		b->data[1] = 0x83;
		b->data[2] = 0;
		break;
	case LENGTH_ZEROS:
		b->data[2] = 0;
		b->len = 4u + b->data[3];
		break;
	case INNER_TRAIL:
		append(b, 0, 1);
		i = ((size_t)b->data[2] << 8 | b->data[3]) + 1;
		b->data[2] = (uint8_t)(i >> 8);
		b->data[3] = (uint8_t)i;
		break;
	case OUTER_ALGORITHM:
		for (i = b->len - sizeof(sha256_rsa); i > 0; i--)
			if (memcmp(b->data + i, sha256_rsa,
			    sizeof(sha256_rsa)) == 0)
				break;
		ck_assert_uint_gt(i, 0);
		b->data[i + 8] = 0x0c;
		break;
	case WRONG_TAG:
		b->data[0] = 0x31;
		break;
	}
}

START_TEST(parsed)
{
	struct make_spec spec = rows[_i].spec;
	struct onshi_certificate *c;
	struct onshi_error e;
	struct oki_buf der;
	size_t len, whole;
	X509 *x;
	int r;

	spec.ca = ca;
	x = make_certificate(&spec);
	oki_buf_init(&der, 40000);
	make_der(x, &der);
	whole = der.len;
	harm(&der, rows[_i].harm);
	oki_error_clear(&e);
	r = oki_certificate_parse(NULL, der.data, der.len, &c, &e);
	ck_assert_msg(r == (rows[_i].good ? ONSHI_OK : ONSHI_E_CERTIFICATE),
	    "%s: %s: %s", rows[_i].name, onshi_result_name(r), e.text);
	if (rows[_i].good) {
		ck_assert_mem_eq(onshi_certificate_bytes(c, &len), der.data,
		    whole);
		ck_assert_uint_eq(len, whole);
		ck_assert_int_eq(onshi_certificate_trust(c),
		    ONSHI_TRUST_UNCHECKED);
	} else {
		ck_assert_ptr_null(c);
		ck_assert_str_ne(e.text, "");
	}
	oki_certificate_free(&c);
	oki_buf_free(&der);
	X509_free(x);
}
END_TEST

static struct onshi_certificate *
parse(X509 *x, struct oki_env *env)
{
	struct onshi_certificate *c;
	struct oki_buf der;

	oki_buf_init(&der, 20000);
	make_der(x, &der);
	ck_assert_int_eq(oki_certificate_parse(env, der.data, der.len, &c,
	    NULL), ONSHI_OK);
	oki_buf_free(&der);

	return c;
}

START_TEST(larger_than_8k)
{
	static char extensions[9000];
	struct make_spec spec = { RSA_CARD, .ca = ca, .extensions = extensions };
	struct onshi_certificate *c;
	struct oki_buf der;
	size_t n;
	X509 *x;

	/* The one that is 8192 bytes long is the last that is taken. */
	for (n = 7000; ; n++) {
		memcpy(extensions, "nsComment=", 10);
		memset(extensions + 10, 'x', n);
		extensions[n + 10] = '\0';
		x = make_certificate(&spec);
		oki_buf_init(&der, 20000);
		make_der(x, &der);
		if (der.len >= 8192)
			break;
		n += 8192 - der.len - 1;
		oki_buf_free(&der);
		X509_free(x);
	}
	ck_assert_uint_eq(der.len, 8192);
	ck_assert_int_eq(oki_certificate_parse(NULL, der.data, der.len, &c,
	    NULL), ONSHI_OK);
	oki_certificate_free(&c);
	X509_free(x);
	oki_buf_free(&der);
	memcpy(extensions + n + 10, "x", 2);
	x = make_certificate(&spec);
	make_der(x, &der);
	ck_assert_uint_eq(der.len, 8193);
	ck_assert_int_eq(oki_certificate_parse(NULL, der.data, der.len, &c,
	    NULL), ONSHI_E_CERTIFICATE);
	oki_buf_free(&der);
	X509_free(x);
}
END_TEST

START_TEST(asked)
{
	struct make_spec spec = { RSA_CARD, .ca = ca,
	    .serial = "00fe01Ab00" };
	struct onshi_certificate *again, *c;
	X509 *x = make_certificate(&spec);
	size_t len = 9;

	c = parse(x, NULL);
	ck_assert_str_eq(onshi_certificate_serial(c), "fe01ab00");
	ck_assert_int_eq(onshi_certificate_not_before(c),
	    oki_utc(2025, 10, 27, 0, 0, 0));
	ck_assert_int_eq(onshi_certificate_not_after(c),
	    oki_utc(2030, 2, 17, 14, 59, 59));
	again = oki_certificate_ref(c);
	ck_assert_ptr_eq(again, c);
	oki_certificate_free(&c);
	ck_assert_str_eq(onshi_certificate_serial(again), "fe01ab00");
	oki_certificate_free(&again);
	oki_certificate_free(&again);
	oki_certificate_free(NULL);
	X509_free(x);

	ck_assert_int_eq(onshi_certificate_state(NULL), 0);
	ck_assert_int_eq(onshi_certificate_trust(NULL), ONSHI_TRUST_UNCHECKED);
	ck_assert_str_eq(onshi_certificate_serial(NULL), "");
	ck_assert_int_eq(onshi_certificate_not_before(NULL), 0);
	ck_assert_int_eq(onshi_certificate_not_after(NULL), 0);
	ck_assert_ptr_null(onshi_certificate_bytes(NULL, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_null(onshi_certificate_bytes(NULL, NULL));
	ck_assert_ptr_null(oki_certificate_ref(NULL));
	ck_assert_int_eq(oki_certificate_parse(NULL, NULL, 5, &c, NULL),
	    ONSHI_E_CERTIFICATE);
}
END_TEST

/* Cut anywhere, or with one byte changed: an answer, and no damage. */
START_TEST(mangled)
{
	struct make_spec spec = { .key = KEY_P256, .ca_key = KEY_MID,
	    .ca = ca };
	struct onshi_certificate *c;
	struct oki_buf der;
	X509 *x = make_certificate(&spec);
	uint8_t saved;
	size_t i, j;
	int r;

	oki_buf_init(&der, 20000);
	make_der(x, &der);
	for (i = 0; i < der.len; i++) {
		ck_assert_int_eq(oki_certificate_parse(NULL, der.data, i, &c,
		    NULL), ONSHI_E_CERTIFICATE);
		saved = der.data[i];
		for (j = 0; j < 8; j++) {
			der.data[i] = (uint8_t)(saved ^ 1u << j);
			r = oki_certificate_parse(NULL, der.data, der.len, &c,
			    NULL);
			ck_assert(r == ONSHI_OK || r == ONSHI_E_CERTIFICATE);
			oki_certificate_free(&c);
		}
		der.data[i] = saved;
	}
	oki_buf_free(&der);
	X509_free(x);
}
END_TEST

/* ---- how long: by Japan time ------------------------------------------------ */

static const struct {
	const char	*from, *until, *now;
	int		 state;
} states[] = {
	{ "20251027000000", "20300217235959", "20251026235959",
	  ONSHI_CERTIFICATE_NOT_YET },
	{ "20251027000000", "20300217235959", "20251027000000",
	  ONSHI_CERTIFICATE_VALID },
	{ "20251027000000", "20300217235959", "20291116235959",
	  ONSHI_CERTIFICATE_VALID },
	{ "20251027000000", "20300217235959", "20291117000000",
	  ONSHI_CERTIFICATE_SOON },
	{ "20251027000000", "20300217235959", "20300217235959",
	  ONSHI_CERTIFICATE_SOON },
	{ "20251027000000", "20300217235959", "20300218000000",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20300217235959", "20300531235959",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20300217235959", "20300601000000",
	  ONSHI_CERTIFICATE_LAPSED },
	/* on the last second of a month, and one later */
	{ "20251027000000", "20300228235959", "20300531235959",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20300228235959", "20300601000000",
	  ONSHI_CERTIFICATE_LAPSED },
	{ "20251027000000", "20300301000000", "20300630235959",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20300301000000", "20300701000000",
	  ONSHI_CERTIFICATE_LAPSED },
	/* over the turn of a year, into a short and a leap February */
	{ "20251027000000", "20301115000000", "20310228235959",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20301115000000", "20310301000000",
	  ONSHI_CERTIFICATE_LAPSED },
	{ "20251027000000", "20271130235959", "20280229235959",
	  ONSHI_CERTIFICATE_GRACE },
	{ "20251027000000", "20271130235959", "20280301000000",
	  ONSHI_CERTIFICATE_LAPSED },
	/* three months before the end of May there is no 31st */
	{ "20251027000000", "20300531235959", "20300228235959",
	  ONSHI_CERTIFICATE_VALID },
	{ "20251027000000", "20300531235959", "20300301000000",
	  ONSHI_CERTIFICATE_SOON },
	{ "20251027000000", "20300217235959", "20400101000000",
	  ONSHI_CERTIFICATE_LAPSED },
};

START_TEST(state)
{
	int64_t from, now, until;

	ck_assert(oki_time_parse(states[_i].from, &from));
	ck_assert(oki_time_parse(states[_i].until, &until));
	ck_assert(oki_time_parse(states[_i].now, &now));
	ck_assert_msg(oki_certificate_state_at(from, until, now) ==
	    states[_i].state, "%s at %s", states[_i].until, states[_i].now);
}
END_TEST

START_TEST(state_names)
{
	int i;

	ck_assert_str_eq(onshi_certificate_state_name(ONSHI_CERTIFICATE_GRACE),
	    "grace");
	ck_assert_ptr_null(onshi_certificate_state_name(0));
	ck_assert_ptr_null(onshi_certificate_state_name(-1));
	ck_assert_ptr_null(onshi_certificate_state_name(6));
	ck_assert_str_eq(onshi_certificate_state_text(0, "ja"), "");
	ck_assert_str_eq(onshi_certificate_state_text(99, "ja"), "");
	ck_assert_str_eq(onshi_certificate_state_text(ONSHI_CERTIFICATE_VALID,
	    "ja"),
	    "");
	for (i = ONSHI_CERTIFICATE_SOON; i <= ONSHI_CERTIFICATE_NOT_YET; i++) {
		ck_assert_str_ne(onshi_certificate_state_text(i, "ja"), "");
		ck_assert_str_ne(onshi_certificate_state_text(i, "ja"),
		    onshi_certificate_state_text(i, "en"));
		ck_assert_str_eq(onshi_certificate_state_text(i, NULL),
		    onshi_certificate_state_text(i, "en"));
	}
}
END_TEST

/* ---- who stands behind it --------------------------------------------------- */

static int64_t wall;

static int64_t
tell(void *self)
{
	return *(int64_t *)self;
}

static struct oki_env *
at_moment(const char *when)
{
	const struct onshi_clock_ops ops = {
		sizeof(ops), tell, tell, tell, NULL
	};
	struct onshi_config *config;
	struct oki_env *env;

	ck_assert(oki_time_parse(when, &wall));
	wall *= 1000;
	ck_assert_int_eq(onshi_config_new(&config), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_clock(config, &ops, &wall),
	    ONSHI_OK);
	ck_assert_int_eq(oki_env_new(config, &env), ONSHI_OK);
	onshi_config_free(&config);

	return env;
}

/* What is in the file of authorities. */
enum {
	A_CA = 1, A_OTHER = 2, A_SAME_NAME = 4, A_EXPIRED = 8, A_MID = 16,
	A_LEAF = 32, A_WEAK = 64, A_NO_CA = 128
};

static const struct {
	const char	*name;
	struct make_spec spec;
	int		 authorities;
	const char	*now;
	int		 trust;
	bool		 by_mid;	/* signed by the one in the middle */
	bool		 damaged;
} chains[] = {
	{ "its authority", { RSA_CARD }, A_CA, "20260101000000",
	  ONSHI_TRUST_GOOD, false, false },
	{ "among others", { RSA_CARD }, A_OTHER | A_CA | A_EXPIRED,
	  "20260101000000", ONSHI_TRUST_GOOD, false, false },
	{ "generations of one name", { RSA_CARD }, A_SAME_NAME | A_CA,
	  "20260101000000", ONSHI_TRUST_GOOD, false, false },
	{ "another authority", { RSA_CARD }, A_OTHER, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "another of the same name", { RSA_CARD }, A_SAME_NAME,
	  "20260101000000", ONSHI_TRUST_UNTRUSTED, false, false },
	{ "forged in its name", { .key = KEY_RSA, .ca_key = KEY_OTHER_CA },
	  A_CA, "20260101000000", ONSHI_TRUST_BAD_SIGNATURE, false, false },
	{ "damaged", { RSA_CARD }, A_CA, "20260101000000",
	  ONSHI_TRUST_BAD_SIGNATURE, false, true },
	{ "itself", { RSA_CARD }, A_LEAF, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "soon over", { RSA_CARD }, A_CA, "20300216000000",
	  ONSHI_TRUST_GOOD, false, false },
	{ "in grace", { RSA_CARD }, A_CA, "20300501000000",
	  ONSHI_TRUST_GOOD, false, false },
	{ "long over, its authority too", { RSA_CARD }, A_CA,
	  "20400501000000", ONSHI_TRUST_GOOD, false, false },
	{ "not yet", { RSA_CARD }, A_CA, "20200501000000",
	  ONSHI_TRUST_GOOD, false, false },
	{ "authority was over before", { RSA_CARD }, A_EXPIRED,
	  "20260101000000", ONSHI_TRUST_UNTRUSTED, false, false },
	{ "key not for signatures", { RSA_CARD,
	  .extensions = "keyUsage=critical,keyEncipherment\n"
	  "authorityKeyIdentifier=keyid\n" }, A_CA, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "unknown critical extension", { RSA_CARD,
	  .extensions = NONE "authorityKeyIdentifier=keyid\n"
	  "1.2.3.4=critical,DER:0500\n" }, A_CA, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "unknown extension", { RSA_CARD,
	  .extensions = NONE "authorityKeyIdentifier=keyid\n"
	  "1.2.3.4=DER:0500\n" }, A_CA, "20260101000000",
	  ONSHI_TRUST_GOOD, false, false },
	{ "no authority key identifier", { RSA_CARD, .extensions = NONE },
	  A_CA, "20260101000000", ONSHI_TRUST_UNTRUSTED, false, false },
	{ "authority is none", { RSA_CARD }, A_NO_CA, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "authority's key is weak", { .key = KEY_RSA,
	  .ca_key = KEY_RSA_1024 }, A_WEAK, "20260101000000",
	  ONSHI_TRUST_UNTRUSTED, false, false },
	{ "in the middle, with its root", { .key = KEY_RSA,
	  .ca_key = KEY_MID }, A_CA | A_MID, "20260101000000",
	  ONSHI_TRUST_GOOD, true, false },
	{ "in the middle, alone", { .key = KEY_RSA, .ca_key = KEY_MID },
	  A_MID, "20260101000000", ONSHI_TRUST_UNTRUSTED, true, false },
};

/* Authorities that the rows name; ca_of: the one whose name is the issuer's. */
static void
authorities(int which, X509 *mid, X509 *leaf, X509 *weak, struct oki_buf *pem)
{
	X509 *x;

	if ((which & A_OTHER) != 0) {
		x = make_ca(KEY_OTHER_CA, "other", NULL, NULL);
		make_pem(x, pem);
		X509_free(x);
	}
	if ((which & A_SAME_NAME) != 0) {
		x = make_ca(KEY_OTHER_CA, "authority", NULL, NULL);
		make_pem(x, pem);
		X509_free(x);
	}
	if ((which & A_EXPIRED) != 0) {
		x = make_ca(KEY_CA, "authority", "150101000000Z",
		    "250101000000Z");
		make_pem(x, pem);
		X509_free(x);
	}
	if ((which & A_NO_CA) != 0) {
		const struct make_spec spec = { .key = KEY_CA,
		    .ca_key = KEY_CA, .cn = "authority",
		    .extensions = NONE "subjectKeyIdentifier=hash\n" };

		x = make_certificate(&spec);
		make_pem(x, pem);
		X509_free(x);
	}
	if ((which & A_CA) != 0)
		make_pem(ca, pem);
	if ((which & A_MID) != 0)
		make_pem(mid, pem);
	if ((which & A_LEAF) != 0)
		make_pem(leaf, pem);
	if ((which & A_WEAK) != 0)
		make_pem(weak, pem);
}

START_TEST(trust)
{
	const struct make_spec middle = {
		.key = KEY_MID, .ca_key = KEY_CA, .ca = ca, .cn = "middle",
		.serial = "02", .extensions =
		    "basicConstraints=critical,CA:TRUE\n"
		    "keyUsage=critical,keyCertSign\n"
		    "subjectKeyIdentifier=hash\n"
		    "authorityKeyIdentifier=keyid\n"
	};
	struct make_spec spec = chains[_i].spec;
	struct oki_env *env = at_moment(chains[_i].now);
	struct onshi_certificate *c;
	struct oki_buf der, pem;
	X509 *mid = make_certificate(&middle), *weak, *x;

	weak = make_ca(KEY_RSA_1024, "authority", NULL, NULL);
	spec.ca = chains[_i].by_mid ? mid :
	    spec.ca_key == KEY_RSA_1024 ? weak : ca;
	x = make_certificate(&spec);
	oki_buf_init(&pem, 40000);
	authorities(chains[_i].authorities, mid, x, weak, &pem);
	oki_buf_init(&der, 9000);
	make_der(x, &der);
	if (chains[_i].damaged)
		der.data[der.len - 9] ^= 1;
	ck_assert_int_eq(oki_certificate_parse(env, der.data, der.len, &c,
	    NULL), ONSHI_OK);
	ck_assert_int_eq(oki_certificate_check(c, pem.data, pem.len, NULL),
	    ONSHI_OK);
	ck_assert_msg(onshi_certificate_trust(c) == chains[_i].trust,
	    "%s: %d", chains[_i].name, onshi_certificate_trust(c));
	oki_env_free(&env);
	oki_certificate_free(&c);
	oki_buf_free(&der);
	oki_buf_free(&pem);
	X509_free(mid);
	X509_free(weak);
	X509_free(x);
}
END_TEST

/* The certificate keeps the clock, also when its root is gone. */
START_TEST(state_by_the_clock)
{
	struct make_spec spec = { RSA_CARD, .ca = ca };
	struct oki_env *env = at_moment("20300217235959");
	X509 *x = make_certificate(&spec);
	struct onshi_certificate *c = parse(x, env);

	oki_env_free(&env);
	ck_assert_int_eq(onshi_certificate_state(c), ONSHI_CERTIFICATE_SOON);
	wall += 1000;
	ck_assert_int_eq(onshi_certificate_state(c), ONSHI_CERTIFICATE_GRACE);
	oki_certificate_free(&c);
	X509_free(x);
}
END_TEST

#define BEGIN	"-----BEGIN CERTIFICATE-----\n"
#define END	"-----END CERTIFICATE-----\n"

static const char *const no_authorities[] = {
	"", "nothing", BEGIN, BEGIN END, BEGIN "AAAA\n" END,
	BEGIN "!!!!\n" END,
	"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
};

START_TEST(no_list)
{
	struct make_spec spec = { RSA_CARD, .ca = ca };
	struct onshi_error e;
	X509 *x = make_certificate(&spec);
	struct onshi_certificate *c = parse(x, NULL);
	struct oki_buf pem;
	size_t n;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_certificate_check(c, no_authorities[_i],
	    strlen(no_authorities[_i]), &e), ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_certificate_trust(c), ONSHI_TRUST_UNTRUSTED);
	ck_assert_ptr_nonnull(strstr(e.text, "card.ca_file"));
	oki_error_clear(&e);
	ck_assert_int_eq(oki_authorities_check("link.ca_file",
	    no_authorities[_i], strlen(no_authorities[_i]), &n, &e),
	    ONSHI_E_CONFIG);
	ck_assert_ptr_eq(strstr(e.text, "link.ca_file"), e.text);

	/* One that is broken spoils the good one before it. */
	oki_buf_init(&pem, 20000);
	make_pem(ca, &pem);
	ck_assert_int_eq(oki_authorities_check("x", pem.data, pem.len, &n,
	    &e), ONSHI_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(oki_buf_text(&pem, BEGIN "AAAA\n" END), ONSHI_OK);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_certificate_check(c, pem.data, pem.len, &e),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(oki_authorities_check("x", pem.data, pem.len, &n,
	    &e), ONSHI_E_CONFIG);
	ck_assert_int_eq(oki_certificate_check(NULL, "", 0, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(oki_certificate_check(c, NULL, 1, NULL),
	    ONSHI_E_ARG);
	oki_buf_free(&pem);
	oki_certificate_free(&c);
	X509_free(x);
}
END_TEST

START_TEST(too_many_authorities)
{
	struct make_spec spec = { RSA_CARD, .ca = ca };
	X509 *x = make_certificate(&spec);
	struct onshi_certificate *c = parse(x, NULL);
	struct oki_buf pem;
	size_t i, n;

	oki_buf_init(&pem, 1 << 20);
	for (i = 0; i < 65; i++)
		make_pem(ca, &pem);
	ck_assert_int_eq(oki_certificate_check(c, pem.data, pem.len, NULL),
	    ONSHI_E_CONFIG);
	for (; i < 257; i++)
		make_pem(ca, &pem);
	ck_assert_int_eq(oki_authorities_check("x", pem.data, pem.len, &n,
	    NULL), ONSHI_E_CONFIG);
	oki_buf_free(&pem);
	oki_certificate_free(&c);
	X509_free(x);
}
END_TEST

/* ---- signatures --------------------------------------------------------------- */

static void
sign(int key, const char *md, int padding, const char *text, uint8_t *sig,
    size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;

	*len = 600;
	ck_assert_int_eq(EVP_DigestSignInit_ex(ctx, &how, md, NULL, NULL,
	    make_key(key), NULL), 1);
	if (padding != 0)
		ck_assert_int_gt(EVP_PKEY_CTX_set_rsa_padding(how, padding),
		    0);
	ck_assert_int_eq(EVP_DigestSign(ctx, sig, len,
	    (const uint8_t *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
}

static const struct {
	const char	*name;
	int		 key, signer;
	const char	*md;
	int		 padding;
	const char	*text;
	int		 change;	/* which byte; -1 none */
	size_t		 cut;
	bool		 good;
} signatures[] = {
	{ "its own", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PADDING, "text",
	  -1, 0, true },
	{ "P-256", KEY_P256, KEY_P256, "SHA256", 0, "text", -1, 0, true },
	{ "P-256 of another text", KEY_P256, KEY_P256, "SHA256", 0, "texu",
	  -1, 0, false },
	{ "another text", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PADDING,
	  "texu", -1, 0, false },
	{ "another key", KEY_RSA, KEY_RSA_OTHER, "SHA256", RSA_PKCS1_PADDING,
	  "text", -1, 0, false },
	{ "SHA-1", KEY_RSA, KEY_RSA, "SHA1", RSA_PKCS1_PADDING, "text", -1, 0,
	  false },
	{ "SHA-512", KEY_RSA, KEY_RSA, "SHA512", RSA_PKCS1_PADDING, "text",
	  -1, 0, false },
	{ "PSS", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PSS_PADDING, "text",
	  -1, 0, false },
	{ "first byte changed", KEY_RSA, KEY_RSA, "SHA256",
	  RSA_PKCS1_PADDING, "text", 0, 0, false },
	{ "last byte changed", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PADDING,
	  "text", 255, 0, false },
	{ "last byte lacks", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PADDING,
	  "text", -1, 1, false },
	{ "empty", KEY_RSA, KEY_RSA, "SHA256", RSA_PKCS1_PADDING, "text", -1,
	  256, false },
};

START_TEST(signature)
{
	struct make_spec spec = { .key = signatures[_i].key,
	    .ca_key = KEY_CA, .ca = ca };
	X509 *x = make_certificate(&spec);
	struct onshi_certificate *c = parse(x, NULL);
	uint8_t sig[600];
	size_t len;

	sign(signatures[_i].signer, signatures[_i].md, signatures[_i].padding,
	    signatures[_i].text, sig, &len);
	if (signatures[_i].change >= 0)
		sig[signatures[_i].change] ^= 0x10;
	len -= signatures[_i].cut;
	ck_assert_msg(oki_certificate_verify_signature(c, "text", 4, sig,
	    len) == (signatures[_i].good ? ONSHI_OK : ONSHI_E_SIGNATURE),
	    "%s", signatures[_i].name);
	ck_assert_int_eq(oki_certificate_verify_signature(NULL, "text", 4,
	    sig, len), ONSHI_E_ARG);
	ck_assert_int_eq(oki_certificate_verify_signature(c, "text", 4, NULL,
	    0), ONSHI_E_ARG);
	ck_assert_int_eq(oki_certificate_verify_signature(c, NULL, 4, sig,
	    len), ONSHI_E_ARG);
	oki_certificate_free(&c);
	X509_free(x);
}
END_TEST

/* A host that has set OpenSSL up for itself does not decide what is valid. */
START_TEST(the_hosts_settings)
{
	struct make_spec spec = { .key = KEY_RSA, .ca_key = KEY_CA, .ca = ca };
	X509 *x = make_certificate(&spec);
	struct onshi_certificate *c;
	uint8_t sig[600];
	size_t len;

	sign(KEY_RSA, "SHA256", RSA_PKCS1_PADDING, "text", sig, &len);
	ck_assert_int_eq(EVP_set_default_properties(NULL,
	    "provider=nowhere"), 1);
	c = parse(x, NULL);
	ck_assert_int_eq(oki_certificate_verify_signature(c, "text", 4, sig,
	    len), ONSHI_OK);
	ck_assert_int_eq(EVP_set_default_properties(NULL, ""), 1);
	oki_certificate_free(&c);
	X509_free(x);
}
END_TEST

static void
setup(void)
{
	make_keys();
	ca = make_ca(KEY_CA, "authority", NULL, NULL);
}

static void
teardown(void)
{
	X509_free(ca);
	drop_keys();
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_unchecked_fixture(t, setup, teardown);
	ADD_ROWS(t, parsed, rows);
	tcase_add_test(t, larger_than_8k);
	tcase_add_test(t, asked);
	tcase_add_test(t, mangled);
	ADD_ROWS(t, state, states);
	tcase_add_test(t, state_names);
	ADD_ROWS(t, trust, chains);
	tcase_add_test(t, state_by_the_clock);
	ADD_ROWS(t, no_list, no_authorities);
	tcase_add_test(t, too_many_authorities);
	ADD_ROWS(t, signature, signatures);
	tcase_add_test(t, the_hosts_settings);
}

int
main(void)
{
	return run_tests("crypto/certificate", fill);
}
