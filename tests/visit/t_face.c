/*
 * A face reader's table: whole check-ins by face, PIN, visual check and phone;
 * and adapters that say too little, too much, twice, too late, what was not
 * asked, or what was another patient's. Nothing of that may count (ID-1 to
 * ID-3, ID-7 to ID-9, CO-1, CO-3).
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The reader: whom it has before it, and how its adapter misbehaves. */
struct at {
	struct fake	*f;
	int		 carrier, method, tries;	/* -1: not said */
	int		 given[7];			/* -1: not answered */
	int		 result;
	int		(*also)(struct onshi_face_exchange *x);
	bool		 no_proof, sign_other, says_all_the_same;
	int		 rounds;
	/* what it saw */
	int		 refused;	/* the first result that was not OK */
	char		 id[64];
	char		 to_sign[2048];
	size_t		 to_sign_len;
	atomic_int	 inside, most, cancels, done;
	bool		 waits, hangs;	/* until it is told; until let go */
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	bool		 told, arrived;
};

static struct fake f;
static struct at at;
static struct onshi *o, *desk2;
static struct onshi_visit *v, *other;
static struct onshi_operator *doctor, *staff;
static struct onshi_answer *a;

static const uint8_t proof[] = "what the closed software vouches by";

static int
sign(struct onshi_face_exchange *x)
{
	const uint8_t *text;
	uint8_t sig[512];
	size_t len, siglen = sizeof(sig);
	int r;

	if ((r = onshi_face_to_sign(x, &text, &len)) != ONSHI_OK)
		return r;
	at.to_sign_len = len < sizeof(at.to_sign) ? len : 0;
	memcpy(at.to_sign, text, at.to_sign_len);
	at.to_sign[at.to_sign_len] = '\0';
	ck_assert(fake_sign(&f, text, at.sign_other ? len - 1 : len, sig,
	    &siglen));

	return onshi_face_set_signature(x, sig, siglen);
}

static int
say(struct onshi_face_exchange *x)
{
	const uint8_t *der;
	size_t len;
	int i, r;

	if (at.carrier >= 0 && (r = onshi_face_set_carrier(x, at.carrier)) !=
	    ONSHI_OK)
		return r;
	if (at.method >= 0 && (r = onshi_face_set_method(x, at.method)) !=
	    ONSHI_OK)
		return r;
	if (at.tries >= 0 && (r = onshi_face_set_tries(x, at.tries)) !=
	    ONSHI_OK)
		return r;
	for (i = 1; i <= 6; i++)
		if (at.given[i] >= 0 && onshi_face_asks(x, i) &&
		    (r = onshi_face_set_consent(x, i, at.given[i])) != ONSHI_OK)
			return r;
	der = fake_der(&f, &len);
	if ((r = onshi_face_set_certificate(x, der, len)) != ONSHI_OK)
		return r;
	if (at.also != NULL && (r = at.also(x)) != ONSHI_OK)
		return r;
	if (at.method == ONSHI_METHOD_PIN)
		return sign(x);

	return at.no_proof ? ONSHI_OK : onshi_face_set_proof(x, proof,
	    sizeof(proof));
}

static void
wait_for_end(struct onshi_face_exchange *x)
{
	pthread_mutex_lock(&at.lock);
	at.arrived = true;
	pthread_cond_broadcast(&at.changed);
	while (at.hangs || (at.waits && !at.told &&
	    !onshi_face_is_cancelled(x)))
		pthread_cond_wait(&at.changed, &at.lock);
	pthread_mutex_unlock(&at.lock);
}

static int
check(void *self, struct onshi_face_exchange *x)
{
	int n = atomic_fetch_add(&at.inside, 1) + 1, r;

	ck_assert_ptr_eq(self, &at);
	if (n > atomic_load(&at.most))
		atomic_store(&at.most, n);
	at.rounds++;
	ck_assert_str_ne(onshi_face_id(x), at.id);
	(void)strcpy(at.id, onshi_face_id(x));
	if (at.waits)
		wait_for_end(x);
	r = say(x);
	if (r != ONSHI_OK && at.refused == ONSHI_OK)
		at.refused = r;
	if (r == ONSHI_OK || at.says_all_the_same)
		r = at.result;
	atomic_fetch_sub(&at.inside, 1);

	return r;
}

static void
cancel(void *self)
{
	ck_assert_ptr_eq(self, &at);
	atomic_fetch_add(&at.cancels, 1);
	pthread_mutex_lock(&at.lock);
	at.told = true;
	pthread_cond_broadcast(&at.changed);
	pthread_mutex_unlock(&at.lock);
}

static void
done(void *self)
{
	ck_assert_ptr_eq(self, &at);
	pthread_mutex_lock(&at.lock);
	atomic_fetch_add(&at.done, 1);
	pthread_cond_broadcast(&at.changed);
	pthread_mutex_unlock(&at.lock);
}

static const struct onshi_face_ops ops = { sizeof(ops), check, cancel, done };

static void
reset(void)
{
	int i;

	at.carrier = ONSHI_CARRIER_CARD;
	at.method = ONSHI_METHOD_FACE;
	at.tries = -1;
	for (i = 0; i < 7; i++)
		at.given[i] = ONSHI_CONSENT_GIVEN;
	at.result = at.refused = ONSHI_OK;
	at.also = NULL;
	at.no_proof = at.sign_other = at.says_all_the_same = false;
	at.rounds = 0;
	at.waits = at.hangs = at.told = at.arrived = false;
}

static void
begin(void)
{
	struct onshi_config *c;

	fake_init(&f);
	memset(&at, 0, sizeof(at));
	at.f = &f;
	(void)pthread_mutex_init(&at.lock, NULL);
	(void)pthread_cond_init(&at.changed, NULL);
	reset();
	c = fake_config(&f);
	ck_assert_int_eq(onshi_config_add_face(c, &ops, &at), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &desk2), ONSHI_OK);
	onshi_config_free(&c);
	doctor = fake_doctor(o, "D0001");
	staff = fake_clerk(o, "R0001");
}

static void
end(void)
{
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_visit_free(&other);
	onshi_operator_free(&doctor);
	onshi_operator_free(&staff);
	onshi_free(&o);
	onshi_free(&desk2);
	pthread_mutex_lock(&at.lock);
	while (atomic_load(&at.done) == 0)	/* one hangs there still */
		pthread_cond_wait(&at.changed, &at.lock);
	pthread_mutex_unlock(&at.lock);
	ck_assert_int_eq(atomic_load(&at.done), 1);
	ck_assert_int_le(atomic_load(&at.most), 1);
	fake_done(&f);
}

static void
new_visit_at(struct onshi *root, struct onshi_visit **to)
{
	onshi_visit_free(to);
	ck_assert_int_eq(onshi_visit_new(root, ONSHI_PURPOSE_CARE, to),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(*to, ONSHI_METHOD_FACE),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(*to, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(*to, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CONSENT_ASK), ONSHI_OK);
}

static void
new_visit(struct onshi_visit **to)
{
	new_visit_at(o, to);
}

static void
to_reader(void)
{
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_FACE);
}

static int
consent_of(int category)
{
	int given = -1;

	return onshi_visit_consent(v, category, &given, NULL, NULL, NULL) ==
	    ONSHI_ABSENT ? -1 : given;
}

static bool
sent(const char *text)
{
	return strstr(f.last_body, text) != NULL;
}

/* ---- as it should be ------------------------------------------------------- */

START_TEST(by_face)
{
	new_visit(&v);
	at.given[ONSHI_CATEGORY_CHECKUPS] = ONSHI_CONSENT_REFUSED;
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_DRUGS), -1);
	to_reader();
	ck_assert_int_eq(at.rounds, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(at.rounds, 1);
	ck_assert_int_eq(onshi_visit_method(v), ONSHI_METHOD_FACE);
	ck_assert_int_eq(onshi_visit_carrier(v), ONSHI_CARRIER_CARD);
	ck_assert(sent("<Method>1</Method>") && sent("<PinlessProof>") &&
	    !sent("<Signature>") && !sent("<OperatorId>"));
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS], '1');
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_CHECKUPS], '0');
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_CARE], '0');
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_DRUGS), 1);
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_CHECKUPS), 0);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor,
	    &a), ONSHI_E_CONSENT);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CARE, doctor, &a),
	    ONSHI_E_CONSENT);
}
END_TEST

/* CO-1: what was said there stands on the record before the question. */
START_TEST(recorded_first)
{
	new_visit(&v);
	at.given[ONSHI_CATEGORY_CHECKUPS] = ONSHI_CONSENT_REFUSED;
	to_reader();
	ck_assert(!fake_said(&f, "consent."));
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert(fake_said(&f, "consent.given;consent.refused;query.intent"));
	ck_assert_ptr_nonnull(strstr(f.record, "face"));
	/* and where it cannot be, nothing is asked */
	new_visit(&v);
	to_reader();
	f.audit_fails_at = f.entries + 1;
	f.checkins = 0;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_AUDIT);
	ck_assert_int_eq(f.checkins, 0);
}
END_TEST

/* The card signs the consents that were given at the reader. */
START_TEST(by_pin)
{
	new_visit(&v);
	at.method = ONSHI_METHOD_PIN;
	at.given[ONSHI_CATEGORY_DRUGS] = ONSHI_CONSENT_REFUSED;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert(sent("<Method>2</Method>") && sent("<ChallengeId>") &&
	    !sent("<PinlessProof>"));
	ck_assert(fake_has_signed(&f, at.to_sign));
	ck_assert_ptr_nonnull(strstr(at.to_sign, "PharmacistsInfo=0\n"));
	ck_assert_ptr_nonnull(strstr(at.to_sign,
	    "SpecificHealthCheckupsInfo=1\n"));
	ck_assert_int_eq(onshi_visit_method(v), ONSHI_METHOD_PIN);
}
END_TEST

/* ID-2: by sight it is the act of a named operator, before and after. */
START_TEST(by_sight)
{
	new_visit(&v);
	at.method = ONSHI_METHOD_VISUAL;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_METHOD);
	ck_assert_int_eq(f.checkins, 0);
	ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(f.checkins, 0);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert(sent("<Method>3</Method>") && sent("<PinlessProof>") &&
	    sent("<OperatorId>R0001</OperatorId>"));
	/* who says no ends it */
	new_visit(&v);
	ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NOT_CONFIRMED);
}
END_TEST

/* First use (ID-7): by face and PIN; by sight where no PIN is left to be used. */
START_TEST(registers)
{
	static const struct { int method, tries, want; } rows[] = {
		{ ONSHI_METHOD_FACE, 3, ONSHI_OK },
		{ ONSHI_METHOD_PIN, 3, ONSHI_OK },
		{ ONSHI_METHOD_VISUAL, 3, ONSHI_E_METHOD },
		{ ONSHI_METHOD_VISUAL, 0, ONSHI_OK },
		{ ONSHI_METHOD_VISUAL, -1, ONSHI_OK }
	};
	size_t i;
	int r;

	for (i = 0; i < COUNT(rows); i++) {
		new_visit(&v);
		ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
		f.code = "XCRD0006E";
		at.method = rows[i].method;
		at.tries = rows[i].tries;
		to_reader();
		if ((r = onshi_visit_advance(v)) == ONSHI_NEED_CONFIRM) {
			ck_assert_int_eq(onshi_visit_confirm(v, staff, 1),
			    ONSHI_OK);
			r = onshi_visit_advance(v);
		}
		ck_assert_int_eq(r, ONSHI_E_CARD_NOT_REGISTERED);
		ck_assert(!sent("<RegisterUse>"));
		/* the holder wishes to: at the reader, once more */
		f.code = NULL;
		ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_OK);
		to_reader();
		if ((r = onshi_visit_advance(v)) == ONSHI_NEED_CONFIRM) {
			ck_assert_int_eq(onshi_visit_confirm(v, staff, 1),
			    ONSHI_OK);
			r = onshi_visit_advance(v);
		}
		ck_assert_int_eq(r, rows[i].want);
		ck_assert_int_eq(sent("<RegisterUse>1<"), r == ONSHI_OK);
	}
}
END_TEST

/* Phones: no photograph to be compared, and no grace (facts-2026.md 3). */
START_TEST(phones)
{
	new_visit(&v);
	at.carrier = ONSHI_CARRIER_PHONE;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_carrier(v), ONSHI_CARRIER_PHONE);

	new_visit(&v);
	ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
	at.method = ONSHI_METHOD_VISUAL;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_METHOD);

	fake_new_key(&f, -1800, -10);	/* ended, in a card's grace */
	f.checkins = 0;
	new_visit(&v);
	at.method = ONSHI_METHOD_PIN;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PHONE_EXPIRED);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)), "ID-8");
	ck_assert_int_eq(f.checkins, 0);
	ck_assert_ptr_nonnull(strstr(onshi_notice_text(o, ONSHI_NOTICE_PHONE,
	    0, "ja"), "マイナポータル"));

	/* the card itself has it: eligibility, and no more */
	new_visit(&v);
	at.carrier = ONSHI_CARRIER_CARD;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_GRACE);
	/* and what the service says of a phone counts, too */
	fake_new_key(&f, -30, 900);
	f.note = "XCRD0101W";
	new_visit(&v);
	at.carrier = ONSHI_CARRIER_PHONE;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PHONE_EXPIRED);
	ck_assert_int_eq(onshi_visit_get(v, 0, NULL, &a), ONSHI_E_STATE);
}
END_TEST

/* ---- what an adapter must not do ------------------------------------------- */

static int
not_asked(struct onshi_face_exchange *x)
{
	return onshi_face_set_consent(x, ONSHI_CATEGORY_CARE, 1);
}

static int
no_category(struct onshi_face_exchange *x)
{
	return onshi_face_set_consent(x, -1, 1);
}

static int
twice(struct onshi_face_exchange *x)
{
	return onshi_face_set_consent(x, ONSHI_CATEGORY_DRUGS, 0);
}

static int
two_certificates(struct onshi_face_exchange *x)
{
	const uint8_t *der;
	size_t len;

	fake_new_key(&f, -20, 800);
	der = fake_der(&f, &len);

	return onshi_face_set_certificate(x, der, len);
}

static int
two_carriers(struct onshi_face_exchange *x)
{
	return onshi_face_set_carrier(x, ONSHI_CARRIER_PHONE);
}

static int
two_methods(struct onshi_face_exchange *x)
{
	return onshi_face_set_method(x, ONSHI_METHOD_PIN);
}

static int
by_number(struct onshi_face_exchange *x)
{
	ck_assert_int_eq(onshi_face_allows(x, ONSHI_METHOD_NUMBER), 0);

	return onshi_face_set_method(x, ONSHI_METHOD_NUMBER);
}

static int
endless_proof(struct onshi_face_exchange *x)
{
	static const uint8_t big[32769];

	return onshi_face_set_proof(x, big, sizeof(big));
}

static int
no_bytes(struct onshi_face_exchange *x)
{
	return onshi_face_set_proof(x, NULL, 3);
}

static int
many_tries(struct onshi_face_exchange *x)
{
	return onshi_face_set_tries(x, 16);
}

static int
no_tries(struct onshi_face_exchange *x)
{
	return onshi_face_set_tries(x, -1);
}

static int
no_yes_nor_no(struct onshi_face_exchange *x)
{
	return onshi_face_set_consent(x, ONSHI_CATEGORY_CHECKUPS, 2);
}

static int
empty_proof(struct onshi_face_exchange *x)
{
	return onshi_face_set_proof(x, proof, 0);
}

static int
no_certificate(struct onshi_face_exchange *x)
{
	return onshi_face_set_certificate(x, NULL, 800);
}

static int
signs_nowhere(struct onshi_face_exchange *x)
{
	size_t len;

	return onshi_face_to_sign(x, NULL, &len);
}

static int
empty_signature(struct onshi_face_exchange *x)
{
	const uint8_t *text;
	size_t len;
	int r;

	if ((r = onshi_face_to_sign(x, &text, &len)) != ONSHI_OK)
		return r;

	return onshi_face_set_signature(x, text, 0);
}

/* A face was compared as well: of whom? */
static int
proof_and_pin(struct onshi_face_exchange *x)
{
	return onshi_face_set_proof(x, proof, sizeof(proof));
}

static int
signs_by_face(struct onshi_face_exchange *x)
{
	return sign(x);
}

static int
signs_unasked(struct onshi_face_exchange *x)
{
	return onshi_face_set_signature(x, proof, sizeof(proof));
}

/* After the card was given what to sign, nothing is widened any more. */
static int
widens(struct onshi_face_exchange *x)
{
	const uint8_t *text;
	size_t len;
	int r;

	if ((r = onshi_face_to_sign(x, &text, &len)) != ONSHI_OK)
		return r;

	return onshi_face_set_consent(x, ONSHI_CATEGORY_CHECKUPS, 1);
}

static void *
speak(void *arg)
{
	struct onshi_face_exchange *x = arg;
	static int r;

	r = onshi_face_set_consent(x, ONSHI_CATEGORY_CHECKUPS, 1);

	return &r;
}

/* Another thread's answer may be another patient's. */
static int
other_thread(struct onshi_face_exchange *x)
{
	pthread_t t;
	void *r;

	ck_assert_int_eq(pthread_create(&t, NULL, speak, x), 0);
	ck_assert_int_eq(pthread_join(t, &r), 0);
	ck_assert_int_eq(*(int *)r, ONSHI_E_STATE);

	return ONSHI_OK;
}

static int
calls_back(struct onshi_face_exchange *x)
{
	(void)x;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_REENTRANT);
	ck_assert_int_eq(onshi_visit_set_consent(v, 1, 1), ONSHI_E_REENTRANT);

	return ONSHI_OK;
}

static const struct bad {
	const char	*name;
	int		(*also)(struct onshi_face_exchange *x);
	int		 carrier, method;
	int		 unanswered;		/* a category */
	bool		 no_proof, sign_other;
	int		 result;
	int		 want;
	int		 drugs, checkups;	/* flags sent, where it is OK */
} bad[] = {
#define CARD	ONSHI_CARRIER_CARD
#define FACE	ONSHI_METHOD_FACE
#define PIN	ONSHI_METHOD_PIN
	{ "not asked", not_asked, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no category", no_category, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "twice", twice, CARD, FACE, 0, false, false, 0, ONSHI_E_CALLBACK, 0,
	  0 },
	{ "two certificates", two_certificates, CARD, FACE, 0, false, false,
	  0, ONSHI_E_CALLBACK, 0, 0 },
	{ "two carriers", two_carriers, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "two methods", two_methods, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "by number", by_number, CARD, -1, 0, false, false, 0,
	  ONSHI_E_METHOD, 0, 0 },
	{ "endless proof", endless_proof, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no bytes", no_bytes, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_ARG, 0, 0 },
	{ "many tries", many_tries, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no tries", no_tries, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no yes nor no", no_yes_nor_no, CARD, FACE,
	  ONSHI_CATEGORY_CHECKUPS, false, false, 0, ONSHI_E_CALLBACK, 0, 0 },
	{ "empty proof", empty_proof, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no certificate", no_certificate, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_ARG, 0, 0 },
	{ "signs nowhere", signs_nowhere, CARD, PIN, 0, false, false, 0,
	  ONSHI_E_ARG, 0, 0 },
	{ "empty signature", empty_signature, CARD, PIN, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "proof and PIN", proof_and_pin, CARD, PIN, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "signs by face", signs_by_face, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "signs unasked", signs_unasked, CARD, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "widens", widens, CARD, PIN, ONSHI_CATEGORY_CHECKUPS, false, false,
	  0, ONSHI_E_CALLBACK, 0, 0 },
	{ "signs another text", NULL, CARD, PIN, 0, false, true, 0,
	  ONSHI_E_SIGNATURE, 0, 0 },
	{ "no carrier", NULL, -1, FACE, 0, false, false, 0, ONSHI_E_CALLBACK,
	  0, 0 },
	{ "no method", NULL, CARD, -1, 0, false, false, 0, ONSHI_E_CALLBACK,
	  0, 0 },
	{ "no such carrier", NULL, 3, FACE, 0, false, false, 0,
	  ONSHI_E_CALLBACK, 0, 0 },
	{ "no proof", NULL, CARD, FACE, 0, true, false, 0, ONSHI_E_CALLBACK,
	  0, 0 },
	{ "would end the visit", NULL, CARD, FACE, 0, false, false,
	  ONSHI_E_CARD_CHANGED, ONSHI_E_READER, 0, 0 },
	{ "answers for the service", NULL, CARD, FACE, 0, false, false,
	  ONSHI_E_SERVICE_REFUSED, ONSHI_E_READER, 0, 0 },
	{ "a need", NULL, CARD, FACE, 0, false, false, ONSHI_NEED_PIN,
	  ONSHI_E_READER, 0, 0 },
	{ "busy elsewhere", NULL, CARD, FACE, 0, false, false,
	  ONSHI_E_READER_BUSY, ONSHI_E_READER_BUSY, 0, 0 },
	{ "not matched", NULL, CARD, FACE, 0, false, false, ONSHI_E_FACE,
	  ONSHI_NEED_FACE, 0, 0 },
	{ "not answered is not given", NULL, CARD, FACE,
	  ONSHI_CATEGORY_CHECKUPS, false, false, 0, ONSHI_OK, '1', '0' },
	{ "another thread", other_thread, CARD, FACE,
	  ONSHI_CATEGORY_CHECKUPS, false, false, 0, ONSHI_OK, '1', '0' },
	{ "calls back", calls_back, CARD, FACE, 0, false, false, 0, ONSHI_OK,
	  '1', '1' }
};

START_TEST(misbehaves)
{
	const struct bad *b = &bad[_i / 2];

	new_visit(&v);
	at.also = b->also;
	at.carrier = b->carrier;
	at.method = b->method;
	at.given[b->unanswered] = -1;
	at.no_proof = b->no_proof;
	at.sign_other = b->sign_other;
	at.result = b->result;
	/* what was refused stays refused, whatever is said afterwards */
	at.says_all_the_same = _i % 2 == 1;
	to_reader();
	ck_assert_msg(onshi_visit_advance(v) == b->want, "%s: %s", b->name,
	    onshi_error_text(onshi_visit_error(v)));
	if (b->want == ONSHI_OK) {
		ck_assert_int_eq(f.last_consents[1], b->drugs);
		ck_assert_int_eq(f.last_consents[2], b->checkups);
		return;
	}
	ck_assert_int_eq(f.checkins, 0);
	ck_assert(!fake_said(&f, "consent."));
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_DRUGS), -1);
	/* and the visit goes on with a reader that behaves, by its consents */
	if (b->also == two_certificates)
		fake_new_key(&f, -30, 900);
	reset();
	at.given[ONSHI_CATEGORY_DRUGS] = ONSHI_CONSENT_REFUSED;
	if (b->want != ONSHI_NEED_FACE)
		to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(f.last_consents[1], '0');
	ck_assert_int_eq(f.last_consents[2], '1');
}
END_TEST

/* ---- in pairs ---------------------------------------------------------------- */

/* ID-9: B at the reader, in A's visit, is another visit; A's consents do not
 * become B's. */
START_TEST(two_patients)
{
	new_visit(&v);
	to_reader();
	f.exchange_result = ONSHI_E_NETWORK;
	f.fails_for = 'O';
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_DRUGS), 1);
	f.exchange_result = ONSHI_OK;
	/* not asked again: it was said, and is not to be said by B */
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_OK);
	fake_lay(&f, 1);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_CHANGED);
	ck_assert_int_eq(f.checkins, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
}
END_TEST

/* ID-9: the card that was tried by PIN, and another one at the face reader. */
START_TEST(card_then_face)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	atomic_store(&f.tries, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	/* the same card goes on there, under the same consent */
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_FACE),
	    ONSHI_OK);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS], '1');

	onshi_visit_free(&v);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_FACE),
	    ONSHI_OK);
	to_reader();
	fake_lay(&f, 1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_CHANGED);
}
END_TEST

/* The reader could not; staff ask, and the patient types the PIN elsewhere. */
START_TEST(face_then_card)
{
	new_visit(&v);
	at.tries = 2;
	at.result = ONSHI_E_FACE;
	at.says_all_the_same = true;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_FACE);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)), ONSHI_E_FACE);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 2);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	/* CO-1: what was to be asked there has been asked by nobody */
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CONSENT_REFUSED), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert(fake_said(&f, "consent.given;consent.refused"));
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS], '1');
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_CHECKUPS], '0');
}
END_TEST

static void *
advance(void *arg)
{
	static int r;

	r = onshi_visit_advance(arg);

	return &r;
}

static void
await_patient(void)
{
	pthread_mutex_lock(&at.lock);
	while (!at.arrived)
		pthread_cond_wait(&at.changed, &at.lock);
	pthread_mutex_unlock(&at.lock);
}

/* ID-3: two desks at one reader: the second is told so, and has nothing of the
 * first's patient; also where the other desk has a root of its own. */
START_TEST(two_desks)
{
	pthread_t t;
	void *r;

	new_visit(&v);
	new_visit_at(_i == 0 ? o : desk2, &other);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_NEED_FACE);
	at.waits = true;
	ck_assert_int_eq(pthread_create(&t, NULL, advance, v), 0);
	await_patient();
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_E_READER_BUSY);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(other)), "ID-3");
	ck_assert_int_eq(at.rounds, 1);
	pthread_mutex_lock(&at.lock);
	at.waits = false;
	pthread_cond_broadcast(&at.changed);
	pthread_mutex_unlock(&at.lock);
	ck_assert_int_eq(pthread_join(t, &r), 0);
	ck_assert_int_eq(*(int *)r, ONSHI_OK);
	ck_assert_int_eq(f.checkins, 1);
	/* then it is free */
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_NEED_FACE);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_OK);
}
END_TEST

START_TEST(one_reader)
{
	struct onshi_face_ops half = ops;
	struct onshi_config *c;
	struct at *none = &at;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	half.check = NULL;
	ck_assert_int_eq(onshi_config_add_face(c, NULL, none), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_face(c, &half, none), ONSHI_E_ARG);
	half = ops;
	half.size = 8;
	ck_assert_int_eq(onshi_config_add_face(c, &half, none), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_face(c, &ops, none), ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_face(c, &ops, none), ONSHI_E_STATE);
	ck_assert_str_eq(onshi_error_rule(onshi_config_error(c)), "ID-3");
	onshi_config_free(&c);
	ck_assert_int_eq(atomic_load(&at.done), 1);
	atomic_store(&at.done, 0);
}
END_TEST

/* ---- time, cancel, and refusing early ------------------------------------------ */

START_TEST(too_late)
{
	new_visit(&v);
	to_reader();
	ck_assert_int_eq(onshi_visit_set_deadline(v, 100), ONSHI_OK);
	at.waits = true;	/* until it is told that its time is over */
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_NONE);
	ck_assert_int_eq(atomic_load(&at.cancels), 1);
	ck_assert_int_eq(f.checkins, 0);
	ck_assert(!fake_said(&f, "consent."));
	ck_assert_int_eq(consent_of(ONSHI_CATEGORY_DRUGS), -1);
}
END_TEST

START_TEST(cancelled)
{
	pthread_t t;
	void *r;

	new_visit(&v);
	to_reader();
	at.waits = true;
	ck_assert_int_eq(pthread_create(&t, NULL, advance, v), 0);
	await_patient();
	onshi_visit_cancel(v);
	ck_assert_int_eq(pthread_join(t, &r), 0);
	ck_assert_int_eq(*(int *)r, ONSHI_E_CANCELLED);
	ck_assert_int_eq(f.checkins, 0);
	reset();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_FACE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* Freed by another thread while the patient is there: the reader is told, and
 * nothing of it is asked. */
START_TEST(freed)
{
	pthread_t t;
	void *r;

	new_visit(&v);
	to_reader();
	at.waits = true;
	ck_assert_int_eq(pthread_create(&t, NULL, advance, v), 0);
	await_patient();
	onshi_visit_free(&v);
	ck_assert_int_eq(pthread_join(t, &r), 0);
	ck_assert_int_lt(*(int *)r, 0);
	ck_assert_int_eq(atomic_load(&at.cancels), 1);
	ck_assert_int_eq(f.checkins, 0);
	reset();
	new_visit(&v);
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* An adapter that does not come back costs its visit and not the caller's time;
 * what it says when it does is nobody's. */
START_TEST(hangs)
{
	new_visit(&v);
	to_reader();
	ck_assert_int_eq(onshi_visit_set_deadline(v, 200), ONSHI_OK);
	at.waits = at.hangs = true;
	ck_assert_int_lt(onshi_visit_advance(v), 0);
	new_visit(&other);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_NEED_FACE);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_E_READER_BUSY);
	onshi_visit_free(&v);
	pthread_mutex_lock(&at.lock);
	at.waits = at.hangs = false;
	pthread_cond_broadcast(&at.changed);
	pthread_mutex_unlock(&at.lock);
	ck_assert_int_eq(f.checkins, 0);
}
END_TEST

/* CO-10: taken back while the patient is still there. */
static int
takes_back(struct onshi_face_exchange *x)
{
	(void)x;

	return onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS);
}

START_TEST(withdrawn)
{
	new_visit(&v);
	at.also = takes_back;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS], '0');
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_CHECKUPS], '1');
	ck_assert(!fake_said(&f, "consent.given;consent.given"));
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

START_TEST(refused_early)
{
	struct onshi *plain;
	struct fake g;

	fake_init(&g);
	plain = fake_root(&g);
	ck_assert_int_eq(onshi_visit_new(plain, ONSHI_PURPOSE_CARE, &other),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(other, ONSHI_METHOD_FACE),
	    ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(onshi_visit_set_method(other, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	/* asked by nobody */
	ck_assert_int_eq(onshi_visit_set_consent(other, 1, ONSHI_CONSENT_ASK),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_E_STATE);
	onshi_visit_free(&other);
	onshi_free(&plain);
	fake_done(&g);

	/* care needs consent to drugs: nobody is sent to the reader in vain */
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_FACE),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_CARE,
	    ONSHI_CONSENT_ASK), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CONSENT);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK), ONSHI_OK);
	to_reader();
	/* a link that carries no check-in by card */
	f.carries_not = "OQSsiquc01req+card";
	new_visit(&v);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(at.rounds, 0);
	f.carries_not = NULL;
}
END_TEST

/* What a link cannot fetch, no card can sign: the reader does not offer it. */
static int
no_pin(struct onshi_face_exchange *x)
{
	ck_assert_int_eq(onshi_face_allows(x, ONSHI_METHOD_FACE), 1);
	ck_assert_int_eq(onshi_face_allows(x, ONSHI_METHOD_PIN), 0);
	ck_assert_int_eq(onshi_face_allows(x, ONSHI_METHOD_VISUAL), 0);
	ck_assert_int_eq(onshi_face_purpose(x), ONSHI_PURPOSE_CARE);
	ck_assert_int_gt(onshi_face_timeout_ms(x), 0);
	ck_assert_int_eq(onshi_face_asks(x, 0), 0);
	ck_assert_int_eq(onshi_face_asks(x, 99), 0);
	ck_assert_str_ne(onshi_face_text(x, ONSHI_NOTICE_CONSENT,
	    ONSHI_CATEGORY_DRUGS, "ja"), "");
	ck_assert_str_ne(onshi_face_text(x, ONSHI_NOTICE_FACE, 0, "ja"), "");

	return ONSHI_OK;
}

START_TEST(what_is_offered)
{
	f.carries_not = "challenge";
	new_visit(&v);
	at.also = no_pin;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_face_asks(NULL, 1), 0);
	ck_assert_str_eq(onshi_face_id(NULL), "");
	ck_assert_str_eq(onshi_carrier_name(ONSHI_CARRIER_PHONE), "phone");
	ck_assert_ptr_null(onshi_carrier_name(3));
	ck_assert_str_eq(onshi_carrier_text(3, "ja"), "");
}
END_TEST

/* The same question, once its end is known again, needs nobody at the reader;
 * one that the service has refused does. */
START_TEST(asked_again)
{
	char id[64];

	new_visit(&v);
	to_reader();
	f.exchange_result = ONSHI_E_LINK_TIMEOUT;
	f.fails_for = 'O';
	f.fails_sent = ONSHI_SENT_UNKNOWN;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_LINK_TIMEOUT);
	(void)strcpy(id, f.last_id);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_str_eq(f.last_id, id);
	ck_assert_int_eq(at.rounds, 1);

	new_visit(&v);
	to_reader();
	f.code = "XCRD0001E";
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_SIGNATURE_REFUSED);
	f.code = NULL;
	to_reader();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(at.rounds, 3);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 20);
	tcase_add_test(t, by_face);
	tcase_add_test(t, recorded_first);
	tcase_add_test(t, by_pin);
	tcase_add_test(t, by_sight);
	tcase_add_test(t, registers);
	tcase_add_test(t, phones);
	tcase_add_loop_test(t, misbehaves, 0, 2 * (int)COUNT(bad));
	tcase_add_test(t, two_patients);
	tcase_add_test(t, card_then_face);
	tcase_add_test(t, face_then_card);
	tcase_add_loop_test(t, two_desks, 0, 2);
	tcase_add_test(t, one_reader);
	tcase_add_test(t, too_late);
	tcase_add_test(t, cancelled);
	tcase_add_test(t, freed);
	tcase_add_test(t, hangs);
	tcase_add_test(t, withdrawn);
	tcase_add_test(t, refused_early);
	tcase_add_test(t, what_is_offered);
	tcase_add_test(t, asked_again);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/face", fill);
}
