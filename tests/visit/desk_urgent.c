/* The exceptional modes at a desk, and their model (DI, EM): see desk.h. */
#include <stdio.h>
#include <string.h>

#include "desk.h"

#define DAY_MS	INT64_C(86400000)

static const struct {
	const char	*id;
	int		 licence, sign_in, right;
	const char	*factors;
} acts[DESK_OPERATORS] = {
	{ "U0001", ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR, 1,
	    "1:02,3:01" },
	{ "U0002", ONSHI_LICENCE_RECEPTION, ONSHI_SIGNIN_TWO_FACTOR, 1,
	    "1:02,3:01" },
	{ "U0003", ONSHI_LICENCE_DISASTER, ONSHI_SIGNIN_PASSWORD, 0, "1:01" },
	{ "U0004", ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR, 1,
	    "1:02,1:01" },
	{ "U0005", ONSHI_LICENCE_PHARMACIST, ONSHI_SIGNIN_NONE, 0, "2:02" }
};

static const struct { const char *number, *name, *birth, *drug; }
    people[] = {
	{ "1001", "CANARYNAME", "19800512", "CANARYDRUG" },
	{ "2002", "SECONDNAME", "19911224", "SECONDDRUG" }
};

/* ---- the law, as the model knows it -------------------------------------- */

/* DI-6, EM-1, EM-2, CO-4. */
static bool
may_act(const struct desk *d)
{
	const struct urgent *u = &d->u;

	if (u->kind == ONSHI_EMERGENCY_DISASTER)
		return acts[u->who].licence != ONSHI_LICENCE_RECEPTION &&
		    acts[u->who].sign_in >= ONSHI_SIGNIN_PASSWORD;

	return d->number == 1 && u->who == 0;
}

/* DI-2, DI-4, EM-3, EM-4. */
static bool
has_ground(const struct urgent *u)
{
	if (u->identified == 0)
		return false;
	if (u->kind == ONSHI_EMERGENCY_HOSPITAL)
		return u->reason && u->want != 0;

	return u->basis == ONSHI_BASIS_ORAL ? u->consenter != 0 :
	    u->basis == ONSHI_BASIS_UNOBTAINABLE && u->reason &&
	    u->consenter == 0;
}

static bool
is_wanted(const struct urgent *u, int category)
{
	if (u->kind == ONSHI_EMERGENCY_DISASTER)
		return category != ONSHI_CATEGORY_PRESCRIPTIONS || u->own;
	switch (category) {
	case ONSHI_CATEGORY_DRUGS:
		return u->want != ONSHI_WANT_CHECKUPS;
	case ONSHI_CATEGORY_CHECKUPS:
		return u->want == ONSHI_WANT_ALL ||
		    u->want == ONSHI_WANT_BOTH ||
		    u->want == ONSHI_WANT_CHECKUPS;
	default:
		return u->want == ONSHI_WANT_BOTH;
	}
}

static bool
may_have(const struct desk *d, int category)
{
	const struct urgent *u = &d->u;

	return u->e != NULL && u->opened != -1 && !u->ended && may_act(d) &&
	    has_ground(u) && is_wanted(u, category) &&
	    atomic_load(&d->f.boot) - u->since_ms < DAY_MS &&
	    (u->kind == ONSHI_EMERGENCY_DISASTER || !u->grace);
}

/* ---- what the service sees ----------------------------------------------- */

static bool
names(const char *body, int person)
{
	char text[16];

	(void)snprintf(text, sizeof(text), ">%s<", people[person].number);

	return strstr(body, text) != NULL;
}

static void
watch_medical(const struct desk *d, const char *prefix, const char *body)
{
	const struct urgent *u = &d->u;
	bool electronic = strstr(body, "<PrDiInfClassification>1<") != NULL;

	MUST(may_have(d, prefix[0] == 'T' ? ONSHI_CATEGORY_CHECKUPS :
	    electronic ? ONSHI_CATEGORY_PRESCRIPTIONS :
	    ONSHI_CATEGORY_DRUGS));
	MUST(names(body, u->opened) && !names(body, 1 - u->opened));
	MUST(strstr(body, u->kind == ONSHI_EMERGENCY_HOSPITAL ?
	    "<MedicalTreatmentFlag>4<" : "<MedicalTreatmentFlag>1<") != NULL);
}

static int
whose(const struct desk *d, const char *body)
{
	const struct urgent *u = &d->u;

	if (u->way == ONSHI_WAY_CARD)
		return fake_whose(&d->f, body);
	if (u->way == ONSHI_WAY_SEARCH)
		return u->name;

	return u->found != -1 ? u->found : u->number;
}

/* All that a step needs was there, and its notice read; the service gives it
 * all. */
void
urgent_watch(struct desk *d, const char *prefix, const char *body)
{
	bool searches = strstr(prefix, "siquc01") != NULL &&
	    prefix[0] == 'X';
	struct urgent *u = &d->u;
	int who;

	MUST(u->e != NULL && !u->ended);
	if (prefix[0] != 'X') {
		watch_medical(d, prefix, body);
		return;
	}
	MUST(d->f.no_last_token);
	MUST(u->acknowledged && u->opened == -1 && may_act(d));
	MUST((prefix[1] == 'E') == (u->kind == ONSHI_EMERGENCY_HOSPITAL));
	MUST(searches == (u->way == ONSHI_WAY_SEARCH));
	who = whose(d, body);
	MUST(who != -1);
	if (searches) {
		MUST(u->found == -1 && u->birth != -1 && u->sex && u->fourth);
		MUST(strstr(body, "<Address>") != NULL);
		return;
	}
	MUST(has_ground(u));
	MUST(u->way == ONSHI_WAY_CARD || (names(body, who) &&
	    !names(body, 1 - who)));
	MUST(strstr(body, "<NoticeAcknowledged>1<") != NULL);
	MUST(strstr(body, acts[u->who].id) != NULL);
	u->since_ms = atomic_load(&d->f.boot);
	u->grace = d->f.note != NULL;
}

/* ---- calls --------------------------------------------------------------- */

/* What was set anew makes the notice void. */
static void
set_anew(struct urgent *u, int r)
{
	if (r != ONSHI_OK)
		return;
	MUST(u->opened == -1 && !u->ended);
	u->shown = u->acknowledged = false;
}

static void
close_one(struct desk *d)
{
	onshi_answer_free(&d->u.a);
	onshi_emergency_free(&d->u.e);
}

static void
new_one(struct desk *d, int kind, int who)
{
	struct urgent *u = &d->u;

	close_one(d);
	u->kind = kind;
	u->who = who;
	u->way = u->basis = u->consenter = u->identified = u->want = 0;
	u->number = u->name = u->birth = u->found = u->opened = -1;
	u->sex = u->fourth = u->reason = u->own = u->shown = false;
	u->acknowledged = u->ended = u->grace = false;
	MUST(onshi_emergency_new(d->o, kind, u->ops[who], &u->e) == ONSHI_OK);
	if (kind == ONSHI_EMERGENCY_HOSPITAL)
		u->basis = ONSHI_BASIS_EMERGENCY;
}

static void
set_way(struct urgent *u, int way)
{
	int r = onshi_emergency_set_way(u->e, way);

	if (r != ONSHI_OK)
		return;
	MUST(u->opened == -1);
	MUST(u->found == -1 || way == ONSHI_WAY_NUMBER);
	if (way != u->way)
		u->shown = u->acknowledged = false;
	u->way = way;
}

static void
set_text(struct urgent *u, unsigned int what, int person)
{
	static const int elements[] = { ONSHI_EL_NAME, ONSHI_EL_BIRTHDATE,
	    ONSHI_EL_SEX1, ONSHI_EL_ADDRESS,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    ONSHI_EL_INSURER_NUMBER };
	const char *texts[] = { people[person].name, people[person].birth,
	    "1", "中野", people[person].number, "  991018" };
	bool gone = what >= 16;
	int r;

	what %= 6;
	r = onshi_emergency_set_text(u->e, elements[what], gone ? NULL :
	    texts[what]);
	set_anew(u, r);
	if (r != ONSHI_OK)
		return;
	MUST(u->found == -1);
	if (what == 0)
		u->name = gone ? -1 : person;
	else if (what == 1)
		u->birth = gone ? -1 : person;
	else if (what == 2)
		u->sex = !gone;
	else if (what == 3)
		u->fourth = !gone;
	else if (what == 4)
		u->number = gone ? -1 : person;
}

static void
set_ground(struct urgent *u, unsigned int what, int value)
{
	bool reason = value % 2 != 0;
	int r;

	if (what == 0) {
		r = onshi_emergency_set_basis(u->e, value % 4, reason ?
		    "why" : NULL);
		set_anew(u, r);
		if (r != ONSHI_OK)
			return;
		u->basis = value % 4;
		u->reason = reason;
	} else if (what == 1) {
		r = onshi_emergency_set_consenter(u->e, value % 4);
		set_anew(u, r);
		if (r == ONSHI_OK)
			u->consenter = value % 4;
	} else if (what == 2) {
		r = onshi_emergency_set_identified(u->e, value % 6);
		set_anew(u, r);
		if (r == ONSHI_OK)
			u->identified = value % 6;
	} else {
		r = onshi_emergency_set_want(u->e, value % 7);
		set_anew(u, r);
		if (r == ONSHI_OK)
			u->want = value % 7;
	}
}

/* All that a step of that way needs. */
static void
fill(struct urgent *u, int way, int person)
{
	unsigned int i;

	set_way(u, way);
	for (i = 0; i < 6; i++)
		set_text(u, i, person);
	set_ground(u, 0, u->kind == ONSHI_EMERGENCY_DISASTER ?
	    ONSHI_BASIS_ORAL : ONSHI_BASIS_EMERGENCY);
	set_ground(u, 1, ONSHI_CONSENTER_SELF);
	set_ground(u, 2, ONSHI_IDENTIFIED_FAMILY);
	set_ground(u, 3, ONSHI_WANT_ALL);
}

static void
answered(struct desk *d)
{
	struct urgent *u = &d->u;

	d->counts[DESK_URGENT_STEPS]++;
	if (u->way == ONSHI_WAY_SEARCH)
		u->found = u->name;
	else
		u->opened = u->way == ONSHI_WAY_CARD ?
		    fake_whose(&d->f, d->f.last_body) :
		    u->found != -1 ? u->found : u->number;
}

static void
advance(struct desk *d)
{
	struct urgent *u = &d->u;
	bool before = u->opened != -1 || (u->found != -1 &&
	    u->way == ONSHI_WAY_SEARCH);
	int asked = atomic_load(&d->f.urgent), r;

	(void)!onshi_emergency_set_deadline(u->e,
	    atomic_load(&d->f.present) ? 0 : 100);
	r = onshi_emergency_advance(u->e);
	if (r == ONSHI_NEED_ACKNOWLEDGE) {
		MUST(!u->acknowledged && may_act(d));
		u->shown = true;
	}
	if (r < 0)
		d->counts[DESK_URGENT_REFUSED]++;
	MUST(u->acknowledged || atomic_load(&d->f.urgent) == asked);
	if (r == ONSHI_OK && !before) {
		MUST(u->acknowledged && may_act(d));
		if (atomic_load(&d->f.urgent) != asked)
			answered(d);
	}
	MUST(!u->ended || r == ONSHI_E_STATE || r == ONSHI_E_CARD_CHANGED);
	if (r == ONSHI_E_CARD_CHANGED)
		u->ended = true;
}

static void
acknowledge(struct urgent *u)
{
	if (onshi_emergency_acknowledge(u->e) != ONSHI_OK)
		return;
	MUST(u->shown && !u->acknowledged && !u->ended);
	u->acknowledged = true;
	u->shown = false;
}

static void
get(struct desk *d, unsigned int x)
{
	static const int categories[] = { ONSHI_CATEGORY_DRUGS,
	    ONSHI_CATEGORY_CHECKUPS, ONSHI_CATEGORY_PRESCRIPTIONS,
	    ONSHI_CATEGORY_ELIGIBILITY };
	int category = categories[x % 4], asked, r;
	struct urgent *u = &d->u;
	struct onshi_answer *a;

	asked = atomic_load(&d->f.medical);
	r = onshi_emergency_get(u->e, category, &a);
	if (r == ONSHI_NEED_CONFIRM) {
		MUST(may_have(d, category));
		if ((x & 0x100) != 0 &&
		    onshi_emergency_confirm(u->e, 1) == ONSHI_OK)
			r = onshi_emergency_get(u->e, category, &a);
	}
	if (category != ONSHI_CATEGORY_ELIGIBILITY && !may_have(d, category))
		MUST(r < 0 && atomic_load(&d->f.medical) == asked);
	MUST((r == ONSHI_OK) == (a != NULL));
	if (r < 0)
		d->counts[DESK_URGENT_REFUSED]++;
	if (r != ONSHI_OK)
		return;
	MUST(category != ONSHI_CATEGORY_ELIGIBILITY || u->found != -1 ||
	    u->opened != -1);
	if (category != ONSHI_CATEGORY_ELIGIBILITY)
		d->counts[DESK_URGENT_GIVEN]++;
	onshi_answer_free(&u->a);
	u->a = a;
	u->category = category;
}

/* Whose it is, within its time; and no address of anybody (CO-8). */
static void
look(struct desk *d)
{
	struct urgent *u = &d->u;
	int person = u->opened != -1 ? u->opened : u->found;
	const struct onshi_record *rec;
	const char *text;

	if (u->a == NULL || onshi_answer_rewind(u->a) != ONSHI_OK ||
	    onshi_answer_next(u->a, &rec) != ONSHI_OK)
		return;
	MUST(onshi_record_text(rec, ONSHI_EL_ADDRESS, &text) != ONSHI_OK);
	if (u->category == ONSHI_CATEGORY_ELIGIBILITY)
		return;
	MUST(!u->ended && person != -1 &&
	    atomic_load(&d->f.boot) - u->since_ms < DAY_MS);
	if (u->category == ONSHI_CATEGORY_DRUGS && onshi_record_text(rec,
	    ONSHI_EL_DRUG_NAME, &text) == ONSHI_OK)
		MUST(strcmp(text, people[person].drug) == 0);
}

static void
rest(struct desk *d, unsigned int x)
{
	struct urgent *u = &d->u;

	if ((x & 7) == 7) {
		if (onshi_emergency_end(u->e) == ONSHI_OK)
			u->ended = true;
	} else if ((x & 7) == 6) {
		onshi_emergency_cancel(u->e);
	} else if (onshi_emergency_set_basis_of(u->e,
	    ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_BASIS_ORAL, NULL) ==
	    ONSHI_OK) {
		u->own = true;
	}
}

void
urgent_call(struct desk *d, unsigned int op, unsigned int x)
{
	struct urgent *u = &d->u;

	switch (op % 8) {
	case 0:
		new_one(d, (x & 8) != 0 ? ONSHI_EMERGENCY_HOSPITAL :
		    ONSHI_EMERGENCY_DISASTER, (int)((x >> 1 & 3) +
		    (x >> 10)) % DESK_OPERATORS);
		if ((x & 0x100) != 0)
			fill(u, (x & 9) == 9 ? ONSHI_WAY_CARD :
			    (x & 1) != 0 ? ONSHI_WAY_SEARCH :
			    ONSHI_WAY_NUMBER, (int)(x >> 9 & 1));
		break;
	case 1:
		set_way(u, (int)(x >> 8) % 4);
		break;
	case 2:
		set_text(u, x >> 8 & 31, (int)(x & 1));
		break;
	case 3:
		set_ground(u, x & 3, (int)(x >> 8));
		break;
	case 4:
		advance(d);
		break;
	case 5:
		acknowledge(u);
		break;
	case 6:
		get(d, x);
		break;
	default:
		rest(d, x);
	}
	look(d);
}

void
urgent_open(struct desk *d)
{
	int i;

	d->f.electronic = true;
	for (i = 0; i < DESK_OPERATORS; i++)
		MUST(onshi_operator_new_emergency(d->o, acts[i].id,
		    acts[i].licence, acts[i].sign_in, acts[i].right,
		    acts[i].factors, &d->u.ops[i]) == ONSHI_OK);
	new_one(d, ONSHI_EMERGENCY_DISASTER, 0);
}

void
urgent_close(struct desk *d)
{
	int i;

	close_one(d);
	for (i = 0; i < DESK_OPERATORS; i++)
		onshi_operator_free(&d->u.ops[i]);
}
