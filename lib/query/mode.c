/*
 * The exceptional modes (DI, EM): what their questions look like and rest on,
 * and what of their answers nobody is handed. In a visit nothing of this runs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query/inside.h"

static const char *
input(const struct oki_case *k, int el)
{
	return k->inputs != NULL ?
	    oki_record_get(oki_doc_root(k->inputs), el) : NULL;
}

struct oki_basis *
oki_ground_of(struct oki_ground *g, int category)
{
	switch (category) {
	case ONSHI_CATEGORY_ELIGIBILITY:
		return &g->basis[0];
	case ONSHI_CATEGORY_PRESCRIPTIONS:
		return &g->basis[1];
	case ONSHI_CATEGORY_DISPENSING:
		return &g->basis[2];
	default:
		return NULL;
	}
}

/* Of a category that has none of its own it is that of the whole. */
static const struct oki_basis *
basis_of(const struct oki_case *k, int category)
{
	return category == ONSHI_CATEGORY_PRESCRIPTIONS ?
	    &k->ground.basis[1] : category == ONSHI_CATEGORY_DISPENSING ?
	    &k->ground.basis[2] : &k->ground.basis[0];
}

/* As are_factors of room visit has let them in. */
bool
oki_operator_factor(const struct onshi_operator *op, size_t i,
    char factor[2], char means[3])
{
	size_t at = i * 5;

	if (at + 4 > strlen(op->factors))
		return false;
	(void)snprintf(factor, 2, "%c", op->factors[at]);
	(void)snprintf(means, 3, "%.2s", op->factors + at + 2);

	return true;
}

/* ---- the question -------------------------------------------------------- */

const char *
oki_mode_function(const struct oki_case *k)
{
	static const char *const functions[OKI_MODES][2] = {
		[OKI_MODE_DISASTER] = { "XDISsivst01req", "XDISsiquc01req" },
		[OKI_MODE_HOSPITAL] = { "XEMGsivst01req", "XEMGsiquc01req" }
	};

	return functions[k->mode][k->ground.way == ONSHI_WAY_SEARCH];
}

/* What each way cannot do without: an element, or another in its place. */
static const struct {
	int	way;
	int	el;
	int	other;
} needed[] = {
	{ ONSHI_WAY_SEARCH, ONSHI_EL_NAME, ONSHI_EL_NAME_KANA },
	{ ONSHI_WAY_SEARCH, ONSHI_EL_BIRTHDATE, 0 },
	{ ONSHI_WAY_SEARCH, ONSHI_EL_SEX1, 0 },
	{ ONSHI_WAY_SEARCH, ONSHI_EL_INSURER_NAME, ONSHI_EL_ADDRESS },
	{ ONSHI_WAY_NUMBER, ONSHI_EL_INSURER_NUMBER, 0 },
	{ ONSHI_WAY_NUMBER, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, 0 },
	{ ONSHI_WAY_NUMBER, ONSHI_EL_BIRTHDATE, 0 }
};

int
oki_mode_check(const struct oki_case *k, struct onshi_error *e)
{
	const struct oki_ground *g = &k->ground;
	size_t i;

	if (g->way == ONSHI_WAY_NUMBER && g->found)
		return ONSHI_OK;
	for (i = 0; i < OKI_COUNT(needed); i++)
		if (needed[i].way == g->way &&
		    input(k, needed[i].el) == NULL &&
		    (needed[i].other == 0 ||
		    input(k, needed[i].other) == NULL))
			return oki_fail_rule(e, g->way == ONSHI_WAY_SEARCH ?
			    "DI-3" : NULL, ONSHI_E_VALUE, "%s is missing",
			    onshi_element_name(needed[i].el));

	return ONSHI_OK;
}

struct field {
	int		 el;
	const char	*text;
};

static int
put_fields(struct onshi_record *to, const struct field *f, size_t n,
    struct onshi_error *e)
{
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = oki_record_put(to, f[i].el, f[i].text, e);

	return r;
}

static int
put_search(const struct oki_case *k, struct onshi_record *body,
    struct onshi_error *e)
{
	const struct field fields[] = {
		{ ONSHI_EL_NAME, input(k, ONSHI_EL_NAME) },
		{ ONSHI_EL_NAME_KANA, input(k, ONSHI_EL_NAME_KANA) },
		{ ONSHI_EL_BIRTHDATE, input(k, ONSHI_EL_BIRTHDATE) },
		{ ONSHI_EL_SEX1, input(k, ONSHI_EL_SEX1) },
		{ ONSHI_EL_INSURER_NAME, input(k, ONSHI_EL_INSURER_NAME) },
		{ ONSHI_EL_ADDRESS, input(k, ONSHI_EL_ADDRESS) }
	};
	struct onshi_record *search;
	int r;

	if ((r = oki_record_open(body, k->mode == OKI_MODE_HOSPITAL ?
	    ONSHI_EL_EMERGENCY_SEARCH_INFO : ONSHI_EL_DISASTER_SEARCH_INFO,
	    &search, e)) != ONSHI_OK)
		return r;

	return put_fields(search, fields, OKI_COUNT(fields), e);
}

/* Those that were found, else those that were typed: never some of each. */
static int
put_numbers(const struct oki_case *k, struct onshi_record *to,
    struct onshi_error *e)
{
	const struct oki_insured *hit = &k->ground.hit;
	const struct field typed[] = {
		{ ONSHI_EL_INSURER_NUMBER,
		    input(k, ONSHI_EL_INSURER_NUMBER) },
		{ ONSHI_EL_INSURED_CARD_SYMBOL,
		    input(k, ONSHI_EL_INSURED_CARD_SYMBOL) },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
		    input(k, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER) },
		{ ONSHI_EL_INSURED_BRANCH_NUMBER,
		    input(k, ONSHI_EL_INSURED_BRANCH_NUMBER) },
		{ ONSHI_EL_BIRTHDATE, input(k, ONSHI_EL_BIRTHDATE) }
	};
	const struct field found[] = {
		{ ONSHI_EL_INSURER_NUMBER, hit->insurer },
		{ ONSHI_EL_INSURED_CARD_SYMBOL,
		    hit->symbol[0] != '\0' ? hit->symbol : NULL },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, hit->number },
		{ ONSHI_EL_INSURED_BRANCH_NUMBER,
		    hit->branch[0] != '\0' ? hit->branch : NULL },
		{ ONSHI_EL_BIRTHDATE, hit->birthdate }
	};

	return put_fields(to, k->ground.found ? found : typed,
	    OKI_COUNT(typed), e);
}

static int
put_card(const struct oki_proof *p, struct onshi_record *to,
    struct onshi_error *e)
{
	struct oki_buf text;
	int r;

	oki_buf_init(&text, 65536);
	if ((r = oki_base64(&text, p->certificate, p->certificate_len)) ==
	    ONSHI_OK)
		r = oki_record_put(to, ONSHI_EL_CERTIFICATE,
		    (const char *)text.data, e);
	oki_buf_free(&text);

	return r;
}

static int
put_factors(const struct onshi_operator *op, struct onshi_record *to,
    struct onshi_error *e)
{
	struct onshi_record *one;
	char factor[2], means[3];
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; r == ONSHI_OK && oki_operator_factor(op, i, factor,
	    means); i++)
		if ((r = oki_record_open(to, ONSHI_EL_FACTOR_INFO, &one, e)) ==
		    ONSHI_OK &&
		    (r = oki_record_put(one, ONSHI_EL_FACTOR, factor, e)) ==
		    ONSHI_OK)
			r = oki_record_put(one, ONSHI_EL_MEANS, means, e);

	return r;
}

static int
put_ground(const struct oki_question *q, struct onshi_record *to,
    struct onshi_error *e)
{
	const struct oki_ground *g = &q->k->ground;
	const char *reason = g->basis[0].reason;
	char basis[2] = { (char)('0' + g->basis[0].basis), '\0' };
	char want[2] = { (char)('0' + g->want), '\0' };
	bool hospital = q->k->mode == OKI_MODE_HOSPITAL;
	const struct field fields[] = {
		{ ONSHI_EL_WANT, hospital ? want : NULL },
		{ ONSHI_EL_BASIS, basis },
		{ ONSHI_EL_REASON, reason[0] != '\0' ? reason : NULL },
		{ ONSHI_EL_OPERATOR_ID, q->op->id },
		{ ONSHI_EL_VIEW_RIGHT, !hospital ? NULL :
		    q->op->right != 0 ? "1" : "0" },
		{ ONSHI_EL_NOTICE_ACKNOWLEDGED, g->acknowledged ? "1" : "0" }
	};
	int r;

	if ((r = put_fields(to, fields, OKI_COUNT(fields), e)) != ONSHI_OK)
		return r;

	return hospital ? put_factors(q->op, to, e) : ONSHI_OK;
}

int
oki_mode_request(const struct oki_question *q, const struct oki_proof *proof,
    struct onshi_record *body, struct onshi_error *e)
{
	struct onshi_record *visit;
	int r;

	if (q->op == NULL)
		return oki_fail(e, ONSHI_E_INTERNAL, "nobody asks");
	if (q->k->ground.way == ONSHI_WAY_SEARCH)
		return put_search(q->k, body, e);
	if ((r = oki_record_open(body, q->k->mode == OKI_MODE_HOSPITAL ?
	    ONSHI_EL_EMERGENCY_VISIT_INFO : ONSHI_EL_DISASTER_VISIT_INFO,
	    &visit, e)) != ONSHI_OK)
		return r;
	r = proof != NULL ? put_card(proof, visit, e) :
	    put_numbers(q->k, visit, e);

	return r == ONSHI_OK ? put_ground(q, visit, e) : r;
}

/* ---- what the gate is told ----------------------------------------------- */

static bool
is_enabled(const struct oki_case *k)
{
	return oki_config_word(oki_env_config(k->env),
	    k->mode == OKI_MODE_DISASTER ? OKI_DISASTER_ENABLED :
	    OKI_EMERGENCY_ENABLED) == 1;
}

/* "1:02,3:01": two that are of different kinds. */
static bool
has_two_factors(const struct onshi_operator *op)
{
	char factor[2], means[3], first = '\0';
	size_t i;

	for (i = 0; op != NULL && oki_operator_factor(op, i, factor, means);
	    i++) {
		if (first != '\0' && factor[0] != first)
			return true;
		first = factor[0];
	}

	return false;
}

/* Where it can be asked for at all, and beside who is licensed those with the
 * right for disasters, in that mode alone (DI-6). */
static unsigned int
open_to(const struct oki_case *k, const struct oki_category *row,
    unsigned int licensed)
{
	if (row == NULL || (row->modes >> k->mode & 1) == 0 || licensed == 0)
		return 0;

	return k->mode == OKI_MODE_DISASTER ?
	    licensed | 1u << ONSHI_LICENCE_DISASTER : licensed;
}

void
oki_mode_gate(const struct oki_case *k, const struct oki_category *row,
    const struct onshi_operator *op, struct oki_gate_input *in)
{
	static const int widest[] = { ONSHI_WAY_CARD, ONSHI_WAY_NUMBER,
	    ONSHI_WAY_SEARCH };
	const struct onshi_config *c = oki_env_config(k->env);
	const struct oki_ground *g = &k->ground;
	const struct oki_basis *own;

	in->mode = k->mode;
	in->enabled = is_enabled(k);
	in->hospital = oki_config_word(c, OKI_FACILITY_HOSPITAL) == 1;
	in->eprescription = oki_config_word(c,
	    OKI_FACILITY_EPRESCRIPTION) == 1;
	in->open_to = open_to(k, row, in->open_to);
	in->way = g->way;
	in->widest = widest[oki_config_word(c, OKI_EMERGENCY_WAYS)];
	in->basis = g->basis[0].basis;
	in->reason = g->basis[0].reason[0] != '\0';
	in->consenter = g->consenter;
	in->identified = g->identified;
	in->want = g->want;
	in->wanted = row != NULL && (row->wants >> g->want & 1) != 0;
	in->own_needed = row != NULL && row->electronic;
	if (in->own_needed && k->mode == OKI_MODE_DISASTER) {
		own = basis_of(k, in->category);
		in->own_basis = own->basis;
		in->own_reason = own->reason[0] != '\0';
	}
	in->right = op != NULL && op->right != 0;
	in->factors = has_two_factors(op);
	in->acknowledged = g->acknowledged;
	in->since_ms = k->proved_ms;
}

bool
oki_mode_holds(const struct oki_case *k)
{
	return !atomic_load(&k->ended) && k->proven && k->proved_ms > 0 &&
	    oki_boot_ms(k->env) - k->proved_ms < OKI_CONSENT_LONGEST_MS;
}

/* ---- the answer ---------------------------------------------------------- */

static void
typed(const struct oki_case *k, int el, char *to, size_t room)
{
	const char *text = input(k, el);

	(void)oki_copy_text(to, room, text != NULL ? text : "");
}

/* Whom the clerk has typed. */
static void
wanted(const struct oki_case *k, struct oki_person *p)
{
	memset(p, 0, sizeof(*p));
	typed(k, ONSHI_EL_NAME, p->name, sizeof(p->name));
	typed(k, ONSHI_EL_NAME_KANA, p->kana, sizeof(p->kana));
	typed(k, ONSHI_EL_BIRTHDATE, p->birthdate, sizeof(p->birthdate));
	typed(k, ONSHI_EL_SEX1, p->sex[0], sizeof(p->sex[0]));
}

int
oki_mode_look(const struct oki_case *k, const struct oki_doc *doc,
    struct onshi_error *e)
{
	const struct onshi_record *rec = NULL;
	struct oki_person asked, got;
	bool other = false;

	if (k->ground.way != ONSHI_WAY_SEARCH || k->proven)
		return ONSHI_OK;
	wanted(k, &asked);
	while (!other && (rec = oki_record_next_of(oki_doc_root(doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL)
		other = oki_person_of(&got, rec) &&
		    oki_person_compare(&asked, &got) == OKI_WHOSE_OTHER;
	oki_wipe(&asked, sizeof(asked));
	oki_wipe(&got, sizeof(got));
	if (!other)
		return ONSHI_OK;
	(void)oki_copy(e->rule, sizeof(e->rule), "ID-10");

	return oki_refuse(e, "not_for_us", "it names another person");
}

void
oki_mode_found(struct oki_case *k)
{
	k->ground.hit = k->insured;
	k->ground.found = k->insured.number[0] != '\0';
	oki_wipe(&k->insured, sizeof(k->insured));
	oki_wipe(&k->person, sizeof(k->person));
}

/* Of those who were searched for nobody learns where they live (CO-8), and not
 * in the step that follows a search, either. */
void
oki_mode_cut(struct oki_doc *doc)
{
	static const int home[] = { ONSHI_EL_ADDRESS, ONSHI_EL_POST_NUMBER, 0 };

	oki_doc_cut(doc, home);
}

/* ---- the record ---------------------------------------------------------- */

static const char *
word(const char *name)
{
	return name != NULL ? name : "-";
}

void
oki_mode_describe(const struct oki_case *k, int category,
    struct oki_field_texts *t)
{
	const struct oki_category *row = oki_category(category);
	bool electronic = row != NULL && row->electronic;
	const struct oki_ground *g = &k->ground;
	const struct oki_basis *b = k->mode == OKI_MODE_DISASTER ?
	    basis_of(k, category) : &g->basis[0];
	int64_t age = k->proved_ms != 0 ?
	    (oki_boot_ms(k->env) - k->proved_ms) / 1000 : 0;

	(void)snprintf(t->purpose, sizeof(t->purpose), "%s:%s:%s%s",
	    word(onshi_purpose_name(k->purpose)),
	    word(onshi_basis_name(b->basis)),
	    word(onshi_emergency_kind_name(k->mode)),
	    electronic ? ":eprescription" : "");
	(void)snprintf(t->identity, sizeof(t->identity),
	    "%s:%" PRId64 ":%s:%s", word(onshi_way_name(g->way)), age,
	    k->proven || g->found ? "found" : "sought",
	    word(onshi_identified_name(g->identified)));
	(void)snprintf(t->consent, sizeof(t->consent), "%s:%s:%s:%s",
	    word(onshi_consenter_name(g->consenter)),
	    g->acknowledged ? "acknowledged" : "-",
	    word(onshi_want_name(g->want)), b->reason);
}
