/*
 * What is true of a category stands in its row, and nowhere else: a new one is
 * a number in onshikaku/visit.h and a row here.
 */
#include <string.h>

#include "query/inside.h"

#define BIT(who)	(1u << ONSHI_LICENCE_##who)
#define LICENSED	(BIT(DOCTOR) | BIT(DENTIST) | BIT(PHARMACIST))
#define VISITING	(LICENSED | BIT(NURSE))

/* Who may see it where, since when (CO-5): the newest first. By the seeds of
 * 2019 a pharmacy was not given checkups, since the committee of 2020-11-12 it
 * is. Nurses are licensed where they visit. */
#define EVERYWHERE							\
	.access = { { 0, { LICENSED, LICENSED, LICENSED, VISITING } } }
#define PHARMACIES_LATER						\
	.access = { { 20201112, { LICENSED, LICENSED, LICENSED, VISITING } }, \
		{ 0, { LICENSED, LICENSED, 0, VISITING } } },		\
	.pharmacy_switch = true

/* The exceptional modes, and the wants (OQSCD040) that a category is within. */
#define DISASTER	(1u << OKI_MODE_DISASTER)
#define HOSPITAL	(1u << OKI_MODE_HOSPITAL)
#define WANT(what)	(1u << ONSHI_WANT_##what)
#define WANTS_ALL	(WANT(ALL) | WANT(BOTH))
#define WANTS_MOST	(WANTS_ALL | WANT(SUMMARY))

/* The names of a consent in messages, and in the bytes that the card signs. */
#define CONSENT(turn, name, signed, until)				\
	turn, ONSHI_EL_##name##_CONS_FLG, ONSHI_EL_##name##_CONS_TIME,	\
	until, signed

static const struct oki_category rows[OKI_CATEGORIES] = {
	[ONSHI_CATEGORY_ELIGIBILITY] = {
		.name = "eligibility",
		.text = { "eligibility", "資格情報" },
		.about = OKI_ABOUT_ELIGIBILITY
	},
	[ONSHI_CATEGORY_DRUGS] = {
		.name = "drugs", .text = { "drugs", "薬剤情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "YZKsiquc01req", .file_category = "2",
		.months = true, .lines = OKI_LINES_DRUGS,
		.consent = { CONSENT(4, PHARMACISTS_INFO, "PharmacistsInfo",
		    ONSHI_EL_PHARMACISTS_INFO_AVAILABLE_TIME) },
		.modes = DISASTER | HOSPITAL,
		.wants = WANTS_MOST | WANT(DRUGS) | WANT(CARE),
		.mode_lines = OKI_LINES_CLAIMED,
		EVERYWHERE
	},
	[ONSHI_CATEGORY_CHECKUPS] = {
		.name = "checkups", .text = { "checkups", "特定健診情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "TKKsiquc01req", .file_category = "2",
		.lines = OKI_LINES_CHECKUPS,
		.consent = { CONSENT(3, SPECIFIC_HEALTH_CHECKUPS_INFO,
		    "SpecificHealthCheckupsInfo",
		    ONSHI_EL_SPECIFIC_HEALTH_CHECKUPS_INFO_AVAILABLE_TIME) },
		.modes = DISASTER | HOSPITAL,
		.wants = WANTS_ALL | WANT(CHECKUPS),
		.mode_lines = OKI_LINES_CHECKUPS,
		PHARMACIES_LATER
	},
	/* Care and surgery ride on the drugs' request (FileCategory 4), which
	 * brings drugs and care beside, so they need these consents, too. */
	[ONSHI_CATEGORY_CARE] = {
		.name = "care", .text = { "care", "診療情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "YZKsiquc01req", .file_category = "4",
		.months = true, .lines = OKI_LINES_CARE,
		.needs = { ONSHI_CATEGORY_DRUGS },
		.consent = { CONSENT(5, DIAGNOSIS_INFO, "DiagnosisInfo",
		    ONSHI_EL_DIAGNOSIS_INFO_AVAILABLE_TIME) },
		.modes = DISASTER | HOSPITAL,
		.wants = WANTS_MOST | WANT(CARE),
		.mode_lines = OKI_LINES_CARE,
		EVERYWHERE
	},
	[ONSHI_CATEGORY_SURGERY] = {
		.name = "surgery", .text = { "surgery", "手術情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "YZKsiquc01req", .file_category = "4",
		.months = true, .lines = OKI_LINES_SURGERY,
		.needs = { ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_CARE },
		.consent = { CONSENT(6, OPERATION_INFO, "OperationInfo",
		    ONSHI_EL_OPERATION_INFO_AVAILABLE_TIME) },
		.modes = HOSPITAL, .wants = WANTS_MOST,
		.mode_lines = OKI_LINES_SURGERY,
		EVERYWHERE
	},
	/* These two ride in the eligibility: groups of it rest on consent. */
	[ONSHI_CATEGORY_LIMIT] = {
		.name = "limit",
		.text = { "co-payment limit", "限度額適用認定証" },
		.consent = { CONSENT(1, LIMIT_APPLICATION_CERTIFICATE_RELATED,
		    "LimitApplicationCertificateRelated", 0) },
		.groups = {
		    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO,
		    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CHANGED }
	},
	[ONSHI_CATEGORY_DISEASES] = {
		.name = "diseases",
		.text = { "specific diseases", "特定疾病療養受療証" },
		.consent = { CONSENT(2, SPECIFIC_DISEASES_CERTIFICATE_RELATED,
		    "SpecificDiseasesCertificateRelated", 0) },
		.groups = { ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST,
		    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO }
	},
	/* One request brings both (DI-8). In a visit they come with the drugs,
	 * and their consent is that to the drugs (CO-3). */
	[ONSHI_CATEGORY_PRESCRIPTIONS] = {
		.name = "prescriptions",
		.text = { "electronic prescriptions", "処方情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "YZKsiquc01req", .file_category = "2",
		.months = true, .electronic = true,
		.modes = DISASTER | HOSPITAL, .wants = WANT(BOTH),
		.mode_lines = OKI_LINES_PRESCRIBED,
		EVERYWHERE
	},
	[ONSHI_CATEGORY_DISPENSING] = {
		.name = "dispensing",
		.text = { "dispensing", "調剤情報" },
		.about = OKI_ABOUT_MEDICAL,
		.function = "YZKsiquc01req", .file_category = "2",
		.months = true, .electronic = true,
		.modes = DISASTER | HOSPITAL, .wants = WANT(BOTH),
		.mode_lines = OKI_LINES_DISPENSED,
		EVERYWHERE
	}
};

const struct oki_category *
oki_category(int category)
{
	return category >= 0 && category < OKI_CATEGORIES ? &rows[category] :
	    NULL;
}

int
oki_category_in_turn(int turn)
{
	int i;

	for (i = 0; i < OKI_CATEGORIES; i++)
		if (rows[i].consent.turn == turn)
			return i;

	return -1;
}

bool
oki_category_is_visits(int category)
{
	const struct oki_category *row = oki_category(category);

	return row != NULL && (row->about == OKI_ABOUT_ELIGIBILITY ||
	    row->consent.turn != 0);
}

bool
oki_category_rides(int category)
{
	const struct oki_category *row = oki_category(category);

	return row != NULL && row->groups[0] != 0;
}

int
oki_category_of(const struct onshi_record *rec)
{
	size_t g;
	int i;

	for (i = 0; i < OKI_CATEGORIES; i++)
		for (g = 0; g < OKI_GROUPS && rows[i].groups[g] != 0; g++)
			if (oki_record_is_within(rec, rows[i].groups[g]))
				return i;

	return ONSHI_CATEGORY_ELIGIBILITY;
}

void
oki_category_cut(struct oki_doc *doc,
    bool (*holds)(const void *self, int category), const void *self)
{
	int els[OKI_CATEGORIES * OKI_GROUPS + 1], i;
	size_t g, n = 0;

	for (i = 0; i < OKI_CATEGORIES; i++)
		if (oki_category_rides(i) && (holds == NULL ||
		    !holds(self, i)))
			for (g = 0; g < OKI_GROUPS && rows[i].groups[g] != 0;
			    g++)
				els[n++] = rows[i].groups[g];
	els[n] = 0;
	oki_doc_cut(doc, els);
}

/* Licences as bits: whom the table lets see it there on that day. */
unsigned int
oki_category_open_to(const struct oki_category *row, int facility,
    int32_t day)
{
	size_t i;

	if (facility < 0 || facility >= OKI_FACILITIES)
		return 0;
	for (i = 0; i < OKI_COUNT(row->access); i++)
		if (day >= row->access[i].since)
			return row->access[i].licences[facility];

	return 0;
}

const char *
onshi_category_name(int category)
{
	const struct oki_category *row = oki_category(category);

	return row != NULL ? row->name : NULL;
}
