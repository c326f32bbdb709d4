/* person.c: whose an answer is, where the library cannot tell (ID-10). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

#define LABEL	16

static const struct {
	int		 element;
	const char	*key;
	const char	*ja;
	const char	*en;
} fields[PERSON_FIELDS] = {
	{ ONSHI_EL_NAME, "name", "氏名", "Name" },
	{ ONSHI_EL_NAME_KANA, "name_kana", "氏名カナ", "Name (kana)" },
	{ ONSHI_EL_BIRTHDATE, "birthdate", "生年月日", "Date of birth" },
	{ ONSHI_EL_SEX1, "sex1", "性別", "Sex" }
};

/* As people read it; what is not told is said to be so. */
static void
show(struct tool *t, struct out *o, const struct onshi_record *rec)
{
	const char *text, *name;
	char plain[TIME_TEXT];
	size_t i;

	for (i = 0; i < COUNT(fields); i++) {
		out_text(o, "  ");
		out_column(o, say(t, fields[i].en, fields[i].ja), LABEL);
		if (rec == NULL || onshi_record_text(rec, fields[i].element,
		    &text) != ONSHI_OK) {
			text = say(t, "not told", "記載なし");
		} else if (fields[i].element == ONSHI_EL_BIRTHDATE) {
			date_plain(text, plain);
			text = plain;
		} else if (onshi_record_code(rec, fields[i].element, &text,
		    &name) == ONSHI_OK && *name != '\0') {
			text = name;
		}
		out_value(o, text);
		out_text(o, "\n");
	}
	onshi_wipe(plain, sizeof(plain));
}

/* Beside the person that was checked in: to whoever is at the terminal. */
static void
show_both(struct session *s, int category, const struct onshi_record *rec)
{
	const struct onshi_record *patient = NULL;
	struct tool *t = s->t;
	struct out o = { .data = NULL };

	if (onshi_answer_rewind(s->answer) != ONSHI_OK ||
	    onshi_answer_next(s->answer, &patient) != ONSHI_OK)
		patient = NULL;
	out_format(&o, "%s\n", say(t, "The patient:", "受付した患者さん:"));
	show(t, &o, patient);
	out_format(&o, "%s: %s\n", category_title(t, category), say(t,
	    "whom the answer names", "回答に記載された方"));
	show(t, &o, rec);
	(void)fwrite(o.data, 1, o.len, stderr);
	out_free(&o);
}

static void
keep(struct person *p, const struct onshi_record *rec)
{
	size_t i;

	p->asked = true;
	for (i = 0; rec != NULL && i < COUNT(fields); i++)
		if (onshi_record_copy(rec, fields[i].element, p->text[i],
		    sizeof(p->text[i])) < 0)
			p->text[i][0] = '\0';
}

/* Nobody is there to say it: nothing is handed out. */
static int
nobody_says(struct session *s)
{
	struct failure f = { .result = ONSHI_E_NOT_CONFIRMED,
	    .rule = "ID-10", .text = "nobody says whose the answer is: "
	    "--confirm-person" };
	int status = fail(s->t, &f);

	if (s->status == 0)
		s->status = status;

	return ONSHI_E_NOT_CONFIRMED;
}

static int
person_of(struct session *s, const struct onshi_record **rec)
{
	return s->emergency != NULL ?
	    onshi_emergency_person(s->emergency, rec) :
	    onshi_visit_person(s->visit, rec);
}

int
person_confirm(struct session *s, int category)
{
	struct person *p = &s->got[category].person;
	const struct onshi_record *rec = NULL;
	struct tool *t = s->t;
	int r;

	if ((r = person_of(s, &rec)) < 0)
		return r;
	keep(p, rec);
	p->yes = option_has(t, OPT_CONFIRM_PERSON);
	if (!p->yes && !prompt_is_possible())
		return nobody_says(s);
	if (!p->yes) {
		show_both(s, category, rec);
		if ((r = prompt_yes(t, say(t,
		    "Is this the patient's information?",
		    "この患者さんの情報ですか。"), &p->yes)) != ONSHI_OK)
			return r;
	}

	return s->emergency != NULL ?
	    onshi_emergency_confirm(s->emergency, p->yes ? 1 : 0) :
	    onshi_visit_confirm(s->visit, s->op, p->yes ? 1 : 0);
}

void
person_json(struct json *j, const struct person *p)
{
	size_t i;

	if (!p->asked)
		return;
	json_open(j, "person", '{');
	for (i = 0; i < COUNT(fields); i++)
		json_word(j, fields[i].key, p->text[i]);
	json_bool(j, "confirmed", p->yes);
	json_close(j, '}');
}
