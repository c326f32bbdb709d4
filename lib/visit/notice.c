/* Texts to show or to post up: purpose, consent, the visual check. */
#include "visit/inside.h"

/* PU-2, CO-1, ID-2; the second form where the facility uses electronic
 * prescriptions (CO-3). */
static const struct {
	int		 notice;
	const char	*ja[2];
	const char	*en[2];
} notices[] = {
	{ ONSHI_NOTICE_PURPOSE,
	  { "医療保険事務のうち、審査支払機関又は保険者への照会",
	    "医療保険事務のうち、審査支払機関又は保険者への照会" },
	  { "For the administration of health insurance: inquiry to the "
	    "examination and payment agency or the insurer.",
	    "For the administration of health insurance: inquiry to the "
	    "examination and payment agency or the insurer." } },
	{ ONSHI_NOTICE_CONSENT,
	  { "あなたの医療情報（薬剤情報・特定健診情報・診療情報・手術情報など、選んだもの）が"
	    "システムから提供されること、および当施設がそれを照会し閲覧することに同意しますか。"
	    "同意は今回の受診に限ります。",
	    "あなたの医療情報（薬剤情報と電子処方箋の処方・調剤情報・特定健診情報・診療情報・手術情報など、"
	    "選んだもの）がシステムから提供されること、および当施設がそれを照会し閲覧することに同意しますか。"
	    "同意は今回の受診に限ります。" },
	  { "Do you consent that the system provides the medical information "
	    "you choose (drugs, checkups, care, surgery) and that this "
	    "facility asks for it and sees it? Your consent is for this "
	    "visit alone.",
	    "Do you consent that the system provides the medical information "
	    "you choose (drugs with electronic prescriptions and dispensing, "
	    "checkups, care, surgery) and that this facility asks for it and "
	    "sees it? Your consent is for this visit alone." } },
	{ ONSHI_NOTICE_VISUAL,
	  { "カードの表面の写真とご本人を見比べてください。カードは預からず、裏面は見ないでください。",
	    "カードの表面の写真とご本人を見比べてください。カードは預からず、裏面は見ないでください。" },
	  { "Compare the photograph on the front of the card with the person. "
	    "The card stays with the patient; do not look at its back.",
	    "Compare the photograph on the front of the card with the person. "
	    "The card stays with the patient; do not look at its back." } }
};

const char *
onshi_visit_notice(const struct onshi_visit *v, int notice, const char *lang)
{
	size_t i, form = 0;

	if (v != NULL && oki_config_word(oki_env_config(oki_root_env(
	    v->root)), OKI_FACILITY_EPRESCRIPTION) == 1)
		form = 1;
	for (i = 0; i < OKI_COUNT(notices); i++)
		if (notices[i].notice == notice)
			return oki_text_equal(lang, "ja") ?
			    notices[i].ja[form] : notices[i].en[form];

	return "";
}
