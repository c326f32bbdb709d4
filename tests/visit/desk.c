/* Two desks, and all that may and may not happen at each: see desk.h. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk.h"

#define DAY_MS		INT64_C(86400000)
#define RECORD_MOST	40000	/* then the next patient comes */

static const struct { const char *id; int licence, sign_in; }
    who_acts[DESK_OPERATORS] = {
	{ "D0001", ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR },
	{ "D0002", ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_PASSWORD },
	{ "R0001", ONSHI_LICENCE_RECEPTION, ONSHI_SIGNIN_TWO_FACTOR },
	{ "P0001", ONSHI_LICENCE_PHARMACIST, ONSHI_SIGNIN_NONE },
	{ "N0001", ONSHI_LICENCE_NURSE, ONSHI_SIGNIN_TWO_FACTOR }
};

_Noreturn void
desk_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

/* ---- the law, as the model knows it -------------------------------------- */

/* CO-3, CO-10, TI-4: by the clock that nobody sets. */
static bool
consent_runs(const struct desk *d, int category)
{
	int64_t now = atomic_load(&d->f.boot);

	return d->given[category] && !d->withdrawn[category] &&
	    (d->seen_grants >> category & 1) != 0 && !d->ended &&
	    now < d->seen_ms + d->seen_seconds * INT64_C(1000) &&
	    now < d->seen_ms + DAY_MS;
}

/* CO-2 to CO-5, PU-1, ID-8. */
static bool
may_have(const struct desk *d, int category, int who)
{
	return d->answered && d->purpose == ONSHI_PURPOSE_CARE &&
	    d->method != ONSHI_METHOD_NUMBER && !d->seen_grace &&
	    consent_runs(d, category) &&
	    (who_acts[who].licence == ONSHI_LICENCE_DOCTOR ||
	    who_acts[who].licence == ONSHI_LICENCE_PHARMACIST) &&
	    who_acts[who].sign_in >= ONSHI_SIGNIN_PASSWORD;
}

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
watch_checkin(struct desk *d, const char *body)
{
	char text[96];
	int i, who;

	d->seen_grants = d->f.grants;
	d->seen_grace = d->f.note != NULL;
	d->seen_ms = atomic_load(&d->f.boot);
	d->seen_seconds = d->f.consent_seconds;
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
	    who_acts[d->compared].id);
	MUST(strstr(body, text) != NULL);
}

static void
watch(void *self, const char *prefix, const char *body)
{
	struct desk *d = self;
	int category, i;

	/* What is asked in a mode is none of the visit's, nor the other way. */
	if (prefix[0] == 'X' || d->f.last_urgent) {
		urgent_watch(d, prefix, body);
		return;
	}
	if (prefix[0] == 'O')
		watch_checkin(d, body);
	if (prefix[0] != 'Y' && prefix[0] != 'T')
		return;
	category = prefix[0] == 'Y' ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS;
	for (i = 0; i < DESK_OPERATORS && !may_have(d, category, i); i++)
		;
	MUST(i < DESK_OPERATORS);
	MUST(strstr(body, d->first == 1 ? ">2002<" : ">1001<") != NULL);
	MUST(strstr(body, d->first == 1 ? ">1001<" : ">2002<") == NULL);
	d->seen_told = strcmp(d->f.result_code, "1") == 0;
	d->seen_lines = !d->f.no_lines;
	/* "Nothing" that names nobody is nobody's. */
	d->unsure = d->f.nameless ? d->seen_lines : d->f.named != NULL;
	d->said = -1;
}

/* CO-13: the visit's last question on the record, and who asked it; in the
 * modes others ask. */
static bool
last_asker_is(const struct desk *d, const char *id)
{
	const char *at = d->f.record, *last = NULL;
	char text[32];

	while ((at = strstr(at, "\te=query.intent\t")) != NULL) {
		if (strncmp(strstr(at, "\ta=") + 3, "U", 1) != 0)
			last = at;
		at++;
	}
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

/* What is given after this is for the card that comes, though the one at hand
 * is let go by the next advance alone. */
static void
let_go(struct desk *d)
{
	forget(d);
	d->lets_go = atomic_load(&d->f.held) > 0;
}

/* Nothing of the other desk stands on this one's record. */
static void
close_visit(struct desk *d)
{
	d->lets_go = false;
	onshi_answer_free(&d->a);
	onshi_visit_free(&d->v);
	MUST(atomic_load(&d->f.held) == 0);
	MUST(strstr(d->f.record, d->number == 1 ? "\ts=desk-2\t" :
	    "\ts=desk-1\t") == NULL);
}

static void
mend_world(struct desk *d)
{
	d->f.exchange_result = ONSHI_OK;
	d->f.code = d->f.note = d->f.named = NULL;
	d->f.result_code = "1";
	d->f.nameless = d->f.no_lines = false;
	d->f.grants = 0x7f;
	d->f.consent_seconds = 86400;
	d->f.gone_at = 0;
	atomic_store(&d->f.present, 1);
}

static void
new_visit(struct desk *d, unsigned int x)
{
	close_visit(d);
	if ((x & 0x200) == 0)
		mend_world(d);
	memset(d->given, 0, sizeof(d->given));
	memset(d->withdrawn, 0, sizeof(d->withdrawn));
	forget(d);
	d->first = d->said = -1;
	d->method = 0;
	d->part = d->unsure = false;
	d->advanced = d->answered = d->ended = d->waits = false;
	d->seen_grants = 0;
	d->f.record_len = 0;
	memset(d->f.record, 0, sizeof(d->f.record));
	d->f.events[0] = '\0';
	/* The card's dates go on fitting. */
	atomic_store(&d->f.wall, d->start_ms);
	atomic_store(&d->f.tries, 1 + (int)x % 3);
	d->purpose = (x >> 8 & 7) == 7 ? ONSHI_PURPOSE_INSURANCE :
	    ONSHI_PURPOSE_CARE;
	MUST(onshi_visit_new(d->o, d->purpose, &d->v) == ONSHI_OK);
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
			let_go(d);
		d->part = (x & 0x40) != 0;
	} else if (onshi_visit_set_method(d->v, method) == ONSHI_OK &&
	    method != d->method) {
		d->method = method;
		if (d->advanced)
			let_go(d);
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
	MUST(i < 2);	/* a certificate of nobody's */

	return -1;
}

/* Until what is under way is through, and nobody has collected it. */
static int
through(struct desk *d, int r)
{
	struct pollfd p = { .fd = (int)onshi_visit_fd(d->v), .events = POLLIN };

	MUST(r != ONSHI_NEED_WAIT || d->waits);
	if (r == ONSHI_NEED_WAIT)
		MUST(poll(&p, 1, 60000) == 1);

	return r;
}

static void
advance(struct desk *d)
{
	int releases = atomic_load(&d->f.releases), r, who;

	/* Nobody waits long for a card that does not come; one that lies there
	 * has the time that a busy machine takes. */
	(void)!onshi_visit_set_deadline(d->v, atomic_load(&d->f.present) ?
	    0 : 100);
	while ((r = through(d, onshi_visit_advance(d->v))) == ONSHI_NEED_WAIT)
		;
	d->advanced = strstr(d->f.events, "identity.begin;") != NULL;
	who = whose_certificate(d);
	MUST(d->first == -1 || who == d->first ||
	    (who == -1 && (d->waits || d->ended)));
	if (who != -1)
		d->first = who;
	if (r < 0 || atomic_load(&d->f.releases) > releases + d->lets_go)
		d->pin = d->spend = false;
	d->lets_go = false;
	if (r == ONSHI_OK && !d->answered) {
		d->answered = true;
		d->counts[DESK_ANSWERED]++;
	}
	MUST(r != ONSHI_E_CARD_CHANGED || d->waits ||
	    onshi_visit_advance(d->v) == ONSHI_E_STATE);
}

/* ID-2 of a card, ID-10 of an answer: by who asked for that. */
static void
confirm(struct desk *d, unsigned int x)
{
	int who = (int)(x & 0x7f) % DESK_OPERATORS, yes = (x & 0x80) != 0;
	bool of_answer = d->answered;

	if (onshi_visit_confirm(d->v, d->ops[who], yes) == ONSHI_OK) {
		MUST(!of_answer || (d->unsure && d->said == -1));
		if (of_answer)
			d->said = yes ? who : DESK_OPERATORS;
		d->compared = yes ? who : -1;
	}
	d->compared_at = atomic_load(&d->f.releases);
}

/* CO-12: what was not said is not nothing. ID-10: whose it is was said. */
static void
look_at_answer(struct desk *d, struct onshi_answer *a, int category, int who)
{
	int outcome = onshi_answer_outcome(a);

	MUST(may_have(d, category, who));
	MUST(last_asker_is(d, who_acts[who].id));
	MUST(d->seen_told);
	MUST(outcome == (d->seen_lines ? ONSHI_OUTCOME_DATA :
	    ONSHI_OUTCOME_NO_DATA));
	MUST(!d->unsure || d->said == who);
	d->unsure = false;
	d->counts[DESK_GIVEN_OUT]++;
}

static void
get(struct desk *d, unsigned int x)
{
	int category = (x & 8) != 0 ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS;
	int who = (int)(x & 0x7f) % DESK_OPERATORS, asked, r;
	struct onshi_answer *a;

	if ((x & 0x10) != 0)
		category = ONSHI_CATEGORY_ELIGIBILITY;
	asked = atomic_load(&d->f.medical);
	r = through(d, onshi_visit_get(d->v, category, d->ops[who], &a));
	MUST((r == ONSHI_OK) == (a != NULL));
	if (category != ONSHI_CATEGORY_ELIGIBILITY &&
	    !may_have(d, category, who))
		MUST((r < 0 || r == ONSHI_NEED_WAIT) &&
		    atomic_load(&d->f.medical) == asked);
	if (r < 0)
		d->counts[DESK_REFUSED]++;
	if (r == ONSHI_NEED_CONFIRM)
		MUST(d->unsure && last_asker_is(d, who_acts[who].id));
	if (r != ONSHI_OK)
		return;
	MUST(d->answered);
	if (category != ONSHI_CATEGORY_ELIGIBILITY)
		look_at_answer(d, a, category, who);
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
	if (d->category == ONSHI_CATEGORY_ELIGIBILITY)
		return;
	MUST(consent_runs(d, d->category));
	d->counts[DESK_READ]++;
}

/* CO-10: from here on nothing that rests on consent is had or read. */
static void
end(struct desk *d)
{
	if (onshi_visit_end(d->v) != ONSHI_OK)
		return;
	d->ended = true;
	forget(d);
	MUST(onshi_visit_advance(d->v) == ONSHI_E_STATE);
	/* Its thread lets go of the card by itself. */
	while (atomic_load(&d->f.held) != 0)
		(void)usleep(1000);
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
	int category = (int)(x & 0x7f) % 7, given = (x & 0x80) != 0;

	if (onshi_visit_set_consent(d->v, category, given) == ONSHI_OK)
		d->given[category] = given != 0;
}

/* A card that was away, or is another one now, is noticed by who held it. */
static void
lay(struct desk *d)
{
	d->f.gone_at = atomic_load(&d->f.held) > 0 ?
	    atomic_load(&d->f.apdus) + 1 : 0;
	atomic_store(&d->f.present, 1);
}

static void
change_card(struct desk *d, unsigned int x)
{
	/* Another card is another one taken down first. */
	if ((int)(x & 1) != d->person) {
		d->person = (int)(x & 1);
		fake_lay(&d->f, d->person);
		lay(d);
	}
	/* Nobody else is at a card that is held. */
	if (atomic_load(&d->f.held) == 0)
		atomic_store(&d->f.tries, 1 + (int)(x >> 1) % 3);
}

static void
move_card(struct desk *d, unsigned int x)
{
	if ((x & 3) == 0)
		atomic_store(&d->f.present, 0);
	else if (!atomic_load(&d->f.present))
		lay(d);
	/* Not in place of one that has been changed already. */
	if ((x & 0x80) != 0 && d->f.gone_at <= atomic_load(&d->f.apdus))
		d->f.gone_at = atomic_load(&d->f.apdus) + 1 + (int)x % 8;
}

static void
change_answers(struct desk *d, unsigned int x)
{
	d->f.code = (x & 7) == 0 ? "XCRD0004E" : NULL;
	d->f.named = (x & 8) != 0 ? "SOMEBODY" : NULL;
	d->f.result_code = (x & 0x10) != 0 ? "2" : "1";
	d->f.no_lines = (x & 0x20) != 0;
	d->f.grants = (x & 0x40) != 0 ? 0x7f : x >> 8 & 0x7f;
	d->f.nameless = (x & 0x80) != 0;
	d->f.note = (x >> 7 & 7) == 7 ? "XCRD0101W" : NULL;
}

/* Both clocks, or the one that may be set. */
static void
pass_time(struct desk *d, unsigned int x)
{
	static const int64_t steps[] = { 1, 61, 3600, 5 * 3600, 25 * 3600 };
	int64_t ms = steps[(x & 0xf) % 5] * 1000;

	atomic_fetch_add(&d->f.wall, (x & 0x80) != 0 ? -ms : ms);
	if ((x & 0xc0) == 0)
		atomic_fetch_add(&d->f.boot, ms);
	d->f.consent_seconds = (x >> 8 & 3) != 0 ? 86400 : 7200;
}

/* The world turns: cards, lines, time. */
static void
turn(struct desk *d, unsigned int op, unsigned int x)
{
	static const int fails[] = { ONSHI_OK, ONSHI_OK, ONSHI_E_NETWORK,
	    ONSHI_E_SERVICE_REFUSED };

	switch (op % 8) {
	case 0:
		change_card(d, x);
		break;
	case 1:
		move_card(d, x);
		break;
	case 2:
		d->f.exchange_result = fails[x & 3];
		d->f.fails_sent = (int)(x >> 2) % 3;
		d->f.fails_for = "\0OYc"[x >> 4 & 3];
		break;
	case 3:
		change_answers(d, x);
		break;
	case 4:
		if ((x & 1) != 0)
			onshi_visit_cancel(d->v);
		else
			(void)!onshi_visit_set_register_use(d->v,
			    (int)(x >> 1) & 1);
		break;
	case 5:
		pass_time(d, x);
		break;
	case 6:
		if ((x & 7) == 0)
			end(d);
		break;
	default:
		if (onshi_visit_set_blocking(d->v, (int)x & 1) == ONSHI_OK)
			d->waits = (x & 1) == 0;
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
		if ((x & 0x80) != 0)
			withdraw(d, x & 0x7f);
		break;
	case 13:
		if ((x & 0xf0) == 0)
			new_visit(d, x);
		else
			urgent_call(d, op >> 4, x);
		break;
	default:
		turn(d, op >> 4, x);
	}
	/* Nothing that the service was to withhold lies open after it. */
	look(d);
}

void
desk_call(struct desk *d, const struct desk *beside, unsigned int op,
    unsigned int x)
{
	int apdus = atomic_load(&beside->f.apdus);
	int asked = atomic_load(&beside->f.checkins) +
	    atomic_load(&beside->f.medical) + atomic_load(&beside->f.urgent);

	if (d->f.record_len > RECORD_MOST)
		new_visit(d, x);
	call(d, op, x);
	MUST(atomic_load(&beside->f.apdus) == apdus);
	MUST(atomic_load(&beside->f.checkins) +
	    atomic_load(&beside->f.medical) +
	    atomic_load(&beside->f.urgent) == asked);
}

void
desk_open(struct desk *d, int number)
{
	struct onshi_config *c;
	char text[8];
	int i;

	fake_init(&d->f);
	d->f.transmit = transmit;
	d->f.watch = watch;
	d->f.watcher = d;
	d->number = number;
	d->start_ms = atomic_load(&d->f.wall);
	(void)snprintf(text, sizeof(text), "%d", number);
	c = fake_config(&d->f);
	MUST(onshi_config_set(c, "reader.deadline_ms", "20000") == ONSHI_OK);
	MUST(onshi_config_set(c, "link.deadline_ms", "20000") == ONSHI_OK);
	MUST(onshi_config_set(c, "facility.desk", text) == ONSHI_OK);
	MUST(onshi_config_set(c, "disaster.enabled", "yes") == ONSHI_OK);
	MUST(onshi_config_set(c, "emergency.enabled", "yes") == ONSHI_OK);
	MUST(onshi_config_set(c, "emergency.ways", "search") == ONSHI_OK);
	MUST(onshi_config_set(c, "facility.hospital", number == 1 ? "yes" :
	    "no") == ONSHI_OK);
	MUST(onshi_config_set(c, "facility.eprescription", "yes") ==
	    ONSHI_OK);
	MUST(onshi_new(ONSHI_ABI, c, &d->o) == ONSHI_OK);
	onshi_config_free(&c);
	for (i = 0; i < DESK_OPERATORS; i++)
		MUST(onshi_operator_new(d->o, who_acts[i].id,
		    who_acts[i].licence, who_acts[i].sign_in, &d->ops[i]) ==
		    ONSHI_OK);
	urgent_open(d);
	fake_lay(&d->f, d->person = number - 1);
	new_visit(d, 2);
}

void
desk_close(struct desk *d)
{
	int i;

	urgent_close(d);
	close_visit(d);
	for (i = 0; i < DESK_OPERATORS; i++)
		onshi_operator_free(&d->ops[i]);
	onshi_free(&d->o);
	fake_done(&d->f);
}
