/*
 * The built-in table of papers, in the form of fallback.table: what public
 * sources say (facts-2026.md 2), each with its mark there. Where they say
 * nothing, the standing is unknown.
 */
#include "config.h"

#include "match/inside.h"

#define NUMBERS	"insurer_number, insured_card_symbol, "			\
	"insured_identification_number, insured_branch_number"
#define ASK	"ask = The insurer, or the regional bureau of health and "	\
	"welfare.\n"							\
	"ask_ja = 加入先の保険者、または地方厚生（支）局にお問い合わせください\n"
#define NOT_SAID_JA	"この日以降の取扱いは、公表資料では確認できません。"
#define BY_INQUIRY	"text = By itself, if the numbers on it are confirmed by "	\
	"inquiry.\n"							\
	"text_ja = 書かれた記号・番号で照会し、資格を確認できたときに使えます\n"

const char *const oki_papers_builtin[] = {
"fallback = 1\n",

/* [S] municipalities; it came as the cards ended. */
"paper = certificate\n"
"when = no_answer, unusable, no_card, phone, lag\n"
"since = 2024-12-02\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share, valid_until\n"
"text = It takes the place of the card. Where inquiry is possible, ask by its "
"numbers.\n"
"text_ja = マイナンバーカードの代わりになります。照会できるときは、記号・番号で照会してください\n",

/* [S] municipalities: with the card, for it alone is not enough. ID-7. */
"paper = notice_with_card\n"
"when = no_answer, unusable, lag\n"
"since = 2024-12-02\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share\n"
"text = Together with the My Number Card, whose holder is looked at; cards of "
"infants bear no photograph.\n"
"text_ja = マイナンバーカードと一緒に提示していただき、券面でご本人を確認してください"
"（乳幼児のカードには顔写真がありません）\n",

/* [S] notice of 2023-07-10 [P] an institution that quotes it. */
"paper = portal_with_card\n"
"when = no_answer, lag\n"
"since = 2023-07-10\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share\n"
"text = The screen on the patient's own phone, a saved PDF too, together with "
"the My Number Card.\n"
"text_ja = 患者さんのスマートフォンの画面（保存したPDFも可）を、マイナンバーカードと一緒に提示していただいてください\n",

/* [P] 2025-09-22: the last resort of who has a phone alone. */
"paper = portal\n"
"when = phone\n"
"since = 2025-09-22\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share\n"
"text = The last resort: the patient logs in on the spot and shows the screen.\n"
"text_ja = 最後の手段です。その場でマイナポータルにログインし、画面を提示していただいてください\n",
"paper = portal\n"
"when = no_card, unusable\n"
"standing = unknown\n"
"share = ask\n"
"text = Without the card no public source says that the screen is enough.\n"
"text_ja = マイナンバーカードなしで画面だけでよいかは、公表資料では確認できません\n"
ASK,

/* [S] the last ones ran out on 2025-12-01. */
"paper = insurance_card\n"
"when = no_answer, unusable, no_card, phone, lag\n"
"until = 2025-12-01\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share, valid_until\n"
"text = Until the day that stands on it.\n"
"text_ja = 書かれた有効期限まで使えます\n",
/* [P] notice of 2025-11-12: where the numbers are confirmed by inquiry. */
"paper = insurance_card\n"
"when = unusable, no_card, phone\n"
"since = 2025-12-02\n"
"until = 2026-03-31\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS "\n"
BY_INQUIRY,
"paper = insurance_card\n"
"when = no_answer, lag\n"
"since = 2025-12-02\n"
"until = 2026-03-31\n"
"standing = unknown\n"
"share = ask\n"
"fields = birthdate, " NUMBERS "\n"
"text = It counted where inquiry confirmed its numbers, and here there is no "
"answer.\n"
"text_ja = 照会で資格を確認できた場合の取扱いです。照会できない場合は、公表資料では確認できません\n"
ASK,
/* [?] what holds since. */
"paper = insurance_card\n"
"when = no_answer, unusable, no_card, phone, lag\n"
"since = 2026-04-01\n"
"standing = unknown\n"
"share = ask\n"
"fields = birthdate, " NUMBERS "\n"
"text = The transitional treatment was to end on 2026-03-31; no public source "
"says what holds since.\n"
"text_ja = 暫定的な取扱いは2026年3月31日までとされていました。" NOT_SAID_JA "\n"
ASK,

/* [P] as the cards; [S] municipalities: alone it is not enough. */
"paper = notice\n"
"when = unusable, no_card, phone\n"
"since = 2025-12-02\n"
"until = 2026-03-31\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS "\n"
BY_INQUIRY,
"paper = notice\n"
"when = no_card, phone\n"
"since = 2026-04-01\n"
"standing = unknown\n"
"share = ask\n"
"fields = birthdate, " NUMBERS "\n"
"text = Alone it is not made to be enough; its transitional treatment was to "
"end on 2026-03-31, and no public source says what holds since.\n"
"text_ja = 原則として単独では使えません。暫定的な取扱いは2026年3月31日までとされていました。" NOT_SAID_JA "\n"
ASK,

/* [P] an institution after the notice of 2023-07-10: who has been there. */
"paper = past_visit\n"
"when = no_answer, lag\n"
"since = 2023-07-10\n"
"standing = accepted\n"
"share = own\n"
"fields = birthdate, " NUMBERS ", share, confirmed_on\n"
"text = For who has been here before: ask whether what was confirmed then has "
"not changed.\n"
"text_ja = 再来の方: 過去に確認した資格から変わりがないか、口頭で確認してください\n",

/* [S] notice of 2023-07-10, its annex 3; the fields: [?]. */
"paper = declaration\n"
"when = no_answer, lag\n"
"since = 2023-07-10\n"
"standing = accepted\n"
"share = by_age\n"
"fields = name, name_kana, birthdate, sex1, address, telephone, "
"insurance_kind, insurer_name, employer, share, reason, signature\n"
"text = For who has a valid insurance and shows nothing of the above. The "
"patient tells the numbers as soon as they are known; in the claim the numbers "
"of now come first, then those of before, then sevens with address and "
"telephone.\n"
"text_ja = 有効な資格があり、上の書類を提示できない方に記入していただきます。番号等が分かり次第、"
"お知らせいただくよう伝えてください。請求は、現在の番号、過去の番号、どちらも不明なら7の並びと住所・連絡先の順です\n",
"paper = declaration\n"
"when = unusable, no_card, phone\n"
"standing = unknown\n"
"share = ask\n"
"text = It is made for who shows the card and cannot be confirmed; no public "
"source read here says that it is enough otherwise.\n"
"text_ja = マイナンバーカードを提示したのに確認できない方のための書類です。それ以外の場合に使えるかは、"
"公表資料では確認できません\n"
ASK,

/* [S] FAQ of the portal: on paper in urgency, or for another good reason. */
"paper = medical_ticket\n"
"when = assistance, no_answer, unusable, no_card, phone, lag\n"
"since = 2024-03-01\n"
"standing = accepted\n"
"share = ask\n"
"fields = name, birthdate, valid_until\n"
"text = Medical assistance alone, in urgency or for another good reason; the "
"welfare office says what holds.\n"
"text_ja = 医療扶助の方だけです（急迫した事由その他やむを得ない事由があるとき）。福祉事務所にご確認ください\n",
NULL
};
