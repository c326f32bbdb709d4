/* What an outcome means for the person at the counter, and what to do. */
#include "message/message.h"

struct say {
	const char	*en;
	const char	*ja;
	const char	*en_remedy;
	const char	*ja_remedy;
};

static const struct say says[] = {
	[ONSHI_OUTCOME_NONE] = { "nothing asked", "照会していません", "", "" },
	[ONSHI_OUTCOME_VALID] = { "eligible on the day asked", "資格は有効です",
	    "", "" },
	[ONSHI_OUTCOME_VALID_UNREGISTERED] = {
	    "medical assistance is valid, this institution is not the "
	    "entrusted one",
	    "医療扶助の受給資格は有効ですが、当医療機関等は委託先として登録されていません",
	    "Ask the welfare office.", "福祉事務所にご確認ください" },
	[ONSHI_OUTCOME_LOST] = { "the eligibility is lost", "資格が無効です",
	    "Ask whether the insurer has changed; do not call the patient "
	    "uninsured.",
	    "加入先の変更がないか患者さんに確認し、新しい資格で照会してください" },
	[ONSHI_OUTCOME_LOST_NEWER_EXISTS] = {
	    "the eligibility is lost, a newer one exists",
	    "資格が無効です（新しい資格があります）",
	    "Check by card, or by the number of the new insurance.",
	    "マイナンバーカード、または新しい保険の記号・番号で照会してください" },
	[ONSHI_OUTCOME_NOT_FOUND] = { "no such person found",
	    "該当する資格が見つかりません",
	    "Check what was typed, the branch number above all; the insurer "
	    "may not have registered the person yet.",
	    "入力（特に枝番・生年月日）を確かめてください。保険者の登録がまだの場合があります。無保険とは限りません" },
	[ONSHI_OUTCOME_SEVERAL] = { "several persons match",
	    "複数の方が該当します",
	    "Ask again with the branch number.",
	    "枝番を入れて、もう一度照会してください" },
	[ONSHI_OUTCOME_DATA] = { "information is there", "情報があります", "",
	    "" },
	[ONSHI_OUTCOME_NO_DATA] = { "nothing is registered at the system",
	    "システムに登録された情報はありません",
	    "Information from claims takes a month and more to appear there.",
	    "レセプト由来の情報は反映まで1か月以上かかることがあります" },
	[ONSHI_OUTCOME_ACCEPTED] = { "accepted", "受け付けました",
	    "Ask for the result with the receipt number.",
	    "受付番号で結果を取得してください" },
	[ONSHI_OUTCOME_DONE] = { "done", "完了しました", "", "" },
	[ONSHI_OUTCOME_REGISTERED] = { "registered", "登録しました", "", "" },
	[ONSHI_OUTCOME_IN_PROGRESS] = { "still being processed",
	    "処理中です", "Ask again later.",
	    "しばらく待ってから、もう一度確認してください" },
	[ONSHI_OUTCOME_NO_CONSENT] = {
	    "the patient has not consented, or the consent is over",
	    "患者さんの同意がないか、閲覧期限が過ぎています",
	    "Have the patient check in by card once more, and ask for consent.",
	    "患者さんにもう一度マイナンバーカードで受付していただき、同意を確認してください" },
	[ONSHI_OUTCOME_NOT_PROVIDED] = {
	    "the information could not be obtained, which is not to say that "
	    "there is none",
	    "薬剤情報などを取得できませんでした（「該当なし」ではありません）",
	    "Ask the patient, and look at the medication record book; "
	    "eligibility is confirmed by other papers.",
	    "お薬手帳などで患者さんにご確認ください（資格は資格確認書などで確認できます）" },
	[ONSHI_OUTCOME_ERROR_PERSON] = { "an error for this person",
	    "この方の確認でエラーになりました",
	    "See the service's code and text, correct the input.",
	    "処理結果コードと処理結果メッセージを確かめ、入力を見直してください" },
	[ONSHI_OUTCOME_ERROR_FILE] = { "the request could not be processed",
	    "照会を処理できませんでした",
	    "Report the service's code and text.",
	    "処理結果コードと処理結果メッセージをシステムの担当者に伝えてください" },
	[ONSHI_OUTCOME_REJECTED] = { "the request was rejected, unprocessed",
	    "照会が受け付けられませんでした（照会内容に誤りがあります）", "Report it.",
	    "システムの担当者に連絡してください" },
	[ONSHI_OUTCOME_UNKNOWN_CODE] = { "an unknown code",
	    "未知のコードが返されました",
	    "Do not take it for an eligibility; report the service's code "
	    "and text.",
	    "資格ありとは扱わず、処理結果コードと処理結果メッセージをシステムの担当者に伝えてください" },
	[ONSHI_OUTCOME_SUSPENDED] = {
	    "the agency has suspended the service for this facility",
	    "オンライン資格確認等システムの利用が停止されています",
	    "Stop asking; report to the agency what happened at once.",
	    "照会を止め、実施機関（支払基金・国保中央会）に理由を確認し、経緯を速やかに報告してください" }
};

static const struct say *
say_of(int outcome)
{
	if (outcome < 0 || (size_t)outcome >= OKI_COUNT(says))
		outcome = ONSHI_OUTCOME_UNKNOWN_CODE;

	return &says[outcome];
}

const char *
onshi_outcome_text(int outcome, const char *lang)
{
	const struct say *s = say_of(outcome);

	return oki_text_equal(lang, "ja") ? s->ja : s->en;
}

const char *
onshi_outcome_remedy(int outcome, const char *lang)
{
	const struct say *s = say_of(outcome);

	return oki_text_equal(lang, "ja") ? s->ja_remedy : s->en_remedy;
}
