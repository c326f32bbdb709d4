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
	    "顔認証付きカードリーダー" } }
};
static const struct word purposes[] = {
	{ ONSHI_PURPOSE_INSURANCE, "insurance", { "health insurance",
	    "医療保険事務" } },
	{ ONSHI_PURPOSE_CARE, "care", { "care", "診療" } },
	{ ONSHI_PURPOSE_DISPENSING, "dispensing", { "dispensing", "調剤" } }
};
static const struct word consents[] = {
	{ ONSHI_CONSENT_REFUSED, "refused", { "", "" } },
	{ ONSHI_CONSENT_GIVEN, "given", { "", "" } }
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
	{ ONSHI_NEED_WAIT, "wait", { "", "" } }
};
static const struct word notices[] = {
	{ ONSHI_NOTICE_PURPOSE, "purpose", { "", "" } },
	{ ONSHI_NOTICE_CONSENT, "consent", { "", "" } },
	{ ONSHI_NOTICE_VISUAL, "visual", { "", "" } },
	{ ONSHI_NOTICE_CLOCK, "clock", { "", "" } }
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
