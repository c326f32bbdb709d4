/* Whose answer it is (ID-10): the person of a visit against the one that an
 * answer names, by degrees. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define UNREADABLE	0x25cfu		/* ●: some one character */

enum said { MISSING, EQUAL, DIFFERS };

typedef uint32_t (*next_fn)(struct oki_fold *f);

/* ---- names -------------------------------------------------------------- */

static bool
says_nothing(const char *s, next_fn next)
{
	struct oki_fold f = { s, 0 };

	return next(&f) == 0;
}

static bool
is_alike(const char *a, const char *b, next_fn next)
{
	struct oki_fold fa = { a, 0 }, fb = { b, 0 };
	uint32_t ca, cb;

	do {
		ca = next(&fa);
		cb = next(&fb);
		if (ca != cb && (ca == 0 || cb == 0 || (ca != UNREADABLE &&
		    cb != UNREADABLE)))
			return false;
	} while (ca != 0);

	return true;
}

/* Either of a person's names may stand in the other's place (通称). */
static enum said
compare_names(const char *const a[2], const char *const b[2], next_fn next)
{
	enum said said = MISSING;
	size_t i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++) {
			if (says_nothing(a[i], next) ||
			    says_nothing(b[j], next))
				continue;
			if (is_alike(a[i], b[j], next))
				return EQUAL;
			said = DIFFERS;
		}

	return said;
}

/* ---- birth date and sex ------------------------------------------------- */

/* The digits of a date, of either width and parted or not; false: no eight. */
static bool
digits_of(const char *s, char to[8])
{
	size_t n = 0;
	uint32_t c;

	while (*s != '\0') {
		c = oki_utf8_get(&s);
		if (c >= 0xff10 && c <= 0xff19)
			c = c - 0xff10 + '0';
		if (c >= '0' && c <= '9') {
			if (n == 8)
				return false;
			to[n++] = (char)c;
		} else if (c != '-' && c != '/' && c != '.' && c != ' ')
			return false;
	}

	return n == 8;
}

/* A month or day of 00 is not known (messages.md 6.2): it contradicts
 * nothing, and proves nothing. */
static enum said
compare_births(const char *a, const char *b)
{
	static const struct { size_t from, len; } parts[] = { { 0, 4 },
	    { 4, 2 }, { 6, 2 } };
	enum said said = EQUAL;
	char da[8], db[8];
	size_t i;

	if (!digits_of(a, da) || !digits_of(b, db))
		return MISSING;
	for (i = 0; i < OKI_COUNT(parts); i++) {
		if (memcmp(da + parts[i].from, "0000", parts[i].len) == 0 ||
		    memcmp(db + parts[i].from, "0000", parts[i].len) == 0)
			said = MISSING;
		else if (memcmp(da + parts[i].from, db + parts[i].from,
		    parts[i].len) != 0)
			return DIFFERS;
	}

	return said;
}

static bool
is_sex(const char *s)
{
	return strcmp(s, "1") == 0 || strcmp(s, "2") == 0;
}

/* The front of a card and the register may say each its own (OQSCD007, 3 is
 * not told): contradicted only where none agrees. */
static enum said
compare_sexes(const struct oki_person *a, const struct oki_person *b)
{
	enum said said = MISSING;
	size_t i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++) {
			if (!is_sex(a->sex[i]) || !is_sex(b->sex[j]))
				continue;
			if (strcmp(a->sex[i], b->sex[j]) == 0)
				return EQUAL;
			said = DIFFERS;
		}

	return said;
}

/* ---- the degrees -------------------------------------------------------- */

enum oki_whose
oki_person_compare(const struct oki_person *visit,
    const struct oki_person *answer)
{
	const char *const names[2][2] = { { visit->name, visit->other_name },
	    { answer->name, answer->other_name } };
	const char *const kanas[2][2] = { { visit->kana, visit->other_kana },
	    { answer->kana, answer->other_kana } };
	enum said birth = compare_births(visit->birthdate, answer->birthdate);
	enum said sex = compare_sexes(visit, answer);
	enum said name = compare_names(names[0], names[1], oki_name_next);
	enum said kana = compare_names(kanas[0], kanas[1], oki_kana_next);

	if (birth == DIFFERS || sex == DIFFERS ||
	    (name == DIFFERS && kana == DIFFERS))
		return OKI_WHOSE_OTHER;
	if (birth == MISSING || name == DIFFERS || kana == DIFFERS ||
	    (name == MISSING && kana == MISSING))
		return OKI_WHOSE_UNSURE;

	return OKI_WHOSE_SAME;
}

/* ---- who is named ------------------------------------------------------- */

/* Where the records that name a person have what (messages.md 3.3, 5.2, 5.3);
 * 0: not at all. */
static const struct {
	int	record;
	int	name, other_name, kana, other_kana, birthdate, sex[2];
} places[] = {
	{ ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, ONSHI_EL_NAME,
	    ONSHI_EL_NAME_OF_OTHER, ONSHI_EL_NAME_KANA,
	    ONSHI_EL_NAME_OF_OTHER_KANA, ONSHI_EL_BIRTHDATE,
	    { ONSHI_EL_SEX1, ONSHI_EL_SEX2 } },
	{ ONSHI_EL_QUA_INF, ONSHI_EL_NAME, 0, ONSHI_EL_KANA_NAME, 0,
	    ONSHI_EL_BIRTH, { ONSHI_EL_ADM_GEND_CODE, 0 } },
	{ ONSHI_EL_QUALIFICATIONS_INFO, ONSHI_EL_NAME, 0,
	    ONSHI_EL_KANAS_NAME, 0, ONSHI_EL_BIRTHDAY,
	    { ONSHI_EL_ADMINISTRATIVE_GENDER_CODE, 0 } }
};

static void
take(const struct onshi_record *rec, int el, char *to, size_t room)
{
	const char *text = oki_record_get(rec, el);

	(void)oki_copy_text(to, room, text != NULL ? text : "");
}

bool
oki_person_of(struct oki_person *p, const struct onshi_record *rec)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	for (i = 0; rec != NULL && i < OKI_COUNT(places); i++) {
		if (places[i].record != rec->el)
			continue;
		take(rec, places[i].name, p->name, sizeof(p->name));
		take(rec, places[i].other_name, p->other_name,
		    sizeof(p->other_name));
		take(rec, places[i].kana, p->kana, sizeof(p->kana));
		take(rec, places[i].other_kana, p->other_kana,
		    sizeof(p->other_kana));
		take(rec, places[i].birthdate, p->birthdate,
		    sizeof(p->birthdate));
		take(rec, places[i].sex[0], p->sex[0], sizeof(p->sex[0]));
		take(rec, places[i].sex[1], p->sex[1], sizeof(p->sex[1]));
		return true;
	}

	return false;
}

static bool
names_person(const struct onshi_record *rec)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(places); i++)
		if (places[i].record == rec->el)
			return true;

	return false;
}

bool
oki_message_person(const struct oki_doc *doc, struct oki_person *p)
{
	const struct onshi_record *rec;

	memset(p, 0, sizeof(*p));
	for (rec = doc->root; rec != NULL;
	    rec = oki_record_walk(rec, doc->root))
		if (names_person(rec))
			return oki_person_of(p, rec);

	return false;
}

/* Of several that are named the worst counts; nobody named proves nothing. */
enum oki_whose
oki_message_whose(const struct oki_doc *doc, const struct oki_person *visit)
{
	enum oki_whose worst = OKI_WHOSE_SAME, whose;
	const struct onshi_record *rec;
	struct oki_person p;
	bool named = false;

	for (rec = doc->root; rec != NULL;
	    rec = oki_record_walk(rec, doc->root)) {
		if (!names_person(rec))
			continue;
		named = oki_person_of(&p, rec);
		if ((whose = oki_person_compare(visit, &p)) > worst)
			worst = whose;
	}
	oki_wipe(&p, sizeof(p));

	return named ? worst : OKI_WHOSE_UNSURE;
}

/* ---- to be shown -------------------------------------------------------- */

int
oki_person_doc(const struct oki_person *p, struct oki_doc **out)
{
	const struct { int el; const char *text; } fields[] = {
	    { ONSHI_EL_NAME, p->name },
	    { ONSHI_EL_NAME_OF_OTHER, p->other_name },
	    { ONSHI_EL_NAME_KANA, p->kana },
	    { ONSHI_EL_NAME_OF_OTHER_KANA, p->other_kana },
	    { ONSHI_EL_SEX1, p->sex[0] }, { ONSHI_EL_SEX2, p->sex[1] },
	    { ONSHI_EL_BIRTHDATE, p->birthdate } };
	struct onshi_record *field;
	size_t i;
	int r;

	if ((r = oki_doc_new(NULL, out)) != ONSHI_OK)
		return r;
	for (i = 0; i < OKI_COUNT(fields) && r == ONSHI_OK; i++) {
		if (fields[i].text[0] == '\0')
			continue;
		field = oki_record_add(*out, oki_doc_root(*out),
		    fields[i].el, "", 0);
		r = field == NULL ? ONSHI_E_NOMEM : oki_record_set(field,
		    fields[i].text, strlen(fields[i].text));
	}
	if (r != ONSHI_OK)
		oki_doc_free(out);

	return r;
}
