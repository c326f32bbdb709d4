/*
 * What is true of a kind of bulk request stands in its row, and nowhere else
 * (messages.md 3.4 to 3.7): a new one is a number in onshikaku/bulk.h and a row
 * here.
 */
#include "query/inside.h"
#include "onshikaku/bulk.h"

#define PERSON								\
	ONSHI_EL_INSURER_NUMBER, ONSHI_EL_INSURED_CARD_SYMBOL,		\
	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,				\
	ONSHI_EL_INSURED_BRANCH_NUMBER
#define REGISTERED							\
	{ PERSON, ONSHI_EL_REFERENCE_NUMBER }

static const struct oki_bulk_kind rows[] = {
	[ONSHI_BULK_ELIGIBILITY] = {
		.name = "eligibility",
		.text = { "eligibility of many", "資格確認一括照会" },
		.hand_in = "OQSmuquc01req",
		.fetch = "OQSmuquc02req",
		.one = ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO,
		.dated = true,
		.named_by = ONSHI_EL_ARBITRARY_IDENTIFIER,
		.value = { PERSON, ONSHI_EL_BIRTHDATE }
	},
	[ONSHI_BULK_REGISTER] = {
		.name = "register",
		.text = { "registration of reference numbers",
		    "照会番号一括登録" },
		.hand_in = "OQSmuimm01req",
		.fetch = "OQSmuimm02req",
		.one = ONSHI_EL_REFERENCE_NUMBER_REGISTRATION_INFO,
		.named_by = ONSHI_EL_REFERENCE_NUMBER,
		.value = REGISTERED
	},
	[ONSHI_BULK_REGISTER_ONE] = {
		.name = "register_one",
		.text = { "registration of a reference number",
		    "照会番号登録" },
		.hand_in = "OQSsiimm01req",
		.one = ONSHI_EL_REFERENCE_NUMBER_REGISTRATION_INFO,
		.most = 1,
		.named_by = ONSHI_EL_REFERENCE_NUMBER,
		.value = REGISTERED
	},
	[ONSHI_BULK_ASSISTANCE] = {
		.name = "assistance",
		.text = { "medical assistance entrusted to us",
		    "医療扶助の委託者一括照会" },
		.hand_in = "OQSmutic01req",
		.fetch = "OQSmutic02req",
		.all = ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO,
		.value = { ONSHI_EL_MEDICAL_TREATMENT_MONTH }
	},
	[ONSHI_BULK_HOME] = {
		.name = "home",
		.text = { "home visits", "訪問診療等の同意者一括照会" },
		.hand_in = "OQSmuhvq01req",
		.fetch = "OQSmuhvq02req",
		.all = ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO,
		.treatment = "2",
		.value = { ONSHI_EL_CONSENT_DATE_FROM,
		    ONSHI_EL_CONSENT_DATE_TO }
	},
	[ONSHI_BULK_TELEMEDICINE] = {
		.name = "telemedicine",
		.text = { "telemedicine", "オンライン診療の同意者一括照会" },
		.hand_in = "OQSmuonq01req",
		.fetch = "OQSmuonq02req",
		.all = ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO,
		.treatment = "3",
		.value = { ONSHI_EL_CONSENT_DATE_FROM,
		    ONSHI_EL_CONSENT_DATE_TO,
		    ONSHI_EL_EXAMINATION_DATE_FROM,
		    ONSHI_EL_EXAMINATION_DATE_TO }
	}
};

const struct oki_bulk_kind *
oki_bulk_kind(int kind)
{
	return kind > 0 && (size_t)kind < OKI_COUNT(rows) ? &rows[kind] :
	    NULL;
}
