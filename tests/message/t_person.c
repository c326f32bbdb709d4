/* Whose answer it is (ID-10), and how names and kana are compared. */
#include "config.h"

#include "help.h"

/* Everybody but for what a row says. */
#define WHO	"架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "19800512"

static const struct {
	const char	*name;
	struct oki_person visit;
	struct oki_person answer;
	enum oki_whose	 whose;
} rows[] = {
	{ "equal", { WHO, { "1", "" } }, { WHO, { "1", "" } },
	    OKI_WHOSE_SAME },
	{ "birth date contradicts", { WHO, { "1", "" } }, { "架空　太郎", "",
	    "ｶｸｳ ﾀﾛｳ", "", "19800513", { "1", "" } }, OKI_WHOSE_OTHER },
	{ "sex contradicts", { WHO, { "1", "" } }, { WHO, { "2", "" } },
	    OKI_WHOSE_OTHER },
	{ "name and kana both differ", { WHO, { "1", "" } }, { "架空　次郎",
	    "", "ｶｸｳ ｼﾞﾛｳ", "", "19800512", { "1", "" } },
	    OKI_WHOSE_OTHER },
	{ "birth date and all names differ", { WHO, { "1", "" } },
	    { "見本　次郎", "", "ﾐﾎﾝ ｼﾞﾛｳ", "", "19800513", { "2", "" } },
	    OKI_WHOSE_OTHER },
	{ "name differs alone", { WHO, { "1", "" } }, { "架空　次郎", "",
	    "ｶｸｳ ﾀﾛｳ", "", "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "kana differs alone", { WHO, { "1", "" } }, { "架空　太郎", "",
	    "ｶｸｳ ｼﾞﾛｳ", "", "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "name differs, no kana", { WHO, { "1", "" } }, { "架空　次郎", "",
	    "", "", "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "kana differs, no name", { WHO, { "1", "" } }, { "", "",
	    "ｶｸｳ ｼﾞﾛｳ", "", "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "name equal, no kana", { WHO, { "1", "" } }, { "架空　太郎", "", "",
	    "", "19800512", { "1", "" } }, OKI_WHOSE_SAME },
	{ "kana equal, no name", { WHO, { "1", "" } }, { "", "", "ｶｸｳ ﾀﾛｳ",
	    "", "19800512", { "1", "" } }, OKI_WHOSE_SAME },
	{ "name equal, the visit without kana", { "架空　太郎", "", "", "",
	    "19800512", { "1", "" } }, { WHO, { "1", "" } },
	    OKI_WHOSE_SAME },
	{ "no birth date in the answer", { WHO, { "1", "" } }, { "架空　太郎",
	    "", "ｶｸｳ ﾀﾛｳ", "", "", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "no birth date in the visit", { "架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "",
	    { "1", "" } }, { WHO, { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "birth date of spaces", { WHO, { "1", "" } }, { "架空　太郎", "",
	    "ｶｸｳ ﾀﾛｳ", "", "        ", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "birth date of nine digits", { WHO, { "1", "" } }, { "架空　太郎",
	    "", "ｶｸｳ ﾀﾛｳ", "", "198005120", { "1", "" } },
	    OKI_WHOSE_UNSURE },
	{ "birth date of words", { WHO, { "1", "" } }, { "架空　太郎", "",
	    "ｶｸｳ ﾀﾛｳ", "", "昭和55年", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "birth date in full width, parted", { WHO, { "1", "" } },
	    { "架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "１９８０-05/１２",
	    { "1", "" } }, OKI_WHOSE_SAME },
	{ "day not known", { WHO, { "1", "" } }, { "架空　太郎", "",
	    "ｶｸｳ ﾀﾛｳ", "", "19800500", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "month not known to the visit", { "架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "",
	    "19800000", { "1", "" } }, { WHO, { "1", "" } },
	    OKI_WHOSE_UNSURE },
	{ "day not known, another month", { WHO, { "1", "" } },
	    { "架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "19800600", { "1", "" } },
	    OKI_WHOSE_OTHER },
	{ "day not known, another year", { WHO, { "1", "" } },
	    { "架空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "19810500", { "1", "" } },
	    OKI_WHOSE_OTHER },
	{ "nobody named in the answer", { WHO, { "1", "" } }, { "", "", "",
	    "", "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "nobody named in the visit", { "", "", "", "", "19800512",
	    { "1", "" } }, { WHO, { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "a name of spaces", { WHO, { "1", "" } }, { "　", "", " ", "",
	    "19800512", { "1", "" } }, OKI_WHOSE_UNSURE },
	{ "nothing at all", { "", "", "", "", "", { "", "" } }, { "", "", "",
	    "", "", { "", "" } }, OKI_WHOSE_UNSURE },
	{ "sex not told", { WHO, { "1", "" } }, { WHO, { "3", "" } },
	    OKI_WHOSE_SAME },
	{ "sex missing", { WHO, { "1", "" } }, { WHO, { "", "" } },
	    OKI_WHOSE_SAME },
	{ "sex of another code", { WHO, { "1", "" } }, { WHO, { "M", "" } },
	    OKI_WHOSE_SAME },
	{ "sex of the register, front not told", { WHO, { "3", "2" } },
	    { WHO, { "2", "" } }, OKI_WHOSE_SAME },
	{ "sex of the register contradicts", { WHO, { "3", "2" } },
	    { WHO, { "1", "" } }, OKI_WHOSE_OTHER },
	{ "sex of front and register", { WHO, { "1", "2" } }, { WHO,
	    { "2", "" } }, OKI_WHOSE_SAME },
	{ "the other name", { "架空　太郎", "見本　一郎", "ｶｸｳ ﾀﾛｳ",
	    "ﾐﾎﾝ ｲﾁﾛｳ", "19800512", { "1", "" } }, { "見本　一郎", "",
	    "ﾐﾎﾝ ｲﾁﾛｳ", "", "19800512", { "1", "" } }, OKI_WHOSE_SAME },
	{ "a character not told in the name", { WHO, { "1", "" } },
	    { "●空　太郎", "", "ｶｸｳ ﾀﾛｳ", "", "19800512", { "1", "" } },
	    OKI_WHOSE_SAME },
	{ "variants of a name, kana in hiragana", { "髙橋　濵子", "",
	    "ﾀｶﾊｼ ﾊﾏｺ", "", "19800512", { "2", "" } }, { "高橋浜子", "",
	    "たかはし　はまこ", "", "19800512", { "2", "" } },
	    OKI_WHOSE_SAME }
};

START_TEST(degree)
{
	ck_assert_msg(oki_person_compare(&rows[_i].visit, &rows[_i].answer) ==
	    rows[_i].whose, "%s", rows[_i].name);
	/* Nothing in it depends on who is asked and who answers. */
	ck_assert_msg(oki_person_compare(&rows[_i].answer, &rows[_i].visit) ==
	    rows[_i].whose, "%s, the other way", rows[_i].name);
}
END_TEST

/* ---- texts -------------------------------------------------------------- */

static const struct {
	const char	*name;
	const char	*a;
	const char	*b;
	bool		 same;
} kanas[] = {
	{ "half and full width", "ｶｸｳ ﾀﾛｳ", "カクウ　タロウ", true },
	{ "hiragana", "かくう", "カクウ", true },
	{ "small written large", "ｼｮｳﾀｯﾁｬﾝ", "ｼﾖｳﾀﾂﾁﾔﾝ", true },
	{ "all small ones", "ァィゥェォッャュョヮヵヶ",
	    "アイウエオツヤユヨワカケ", true },
	{ "marks, half width", "ｶﾞｷﾞﾊﾟﾎﾞｳﾞ", "ガギパボヴ", true },
	{ "marks, joined later", "か\u3099ハ\u309a", "ガパ", true },
	{ "marks that stand alone", "カ\u309bハ\u309c", "ガパ", true },
	{ "voiced is another", "カキ", "ガキ", false },
	{ "half voiced is another", "ハ", "パ", false },
	{ "voiced and half voiced", "バ", "パ", false },
	{ "ト with a mark", "ﾄﾞﾂﾞﾃﾞ", "ドヅデ", true },
	{ "ナ takes none", "ﾅﾞ", "ナ", false },
	{ "ナ does not become ニ", "ﾅﾞ", "ニ", false },
	{ "マ does not become ミ", "ﾏﾞ", "ミ", false },
	{ "ヒ alone is ヒ", "ﾋ", "ビ", false },
	{ "オ takes none", "ｵﾞ", "カ", false },
	{ "ッ takes none", "ッ\u309b", "ヅ", false },
	{ "a mark in front", "ﾞｱ", "ア", false },
	{ "long vowels", "ｻｰ", "サ-", true },
	{ "all hyphens", "－‐‑‒–—―−ー-", "----------", true },
	{ "a long vowel counts", "サー", "サ", false },
	{ "nothing between", "ｼﾞﾖﾝ･ｽﾐｽ", "ジョン　スミス", true },
	{ "Latin of either width and case", "Ｓｍｉｔｈ", "SMITH", true },
	{ "longer", "タロウ", "タロウウ", false },
	{ "shorter", "タロウウ", "タロウ", false },
	{ "empty and spaces", "", "　 ", true },
	{ "not told", "タ●ウ", "タロウ", true },
	{ "not told is one", "タ●", "タロウ", false },
	{ "not told is no end", "タロウ●", "タロウ", false }
}, names[] = {
	{ "variants", "髙﨑　邉", "高崎 邊", true },
	{ "all of 斎", "斎齋齊斉", "斎斎斎斎", true },
	{ "a compatibility character", "\ufa19谷", "神谷", true },
	{ "a selector", "葛\U000e0100城", "葛城", true },
	{ "々", "佐々木", "佐佐木", true },
	{ "々 before all", "々木", "木", false },
	{ "ヶ", "一ヶ瀬", "一ケ瀬", true },
	{ "width", "架空Ａ", "架空a", true },
	{ "every blank", "架\u2000空\u200a太\u202f郎\u205f\u00a0\t", "架空太郎",
	    true },
	{ "no blank", "架空\u1fff太郎", "架空太郎", false },
	{ "hiragana is no katakana", "さくら", "サクラ", false },
	{ "joined marks", "すす\u3099", "すず", true },
	{ "another", "高橋", "高端", false },
	{ "not told", "●橋", "髙橋", true },
	{ "not told is one", "●", "高橋", false },
	{ "not told twice", "●●", "高橋", true },
	{ "not told against not told", "●橋", "●橋", true },
	{ "not told is not nothing", "●高橋", "高橋", false }
};

static bool
alike(const char *a, const char *b, uint32_t (*next)(struct oki_fold *f))
{
	struct oki_fold fa = { a, 0 }, fb = { b, 0 };
	uint32_t ca, cb;

	do {
		ca = next(&fa);
		cb = next(&fb);
		if (ca != cb && (ca == 0 || cb == 0 || (ca != 0x25cf &&
		    cb != 0x25cf)))
			return false;
	} while (ca != 0);

	return true;
}

START_TEST(kana)
{
	ck_assert_msg(alike(kanas[_i].a, kanas[_i].b, oki_kana_next) ==
	    kanas[_i].same, "%s", kanas[_i].name);
}
END_TEST

START_TEST(name)
{
	struct oki_person a = { .birthdate = "19800512" }, b = a;

	ck_assert_msg(alike(names[_i].a, names[_i].b, oki_name_next) ==
	    names[_i].same, "%s", names[_i].name);
	(void)oki_copy(a.name, sizeof(a.name), names[_i].a);
	(void)oki_copy(b.name, sizeof(b.name), names[_i].b);
	ck_assert_msg(oki_person_compare(&a, &b) == (names[_i].same ?
	    OKI_WHOSE_SAME : OKI_WHOSE_UNSURE), "%s", names[_i].name);
}
END_TEST

/* ---- whom a document names ---------------------------------------------- */

#define QUA(name, kana, birth) "<QuaInf><Name>" name "</Name><KanaName>" \
	kana "</KanaName><Birth>" birth "</Birth><AdmGendCode>1"	 \
	"</AdmGendCode></QuaInf>"

static const struct {
	const char	*name;
	const char	*header;
	enum oki_whose	 whose;
} documents[] = {
	{ "equal", QUA("架空太郎", "ｶｸｳ ﾀﾛｳ", "19800512"), OKI_WHOSE_SAME },
	{ "nobody", "", OKI_WHOSE_UNSURE },
	{ "a twin", QUA("架空次郎", "ｶｸｳ ｼﾞﾛｳ", "19800512"),
	    OKI_WHOSE_OTHER },
	{ "no birth date", QUA("架空太郎", "ｶｸｳ ﾀﾛｳ", ""),
	    OKI_WHOSE_UNSURE },
	{ "a birth date of another name space", "<QuaInf><Name>架空太郎"
	    "</Name><x:Birth xmlns:x=\"x\">19800512</x:Birth></QuaInf>",
	    OKI_WHOSE_UNSURE },
	{ "an empty one", "<QuaInf/>", OKI_WHOSE_UNSURE },
	{ "two, the second another", QUA("架空太郎", "ｶｸｳ ﾀﾛｳ", "19800512")
	    "<QualificationsInfo><Name>見本</Name><KanasName>ﾐﾎﾝ</KanasName>"
	    "<Birthday>19800512</Birthday></QualificationsInfo>",
	    OKI_WHOSE_OTHER },
	{ "two, the first another", QUA("見本", "ﾐﾎﾝ", "19800512")
	    "<QualificationsInfo><Name>架空太郎</Name><KanasName>かくうたろう"
	    "</KanasName><Birthday>19800512</Birthday>"
	    "<AdministrativeGenderCode>1</AdministrativeGenderCode>"
	    "</QualificationsInfo>", OKI_WHOSE_OTHER }
};

START_TEST(document)
{
	const struct oki_person who = { WHO, { "1", "" } };
	struct text t = { NULL, 0, 0 };
	struct oki_person p;
	struct oki_doc *doc;

	text_put(&t, "<XmlMsg><MessageHeader>");
	text_put(&t, documents[_i].header);
	text_put(&t, "</MessageHeader><MessageBody/></XmlMsg>");
	doc = must_parse("YZKsiquc01res", t.s, t.len);
	ck_assert_msg(oki_message_whose(doc, &who) == documents[_i].whose,
	    "%s", documents[_i].name);
	ck_assert_int_eq(oki_message_person(doc, &p),
	    documents[_i].header[0] != '\0');
	oki_doc_free(&doc);
	free(t.s);
}
END_TEST

/* From a check-in's answer to what is shown, nothing lost on the way. */
START_TEST(person_shown)
{
	struct text bytes = sample_numbered("08");
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *shown;
	static const int elements[] = { ONSHI_EL_NAME, ONSHI_EL_NAME_KANA,
	    ONSHI_EL_BIRTHDATE, ONSHI_EL_SEX1, ONSHI_EL_NAME_OF_OTHER,
	    ONSHI_EL_NAME_OF_OTHER_KANA };
	const struct onshi_record *rec = oki_record_next_of(
	    oki_doc_root(doc), ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION,
	    NULL);
	struct oki_person p;
	size_t i;

	ck_assert(oki_person_of(&p, rec));
	ck_assert_int_eq(oki_person_doc(&p, &shown), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(elements); i++)
		ck_assert_pstr_eq(oki_record_get(oki_doc_root(shown),
		    elements[i]), oki_record_get(rec, elements[i]));
	ck_assert_ptr_null(oki_record_get(oki_doc_root(shown),
	    ONSHI_EL_SEX2));
	ck_assert(!oki_person_of(&p, oki_doc_root(doc)));
	ck_assert(!oki_person_of(&p, NULL));
	ck_assert_str_eq(p.name, "");
	oki_doc_free(&shown);
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("person");
	TCase *c = tcase_create("person");

	tcase_add_loop_test(c, degree, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, kana, 0, (int)OKI_COUNT(kanas));
	tcase_add_loop_test(c, name, 0, (int)OKI_COUNT(names));
	tcase_add_loop_test(c, document, 0, (int)OKI_COUNT(documents));
	tcase_add_test(c, person_shown);
	suite_add_tcase(s, c);

	return run_suite(s);
}
