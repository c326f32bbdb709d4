/*
 * Two desks, and at each two people with a card each, two doctors and a visit,
 * in any order of calls, while cards are changed, lines break and answers are
 * odd. A model of ID-9, CO-3, CO-4, CO-10, CO-12 and CO-13 stands beside them:
 * nothing of one person, desk or doctor is seen, spent or recorded for another.
 */
#include "config.h"

#include "fuzz.h"
#include "../visit/fake.h"

#define STEPS	60

enum { DOCTOR, OTHER_DOCTOR, RECEPTION, OPERATORS };

struct desk {
	struct fake		 f;
	struct onshi		*o;
	struct onshi_operator	*ops[OPERATORS];
	struct onshi_visit	*v;
	struct onshi_answer	*a;		/* of the category */
	int			 category;
	/* the model */
	int			 person;	/* whose card lies there */
	int			 first;		/* whose visit it is; -1 */
	int			 method;
	bool			 part;		/* a part of the reader's name */
	bool			 advanced, answered;
	bool			 pin;		/* given, not yet shown */
	bool			 spend;
	int			 compared;	/* operator; -1 */
	int			 compared_at;	/* cards let go by then */
	bool			 given[7], withdrawn[7];
};

static struct desk desks[2];
static const char *const ids[OPERATORS] = { "D0001", "D0002", "R0001" };

/* ---- what the card and the service see ----------------------------------- */

/* ID-9: a PIN reaches the one card it was given for, once. */
static int
transmit(void *self, const uint8_t *c, size_t n, uint8_t *reply, size_t *len,
    int32_t ms)
{
	struct desk *d = self;		/* fake comes first */

	/* One that is gone does not see it. */
	if (!atomic_load(&d->f.present) ||
	    atomic_load(&d->f.apdus) + 1 == d->f.gone_at)
		return d->f.real(self, c, n, reply, len, ms);
	if (c[1] == 0x20 && n > 4) {
		MUST(d->pin);
		MUST(d->first == -1 || d->first == d->person);
		MUST(atomic_load(&d->f.tries) != 1 || d->spend);
		d->pin = d->spend = false;
	}
	MUST(c[1] != 0x2a || d->first == -1 || d->first == d->person);

	return d->f.real(self, c, n, reply, len, ms);
}

static const char *const flags[] = { NULL, "PharmacistsInfo",
    "SpecificHealthCheckupsInfo", "DiagnosisInfo", "OperationInfo",
    "LimitApplicationCertificateRelated", "SpecificDiseasesCertificateRelated"
};

static void
watch_checkin(const struct desk *d, const char *body)
{
	char text[96];
	int i, who;

	if (strstr(body, "<CardProof>") == NULL)
		return;
	who = fake_whose(&d->f, body);
	MUST(who != -1 && (d->first == -1 || d->first == who));
	for (i = 1; i <= 6; i++) {
		(void)snprintf(text, sizeof(text), "<%sConsFlg>1<", flags[i]);
		MUST(strstr(body, text) == NULL ||
		    (d->given[i] && !d->withdrawn[i]));
	}
	if (strstr(body, "<Method>3<") == NULL)
		return;
	MUST(d->compared != -1);
	MUST(d->compared_at == atomic_load(&d->f.releases));
	(void)snprintf(text, sizeof(text), "<OperatorId>%s<",
	    ids[d->compared]);
	MUST(strstr(body, text) != NULL);
}

static void
watch(void *self, const char *prefix, const char *body)
{
	const struct desk *d = self;
	int category;

	if (prefix[0] == 'O')
		watch_checkin(d, body);
	if (prefix[0] != 'Y' && prefix[0] != 'T')
		return;
	category = prefix[0] == 'Y' ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS;
	MUST(d->answered && d->given[category] && !d->withdrawn[category]);
	MUST(strstr(body, d->first == 1 ? ">2002<" : ">1001<") != NULL);
	MUST(strstr(body, d->first == 1 ? ">1001<" : ">2002<") == NULL);
}

/* CO-13: the last question on the record, and who asked it. */
static bool
last_asker_is(const struct desk *d, const char *id)
{
	const char *at = d->f.record, *last = NULL;
	char text[32];

	while ((at = strstr(at, "\te=query.intent\t")) != NULL)
		last = at++;
	(void)snprintf(text, sizeof(text), "\ta=%s\t", id);
	if (last == NULL || (at = strchr(last, '\n')) == NULL)
		return last != NULL && strstr(last, text) != NULL;
	last = strstr(last, text);

	return last != NULL && last < at;
}

/* ---- calls --------------------------------------------------------------- */

static void
forget(struct desk *d)
{
	d->pin = d->spend = false;
	d->compared = -1;
}

static void
new_visit(struct desk *d, unsigned int x)
{
	onshi_answer_free(&d->a);
	onshi_visit_free(&d->v);
	MUST(atomic_load(&d->f.held) == 0);
	memset(d->given, 0, sizeof(d->given));
	memset(d->withdrawn, 0, sizeof(d->withdrawn));
	forget(d);
	d->first = -1;
	d->method = 0;
	d->part = false;
	d->advanced = d->answered = false;
	d->f.record_len = 0;
	memset(d->f.record, 0, sizeof(d->f.record));
	d->f.events[0] = '\0';
	atomic_store(&d->f.tries, 1 + (int)x % 3);
	MUST(onshi_visit_new(d->o, ONSHI_PURPOSE_CARE, &d->v) == ONSHI_OK);
}

/* What is set anew begins with the card again; what was given for it is gone,
 * once the visit has begun. */
static void
set_way(struct desk *d, unsigned int x)
{
	static const int methods[] = { ONSHI_METHOD_PIN, ONSHI_METHOD_PIN,
	    ONSHI_METHOD_VISUAL, ONSHI_METHOD_NUMBER };
	int method = methods[x % 4];

	if ((x & 0x80) != 0) {
		if (onshi_visit_set_reader(d->v, (x & 0x40) != 0 ? "fak" :
		    "fake") != ONSHI_OK)
			return;
		if (d->part != ((x & 0x40) != 0) && d->advanced)
			forget(d);
		d->part = (x & 0x40) != 0;
	} else if (onshi_visit_set_method(d->v, method) == ONSHI_OK &&
	    method != d->method) {
		d->method = method;
		if (d->advanced)
			forget(d);
	}
}

static void
give_pin(struct desk *d, unsigned int x)
{
	static const char *const pins[] = { "1234", "9999", "12a4", "0000" };
	uint32_t spend = x >> 2 & 1;
	int r;

	r = onshi_visit_set_pin(d->v, pins[x & 3], spend);
	MUST((r == ONSHI_E_PIN_SHAPE) <= ((x & 3) == 2));
	if (r == ONSHI_OK) {
		d->pin = true;
		d->spend = spend != 0;
	} else if (r == ONSHI_E_PIN_SHAPE) {
		d->pin = d->spend = false;
	}
}

static int
whose_certificate(const struct desk *d)
{
	const struct onshi_certificate *x = onshi_visit_certificate(d->v);
	char serial[16];
	int i;

	if (x == NULL)
		return -1;
	for (i = 0; i < 2; i++) {
		(void)snprintf(serial, sizeof(serial), "%x", 4711 + 900 + i);
		if (strcasestr(onshi_certificate_serial(x), serial) != NULL)
			return i;
	}
	MUST(!"a certificate of nobody's");

	return -1;
}

static void
advance(struct desk *d)
{
	int releases = atomic_load(&d->f.releases), r, who;

	r = onshi_visit_advance(d->v);
	d->advanced = true;
	who = whose_certificate(d);
	MUST(d->first == -1 || who == d->first);
	d->first = who;
	if (r < 0 || atomic_load(&d->f.releases) != releases)
		d->pin = d->spend = false;
	if (r == ONSHI_OK)
		d->answered = true;
	MUST(r != ONSHI_E_CARD_CHANGED ||
	    onshi_visit_advance(d->v) == ONSHI_E_STATE);
}

static void
confirm(struct desk *d, unsigned int x)
{
	int who = (int)x % OPERATORS, yes = (x & 0x80) != 0;

	if (onshi_visit_confirm(d->v, d->ops[who], yes) == ONSHI_OK)
		d->compared = yes ? who : -1;
	d->compared_at = atomic_load(&d->f.releases);
}

static void
get(struct desk *d, unsigned int x)
{
	int category = (x & 8) != 0 ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS, who = (int)x % OPERATORS, r;
	struct onshi_answer *a;

	if ((x & 0x10) != 0)
		category = ONSHI_CATEGORY_ELIGIBILITY;
	r = onshi_visit_get(d->v, category, d->ops[who], &a);
	if (r != ONSHI_OK)
		return;
	MUST(d->answered);
	if (category != ONSHI_CATEGORY_ELIGIBILITY) {
		MUST(d->given[category] && !d->withdrawn[category]);
		MUST(d->method != ONSHI_METHOD_NUMBER && who != RECEPTION);
		MUST(last_asker_is(d, ids[who]));
	}
	onshi_answer_free(&d->a);
	d->a = a;
	d->category = category;
}

/* What is read is the visit's person's, and within the consent. */
static void
look(struct desk *d)
{
	const struct onshi_record *rec;
	const char *text;

	if (d->a == NULL || onshi_answer_rewind(d->a) != ONSHI_OK ||
	    onshi_answer_next(d->a, &rec) != ONSHI_OK)
		return;
	if (onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text) == ONSHI_OK)
		MUST(strcmp(text, d->first == 1 ? "SECONDDRUG" :
		    "CANARYDRUG") == 0);
	if (onshi_record_text(rec, ONSHI_EL_NAME, &text) == ONSHI_OK &&
	    d->first != -1 && d->method != ONSHI_METHOD_NUMBER)
		MUST(strcmp(text, d->first == 1 ? "SECONDNAME" :
		    "CANARYNAME") == 0);
	if (d->category != ONSHI_CATEGORY_ELIGIBILITY)
		MUST(!d->withdrawn[d->category]);
}

static void
withdraw(struct desk *d, unsigned int x)
{
	int category = (int)x % 7;

	if (onshi_visit_withdraw(d->v, category) == ONSHI_OK)
		d->withdrawn[category] = true;
}

static void
consent(struct desk *d, unsigned int x)
{
	int category = (int)x % 7, given = (x & 0x80) != 0;

	if (onshi_visit_set_consent(d->v, category, given) == ONSHI_OK)
		d->given[category] = given != 0;
}

/* A card that was away, or is another one now, is noticed by whoever held it. */
static void
lay(struct desk *d)
{
	d->f.gone_at = atomic_load(&d->f.held) > 0 ?
	    atomic_load(&d->f.apdus) + 1 : 0;
	atomic_store(&d->f.present, 1);
}

/* The world turns: cards, lines, time. */
static void
turn(struct desk *d, unsigned int op, unsigned int x)
{
	static const int fails[] = { ONSHI_OK, ONSHI_OK, ONSHI_E_NETWORK,
	    ONSHI_E_SERVICE_REFUSED };

	switch (op % 5) {
	case 0:
		/* Another card is another one taken down first. */
		if ((int)(x & 1) != d->person) {
			d->person = (int)(x & 1);
			fake_lay(&d->f, d->person);
			lay(d);
		}
		atomic_store(&d->f.tries, 1 + (int)(x >> 1) % 3);
		break;
	case 1:
		if ((x & 3) == 0)
			atomic_store(&d->f.present, 0);
		else if (!atomic_load(&d->f.present))
			lay(d);
		/* Not in place of one that has been changed already. */
		if ((x & 0x80) != 0 &&
		    d->f.gone_at <= atomic_load(&d->f.apdus))
			d->f.gone_at = atomic_load(&d->f.apdus) + 1 +
			    (int)x % 8;
		break;
	case 2:
		d->f.exchange_result = fails[x & 3];
		d->f.fails_sent = (int)(x >> 2) % 3;
		d->f.fails_for = "\0OYc"[x >> 4 & 3];
		break;
	case 3:
		d->f.code = (x & 7) == 0 ? "XCRD0004E" : NULL;
		d->f.result_code = (x & 0x10) != 0 ? "2" : "1";
		d->f.no_lines = (x & 0x20) != 0;
		d->f.grants = (x & 0x40) != 0 ? 0x7f : 0;
		break;
	default:
		if ((x & 1) != 0)
			onshi_visit_cancel(d->v);
		else
			(void)!onshi_visit_set_register_use(d->v,
			    (int)(x >> 1) & 1);
	}
}

static void
call(struct desk *d, unsigned int op, unsigned int x)
{
	/* One that was taken away lies there again. */
	if (!atomic_load(&d->f.present) && (op & 0x40) != 0)
		lay(d);
	switch (op % 16) {
	case 0:
		set_way(d, x);
		break;
	case 1:
		consent(d, x);
		break;
	case 2: case 3:
		give_pin(d, x);
		break;
	case 4: case 5: case 6: case 7:
		advance(d);
		break;
	case 8:
		confirm(d, x);
		break;
	case 9: case 10:
		get(d, x);
		break;
	case 11:
		look(d);
		break;
	case 12:
		withdraw(d, x);
		break;
	case 13:
		if ((x & 0xf0) == 0)
			new_visit(d, x);
		break;
	default:
		turn(d, op >> 4, x);
	}
	/* Nothing that the service was to withhold lies open after it. */
	look(d);
}

static void
open_desk(struct desk *d)
{
	static const int licences[] = { ONSHI_LICENCE_DOCTOR,
	    ONSHI_LICENCE_DOCTOR, ONSHI_LICENCE_RECEPTION };
	struct onshi_config *c;
	int i;

	fake_init(&d->f);
	d->f.transmit = transmit;
	d->f.watch = watch;
	d->f.watcher = d;
	c = fake_config(&d->f);
	MUST(onshi_config_set(c, "reader.deadline_ms", "100") == ONSHI_OK);
	MUST(onshi_new(ONSHI_ABI, c, &d->o) == ONSHI_OK);
	onshi_config_free(&c);
	for (i = 0; i < OPERATORS; i++)
		MUST(onshi_operator_new(d->o, ids[i], licences[i],
		    ONSHI_SIGNIN_TWO_FACTOR, &d->ops[i]) == ONSHI_OK);
}

static void
close_desk(struct desk *d)
{
	int i;

	onshi_answer_free(&d->a);
	onshi_visit_free(&d->v);
	MUST(atomic_load(&d->f.held) == 0);
	for (i = 0; i < OPERATORS; i++)
		onshi_operator_free(&d->ops[i]);
	onshi_free(&d->o);
	fake_done(&d->f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .p = data, .left = len };
	unsigned int op, x;
	int i;

	fake_prepare();
	for (i = 0; i < 2; i++) {
		open_desk(&desks[i]);
		fake_lay(&desks[i].f, desks[i].person = i);
		new_visit(&desks[i], 2);
	}
	for (i = 0; i < STEPS && in.left > 0; i++) {
		op = fuzz_byte(&in);
		x = fuzz_byte(&in);
		call(&desks[op >> 7], op & 0x7f, x);
	}
	for (i = 0; i < 2; i++)
		close_desk(&desks[i]);

	return 0;
}
