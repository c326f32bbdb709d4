/* Names and words for the closed lists of a visit: one table each. The record
 * has the names, too. */
#include "query/inside.h"

/* A closed list: number, name for machines, words in English and Japanese. */
struct word {
	int		 number;
	const char	*name;
	const char	*text[2];
};

static const struct word methods[] = {
	{ ONSHI_METHOD_FACE, "face", { "face matched by the reader",
	    "顔認証" } },
	{ ONSHI_METHOD_PIN, "pin", { "PIN", "暗証番号" } },
	{ ONSHI_METHOD_VISUAL, "visual", { "photograph compared by staff",
	    "目視確認" } },
	{ ONSHI_METHOD_NUMBER, "number", { "typed numbers",
	    "被保険者等記号・番号の入力" } },
	{ ONSHI_METHOD_READER, "reader", { "at the official reader",
	    "顔認証付きカードリーダー" } },
	{ ONSHI_METHOD_CARRIED, "carried", { "by a consent given before",
	    "事前の同意（訪問診療・オンライン診療等）" } }
};
static const struct word purposes[] = {
	{ ONSHI_PURPOSE_INSURANCE, "insurance", { "health insurance",
	    "医療保険事務" } },
	{ ONSHI_PURPOSE_CARE, "care", { "care", "診療" } },
	{ ONSHI_PURPOSE_DISPENSING, "dispensing", { "dispensing", "調剤" } }
};
static const struct word consents[] = {
	{ ONSHI_CONSENT_REFUSED, "refused", { "", "" } },
	{ ONSHI_CONSENT_GIVEN, "given", { "", "" } },
	{ ONSHI_CONSENT_ASK, "ask", { "", "" } }
};
static const struct word carriers[] = {
	{ ONSHI_CARRIER_CARD, "card", { "My Number Card",
	    "マイナンバーカード" } },
	{ ONSHI_CARRIER_PHONE, "phone", { "phone", "スマートフォン" } }
};
static const struct word licences[] = {
	{ ONSHI_LICENCE_RECEPTION, "reception", { "reception", "受付" } },
	{ ONSHI_LICENCE_DOCTOR, "doctor", { "doctor", "医師" } },
	{ ONSHI_LICENCE_DENTIST, "dentist", { "dentist", "歯科医師" } },
	{ ONSHI_LICENCE_PHARMACIST, "pharmacist", { "pharmacist",
	    "薬剤師" } },
	{ ONSHI_LICENCE_DISASTER, "disaster", { "right for disasters",
	    "災害時の閲覧権限" } },
	{ ONSHI_LICENCE_NURSE, "nurse", { "nurse", "看護師" } }
};
static const struct word sign_ins[] = {
	{ ONSHI_SIGNIN_NONE, "none", { "not signed in", "なし" } },
	{ ONSHI_SIGNIN_PASSWORD, "password", { "id and password",
	    "IDとパスワード" } },
	{ ONSHI_SIGNIN_TWO_FACTOR, "two-factor", { "two factors",
	    "2要素認証" } }
};
static const struct word needs[] = {
	{ ONSHI_NEED_CARD, "card", { "", "" } },
	{ ONSHI_NEED_PIN, "pin", { "", "" } },
	{ ONSHI_NEED_CONFIRM, "confirm", { "", "" } },
	{ ONSHI_NEED_FACE, "face", { "", "" } },
	{ ONSHI_NEED_WAIT, "wait", { "", "" } },
	{ ONSHI_NEED_ACKNOWLEDGE, "acknowledge", { "", "" } }
};
static const struct word notices[] = {
	{ ONSHI_NOTICE_PURPOSE, "purpose", { "", "" } },
	{ ONSHI_NOTICE_CONSENT, "consent", { "", "" } },
	{ ONSHI_NOTICE_VISUAL, "visual", { "", "" } },
	{ ONSHI_NOTICE_CLOCK, "clock", { "", "" } },
	{ ONSHI_NOTICE_DISASTER, "disaster", { "", "" } },
	{ ONSHI_NOTICE_EMERGENCY, "emergency", { "", "" } },
	{ ONSHI_NOTICE_SEVERAL, "several", { "", "" } },
	{ ONSHI_NOTICE_FACE, "face", { "", "" } },
	{ ONSHI_NOTICE_PHONE, "phone", { "", "" } }
};
/* Of the exceptional modes; medical assistance is in each (DI-7). */
static const struct word kinds[] = {
	{ ONSHI_EMERGENCY_DISASTER, "disaster", { "disaster",
	    "災害時医療情報閲覧" } },
	{ ONSHI_EMERGENCY_HOSPITAL, "hospital", { "emergency in a hospital",
	    "救急時医療情報閲覧" } }
};
static const struct word ways[] = {
	{ ONSHI_WAY_SEARCH, "search", { "name, birth date, sex, and insurer "
	    "(welfare office) or address", "氏名、住所等による検索" } },
	{ ONSHI_WAY_NUMBER, "number", { "number of the insurance or of the "
	    "medical assistance", "資格確認書等（被保険者番号・医療扶助は受給者番号）による検索" } },
	{ ONSHI_WAY_CARD, "card", { "card, no PIN",
	    "マイナンバーカード（暗証番号なし）" } }
};
static const struct word bases[] = {
	{ ONSHI_BASIS_ORAL, "oral", { "consent by word of mouth or alike",
	    "口頭等による同意" } },
	{ ONSHI_BASIS_UNOBTAINABLE, "unobtainable", {
	    "consent is hard to get, and life, body or property needs "
	    "protecting", "同意取得困難（生命、身体又は財産の保護のため）" } },
	{ ONSHI_BASIS_EMERGENCY, "emergency", {
	    "consent is hard to get, and life or body needs protecting",
	    "救急時（生命又は身体の保護のため、同意取得困難）" } }
};
static const struct word consenters[] = {
	{ ONSHI_CONSENTER_SELF, "self", { "the person", "本人" } },
	{ ONSHI_CONSENTER_GUARDIAN, "guardian", { "guardian",
	    "親権者・後見人" } },
	{ ONSHI_CONSENTER_REPRESENTATIVE, "representative", {
	    "representative", "代理人" } }
};
static const struct word identified[] = {
	{ ONSHI_IDENTIFIED_PAPERS, "papers", { "papers", "所持している書類" } },
	{ ONSHI_IDENTIFIED_FAMILY, "family", { "family", "家族等" } },
	{ ONSHI_IDENTIFIED_KNOWN, "known", { "known to the staff",
	    "職員の面識" } },
	{ ONSHI_IDENTIFIED_PHOTOGRAPH, "photograph", {
	    "photograph of the card", "カードの顔写真" } },
	{ ONSHI_IDENTIFIED_BELONGINGS, "belongings", { "belongings",
	    "所持品" } }
};
static const struct word wants[] = {
	{ ONSHI_WANT_SUMMARY, "summary", { "emergency summary",
	    "救急用サマリー" } },
	{ ONSHI_WANT_ALL, "all", { "all", "全量" } },
	{ ONSHI_WANT_BOTH, "both", {
	    "all, with electronic prescriptions",
	    "救急用サマリー・全量と電子処方箋" } },
	{ ONSHI_WANT_DRUGS, "drugs", { "drugs", "薬剤" } },
	{ ONSHI_WANT_CARE, "care", { "care and drugs", "診療・薬剤" } },
	{ ONSHI_WANT_CHECKUPS, "checkups", { "checkups", "特定健診" } }
};

static const struct word *
find(const struct word *words, size_t n, int number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (words[i].number == number)
			return &words[i];

	return NULL;
}

static const char *
name(const struct word *w)
{
	return w != NULL ? w->name : NULL;
}

static const char *
text(const struct word *w, const char *lang)
{
	return w != NULL ? w->text[oki_text_equal(lang, "ja") ? 1 : 0] : "";
}

#define FIND(words, number)	find(words, OKI_COUNT(words), number)

const char *
onshi_purpose_name(int purpose)
{
	return name(FIND(purposes, purpose));
}

const char *
onshi_purpose_text(int purpose, const char *lang)
{
	return text(FIND(purposes, purpose), lang);
}

const char *
onshi_method_name(int method)
{
	return name(FIND(methods, method));
}

const char *
onshi_method_text(int method, const char *lang)
{
	return text(FIND(methods, method), lang);
}

const char *
onshi_category_text(int category, const char *lang)
{
	const struct oki_category *row = oki_category(category);

	return row != NULL ? row->text[oki_text_equal(lang, "ja") ? 1 : 0] :
	    "";
}

const char *
onshi_carrier_name(int carrier)
{
	return name(FIND(carriers, carrier));
}

const char *
onshi_carrier_text(int carrier, const char *lang)
{
	return text(FIND(carriers, carrier), lang);
}

const char *
onshi_consent_name(int consent)
{
	return name(FIND(consents, consent));
}

const char *
onshi_licence_name(int licence)
{
	return name(FIND(licences, licence));
}

const char *
onshi_licence_text(int licence, const char *lang)
{
	return text(FIND(licences, licence), lang);
}

const char *
onshi_sign_in_name(int sign_in)
{
	return name(FIND(sign_ins, sign_in));
}

const char *
onshi_sign_in_text(int sign_in, const char *lang)
{
	return text(FIND(sign_ins, sign_in), lang);
}

const char *
onshi_need_name(int need)
{
	return name(FIND(needs, need));
}

/* The catalogue of results has its words. */
const char *
onshi_need_text(int need, const char *lang)
{
	return FIND(needs, need) != NULL ? onshi_result_text(need, lang) : "";
}

const char *
onshi_notice_name(int notice)
{
	return name(FIND(notices, notice));
}

const char *
onshi_emergency_kind_name(int kind)
{
	return name(FIND(kinds, kind));
}

const char *
onshi_emergency_kind_text(int kind, const char *lang)
{
	return text(FIND(kinds, kind), lang);
}

const char *
onshi_way_name(int way)
{
	return name(FIND(ways, way));
}

const char *
onshi_way_text(int way, const char *lang)
{
	return text(FIND(ways, way), lang);
}

const char *
onshi_basis_name(int basis)
{
	return name(FIND(bases, basis));
}

const char *
onshi_basis_text(int basis, const char *lang)
{
	return text(FIND(bases, basis), lang);
}

const char *
onshi_consenter_name(int who)
{
	return name(FIND(consenters, who));
}

const char *
onshi_consenter_text(int who, const char *lang)
{
	return text(FIND(consenters, who), lang);
}

const char *
onshi_identified_name(int how)
{
	return name(FIND(identified, how));
}

const char *
onshi_identified_text(int how, const char *lang)
{
	return text(FIND(identified, how), lang);
}

const char *
onshi_want_name(int want)
{
	return name(FIND(wants, want));
}

const char *
onshi_want_text(int want, const char *lang)
{
	return text(FIND(wants, want), lang);
}
