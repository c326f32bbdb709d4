/* Texts to show or to post up: purpose, consent, the visual check. */
#include "visit/inside.h"

/* By the words of facility.kind: who asks, and what for. */
#define ASK_JA(what, who, why)						\
	what "を、" who "がオンライン資格確認等システムに照会し、"	\
	"提供を受けて閲覧することに同意しますか。この情報は" why	\
	"のために使用します。"
#define ASK_EN(what, who, why)						\
	"Do you consent that " who " asks the online eligibility "	\
	"verification system for " what ", is given it and sees it? It " \
	"is used for " why "."
#define BY_KIND_JA(what) {						\
	ASK_JA(what, "当医療機関", "診察や健康管理"),			\
	ASK_JA(what, "当医療機関", "診察や健康管理"),			\
	ASK_JA(what, "当薬局", "調剤や服薬指導"),			\
	ASK_JA(what, "当訪問看護ステーション", "訪問看護") }
#define BY_KIND_EN(what) {						\
	ASK_EN(what, "this medical institution", "your care"),		\
	ASK_EN(what, "this medical institution", "your care"),		\
	ASK_EN(what, "this pharmacy", "dispensing and guidance on drugs"), \
	ASK_EN(what, "this visiting nurses' station", "visiting nursing") }

/* CO-1, CO-3: one question for each category; the second row of drugs where
 * the facility uses electronic prescriptions. */
static const struct {
	int		 category;
	bool		 eprescription;
	const char	*ja[OKI_FACILITIES];
	const char	*en[OKI_FACILITIES];
} questions[] = {
	{ ONSHI_CATEGORY_DRUGS, false, BY_KIND_JA("過去のお薬の情報"),
	  BY_KIND_EN("the drugs you were given before") },
	{ ONSHI_CATEGORY_DRUGS, true,
	  BY_KIND_JA("過去のお薬の情報（電子処方箋の処方情報・調剤情報を含みます）"),
	  BY_KIND_EN("the drugs you were given before, electronic "
	  "prescriptions and their dispensing included") },
	{ ONSHI_CATEGORY_CHECKUPS, false, BY_KIND_JA("過去の健診の情報"),
	  BY_KIND_EN("your checkups") },
	{ ONSHI_CATEGORY_CARE, false, BY_KIND_JA("過去の診療の情報"),
	  BY_KIND_EN("the care you were given before") },
	{ ONSHI_CATEGORY_SURGERY, false, BY_KIND_JA("過去の手術の情報"),
	  BY_KIND_EN("the surgery you have had") },
	{ ONSHI_CATEGORY_LIMIT, false, BY_KIND_JA("限度額適用認定証の情報"),
	  BY_KIND_EN("the limit of your co-payment") },
	{ ONSHI_CATEGORY_DISEASES, false,
	  BY_KIND_JA("特定疾病療養受療証の情報"),
	  BY_KIND_EN("your certificate of specific diseases") }
};

/* PU-2, CO-1, ID-2, TI-4. */
static const struct {
	int		 notice;
	const char	*text[2];
} notices[] = {
	{ ONSHI_NOTICE_PURPOSE,
	  { "For the administration of health insurance: inquiry to the "
	    "examination and payment agency or the insurer.",
	    "医療保険事務のうち、審査支払機関又は保険者への照会" } },
	{ ONSHI_NOTICE_CONSENT,
	  { "Your consent is asked for at each visit, for each kind of "
	    "information by itself, and holds for this visit alone.",
	    "同意は、受診のたびに、情報の種類ごとに確認します。"
	    "今回の受診に限り有効です。" } },
	{ ONSHI_NOTICE_VISUAL,
	  { "Compare the photograph on the front of the card with the person. "
	    "The card stays with the patient; do not look at its back.",
	    "カードの表面の写真とご本人を見比べてください。カードは預からず、"
	    "裏面は見ないでください。" } },
	{ ONSHI_NOTICE_CLOCK,
	  { "The terminal's clock and the system's do not agree. Check the "
	    "terminal's clock.",
	    "端末とシステムの時刻が合っていません。"
	    "端末の時刻を確認してください。" } },
	{ ONSHI_NOTICE_DISASTER,
	  { "This is an exceptional use, in a disaster, while it is activated "
	    "for this area. Information on insurance or medical assistance, "
	    "and medical information, is seen without the card. A log of the "
	    "viewing remains, and the agency looks at it. Go on only with the "
	    "person's consent by word of mouth, or where it is hard to get "
	    "and life, body or property needs protecting.",
	    "災害時の特例的な利用です（対象の地域・期間に限ります）。マイナンバーカードによらずに"
	    "保険資格情報（医療扶助の受給資格情報）と医療情報を閲覧します。閲覧の記録（閲覧ログ）が残り、"
	    "実施機関が確認します。ご本人の口頭等による同意があるとき、または同意を得ることが困難で"
	    "生命、身体または財産の保護のために必要なときに限り、進んでください。" } },
	{ ONSHI_NOTICE_EMERGENCY,
	  { "This is an exceptional use, in a hospital's emergency. "
	    "Information on insurance or medical assistance, and medical "
	    "information, is seen without consent. A log of the viewing "
	    "remains, and the agency looks at it. Go on only where life or "
	    "body needs protecting and consent is hard to get.",
	    "救急時の特例的な利用です（病院に限ります）。同意を得ずに保険資格情報（医療扶助の受給資格情報）と"
	    "医療情報を閲覧します。閲覧の記録（閲覧ログ）が残り、実施機関が確認します。生命または身体の保護のために"
	    "必要で、同意を得ることが困難なときに限り、進んでください。" } },
	{ ONSHI_NOTICE_SEVERAL,
	  { "Several persons fit, and nothing is shown. Search again with more "
	    "of the insurer's name (welfare office for medical assistance) or "
	    "of the address.",
	    "複数の方が該当するため表示できません。保険者名称（医療扶助は福祉事務所名称）または住所を、"
	    "もっと長く入力して、もう一度検索してください。" } },
	{ ONSHI_NOTICE_FACE,
	  { "Put your My Number Card on the reader, choose how to confirm that "
	    "it is you, and answer each question of consent. Keep the card "
	    "with you.",
	    "マイナンバーカードを読み取り口に置き、本人確認の方法を選び、同意の質問に一つずつ答えてください。"
	    "終わったら、カードを忘れずにお取りください。" } },
	{ ONSHI_NOTICE_PHONE,
	  { "This phone cannot be used here. Please use your My Number Card; "
	    "else, as a last resort, log in to the portal and show the screen "
	    "of your eligibility at the desk.",
	    "このスマートフォンは使えません。マイナンバーカードをお使いください。カードをお持ちでない場合は、"
	    "マイナポータルにログインし、資格情報画面を窓口で見せてください。" } }
};

/* A deployment can switch a category off for pharmacies (CO-5). */
static bool
is_switched_off(const struct onshi_config *c, int category, int kind)
{
	const struct oki_category *row = oki_category(category);

	return kind == OKI_FACILITY_PHARMACY && row != NULL &&
	    row->pharmacy_switch &&
	    oki_config_word(c, OKI_RULES_PHARMACY_CHECKUPS) != 1;
}

/* The question of a category at that facility; "" where there is none. */
static const char *
question(const struct onshi_config *c, int category, bool in_japanese)
{
	int kind = oki_config_word(c, OKI_FACILITY_KIND);
	bool with = oki_config_word(c, OKI_FACILITY_EPRESCRIPTION) == 1;
	const char *found = "";
	size_t i;

	if (kind < 0 || kind >= OKI_FACILITIES ||
	    is_switched_off(c, category, kind))
		return found;
	for (i = 0; i < OKI_COUNT(questions); i++)
		if (questions[i].category == category &&
		    (with || !questions[i].eprescription))
			found = (in_japanese ? questions[i].ja :
			    questions[i].en)[kind];

	return found;
}

const char *
onshi_notice_text(const struct onshi *o, int notice, int category,
    const char *lang)
{
	bool in_japanese = oki_text_equal(lang, "ja");
	size_t i;

	if (o == NULL)
		return "";
	if (notice == ONSHI_NOTICE_CONSENT &&
	    category != ONSHI_CATEGORY_ELIGIBILITY)
		return question(oki_env_config(oki_root_env(o)), category,
		    in_japanese);
	for (i = 0; i < OKI_COUNT(notices); i++)
		if (notices[i].notice == notice)
			return notices[i].text[in_japanese ? 1 : 0];

	return "";
}
