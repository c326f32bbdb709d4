/*
 * Two people whose names are alike are never the same: random pairs, each in
 * clothes of its own. A sample; a million with ONSHIKAKU_CHECK_FULL. SEED says
 * which.
 */
#include "config.h"

#include <stdint.h>

#include "answer.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define TEXT		256

static uint64_t state;

static unsigned int
dice(size_t n)
{
	state = state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);

	return (unsigned int)((state >> 33) % n);
}

static const struct { const char *kanji, *kana; } families[] = {
    { "高橋", "ﾀｶﾊｼ" }, { "渡辺", "ﾜﾀﾅﾍﾞ" }, { "斎藤", "ｻｲﾄｳ" },
    { "山崎", "ﾔﾏｻﾞｷ" }, { "中島", "ﾅｶｼﾞﾏ" }, { "吉田", "ﾖｼﾀﾞ" },
    { "浜田", "ﾊﾏﾀﾞ" }, { "沢田", "ｻﾜﾀﾞ" }, { "桜井", "ｻｸﾗｲ" },
    { "佐々木", "ｻｻｷ" }, { "林", "ﾊﾔｼ" }, { "大野", "ｵｵﾉ" } }, givens[] = {
    { "一郎", "ｲﾁﾛｳ" }, { "太郎", "ﾀﾛｳ" }, { "翔太", "ｼﾖｳﾀ" },
    { "優子", "ﾕｳｺ" }, { "幸子", "ｻﾁｺ" }, { "和子", "ｶｽﾞｺ" },
    { "真一", "ｼﾝｲﾁ" }, { "恵", "ﾒｸﾞﾐ" }, { "実", "ﾐﾉﾙ" },
    { "めぐみ", "ﾒｸﾞﾐ" }, { "栄子", "ｴｲｺ" }, { "広", "ﾋﾛｼ" } };
/* No two of these are forms of one character, nor one of the above. */
static const char *const others[] = { "次", "健", "大", "美", "明", "文", "正",
    "義", "信", "孝", "誠", "勝", "進", "清", "秀", "光", "友", "由", "里",
    "香", "あ", "を", "ク", "●" };
static const char *const other_kana[] = { "ｱ", "ｶ", "ｻ", "ﾀ", "ﾅ", "ﾊ", "ﾏ", "ﾗ",
    "ﾜ", "ﾝ", "ﾛ", "ｸ" };
static const struct { const char *from, *to; } forms[] = { { "高", "髙" },
    { "辺", "邊" }, { "斎", "齋" }, { "崎", "﨑" }, { "島", "嶋" },
    { "吉", "𠮷" }, { "浜", "濵" }, { "沢", "澤" }, { "桜", "櫻" },
    { "真", "眞" }, { "恵", "惠" }, { "実", "實" }, { "栄", "榮" },
    { "広", "廣" }, { "め", "メ" } };

struct person {
	char	family[TEXT], given[TEXT];
	char	kana_family[TEXT], kana_given[TEXT];
	int	birth, branch, number, insurer;
};

/* ---- characters --------------------------------------------------------- */

static size_t
character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;

	return n;
}

static size_t
characters(const char *s)
{
	size_t n;

	for (n = 0; *s != '\0'; n++)
		s += character(s);

	return n;
}

/* The i-th character becomes another text; false if it was that already. */
static bool
replace(char s[TEXT], size_t i, const char *by)
{
	char rest[TEXT];
	char *at = s;

	for (; i > 0; i--)
		at += character(at);
	if (strncmp(at, by, strlen(by)) == 0)
		return false;
	(void)snprintf(rest, sizeof(rest), "%s", at + character(at));
	(void)snprintf(at, TEXT - (size_t)(at - s), "%s%s", by, rest);

	return true;
}

static void
replace_any(char s[TEXT], const char *const *by, size_t n)
{
	while (!replace(s, dice(characters(s)), by[dice(n)]))
		continue;
}

/* ---- people ------------------------------------------------------------- */

static void
invent(struct person *p)
{
	size_t f = dice(COUNT(families)), g = dice(COUNT(givens));

	(void)snprintf(p->family, TEXT, "%s", families[f].kanji);
	(void)snprintf(p->kana_family, TEXT, "%s", families[f].kana);
	(void)snprintf(p->given, TEXT, "%s", givens[g].kanji);
	(void)snprintf(p->kana_given, TEXT, "%s", givens[g].kana);
	p->birth = 19200101 + (int)dice(100) * 10000 + (int)dice(12) * 100 +
	    (int)dice(28);
	p->branch = (int)dice(4);
	p->number = 1000 + (int)dice(9000);
	p->insurer = 6999001 + (int)dice(900);
}

static bool
other_forms(char s[TEXT])
{
	char before[TEXT], *at;
	bool some = false;
	size_t i;

	for (i = 0; i < COUNT(forms); i++) {
		(void)snprintf(before, sizeof(before), "%s", s);
		if ((at = strstr(before, forms[i].from)) == NULL)
			continue;
		(void)snprintf(s, TEXT, "%.*s%s%s", (int)(at - before),
		    before, forms[i].to, at + strlen(forms[i].from));
		some = true;
	}

	return some;
}

/* Somebody else who is easily taken for p. */
static void
disguise(struct person *p)
{
	switch (dice(10)) {
	case 0:				/* one character of the given name */
		replace_any(p->given, others, COUNT(others));
		break;
	case 1:				/* the same, and other forms */
		replace_any(p->given, others, COUNT(others));
		(void)other_forms(p->family);
		break;
	case 2:				/* the family name */
		replace_any(p->family, others, COUNT(others));
		break;
	case 3:				/* read otherwise */
		replace_any(p->kana_given, other_kana, COUNT(other_kana));
		break;
	case 4:				/* twins of one kana */
		replace_any(p->given, others, COUNT(others));
		p->branch = (p->branch + 1) % 5;
		break;
	case 5:				/* a namesake, a day apart */
		p->birth += p->birth % 100 < 28 ? 1 : -1;
		break;
	case 6:				/* a namesake elsewhere */
		p->insurer += 1 + (int)dice(90);
		break;
	case 7:				/* forms alone */
		if (!other_forms(p->family) && !other_forms(p->given))
			p->branch = (p->branch + 1) % 5;
		break;
	case 8:				/* one of the family */
		p->birth -= 10000 * (1 + (int)dice(9));
		p->branch = (p->branch + 1) % 5;
		break;
	default:			/* a namesake at the same insurer */
		p->number += 1 + (int)dice(90);
		break;
	}
}

static void
answer_text(const struct person *p, char to[FIELDS])
{
	(void)snprintf(to, FIELDS, "Name=%s　%s;NameKana=%s %s;Birthdate=%08d;"
	    "InsurerNumber=%08d;InsuredCardSymbol=12-34;"
	    "InsuredIdentificationNumber=%d;InsuredBranchNumber=%02d",
	    p->family, p->given, p->kana_family, p->kana_given, p->birth,
	    p->insurer, p->number, p->branch);
}

/* As a host may have it: what is not the person's differs at random. */
static void
file_text(const struct person *p, char to[FIELDS])
{
	static const char *const spaces[] = { "　", " ", "", "\xe2\x80\x8b",
	    "　　" };
	const char *space = spaces[dice(COUNT(spaces))];

	(void)snprintf(to, FIELDS, "Name=%s%s%s;NameKana=%s%s%s;Birthdate=%s"
	    "%04d%s%02d%s%02d;InsurerNumber=%s%d;InsuredCardSymbol=%s;"
	    "InsuredIdentificationNumber=%s%d;InsuredBranchNumber=%s%d",
	    p->family, space, p->given, p->kana_family, space, p->kana_given,
	    "", p->birth / 10000, dice(2) == 0 ? "-" : "/",
	    p->birth / 100 % 100, dice(2) == 0 ? "-" : "/", p->birth % 100,
	    dice(2) == 0 ? "0" : "", p->insurer, dice(2) == 0 ? "12−34" :
	    "１２ー３４", dice(2) == 0 ? "00" : "", p->number,
	    dice(2) == 0 ? "0" : "", p->branch);
}

/* ---- the pairs ---------------------------------------------------------- */

#define FILES_EACH	50

/* Somebody's answer with the files of fifty others, and with the own one. */
static void
try(struct onshi_match *m)
{
	struct onshi_message *answer = NULL;
	const struct onshi_record *rec;
	struct person p, other;
	char fields[FIELDS], file[FIELDS];
	int verdict, i;

	invent(&p);
	answer_text(&p, fields);
	rec = answer_make(&answer, fields);
	for (i = 0; i < FILES_EACH; i++) {
		other = p;
		disguise(&other);
		file_text(&other, file);
		file_put(m, file);
		ck_assert_int_eq(onshi_match_compare(m, rec, &verdict),
		    ONSHI_OK);
		if (verdict == ONSHI_MATCH_SAME)
			ck_abort_msg("the same: %s | %s", file, fields);
	}
	file_text(&p, file);
	file_put(m, file);
	ck_assert_int_eq(onshi_match_compare(m, rec, &verdict), ONSHI_OK);
	ck_assert_msg(verdict == ONSHI_MATCH_SAME, "not the same: %s | %s",
	    file, fields);
	onshi_message_free(&answer);
}

START_TEST(similar)
{
	const char *seed = getenv("SEED");
	int i, n = (int)sample_times(20000, 1000000) / FILES_EACH;
	struct onshi_match *m = NULL;

	state = seed != NULL ? strtoull(seed, NULL, 0) : 20261130;
	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	for (i = 0; i < n; i++)
		try(m);
	onshi_match_free(&m);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 600);
	tcase_add_test(c, similar);
}

int
main(void)
{
	return run_tests("match/random", fill);
}
