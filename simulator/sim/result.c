/* result.c: 資格確認結果, element by element, as messages.md 3.3 has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const struct field elderly[] = {
	{ "ElderlyRecipientCertificateDate",	"elderly_issued", NULL },
	{ "ElderlyRecipientValidStartDate",	"elderly_from", NULL },
	{ "ElderlyRecipientValidEndDate",	"elderly_to", NULL },
	{ "ElderlyRecipientContributionRatio",	"elderly_ratio", NULL },
	{ NULL, NULL, NULL }
};

static const struct field result[] = {
	{ "InsuredCardClassification",		"class", NULL },
	{ "InsurerNumber",			"insurer", NULL },
	{ "InsuredCardSymbol",			"symbol", NULL },
	{ "InsuredIdentificationNumber",	"number", NULL },
	{ "InsuredBranchNumber",		"branch", NULL },
	{ "PersonalFamilyClassification",	"relation", NULL },
	{ "InsuredName",			"head", NULL },
	{ "Name",				"name", NULL },
	{ "NameOfOther",			"other", NULL },
	{ "NameKana",				"kana", NULL },
	{ "NameOfOtherKana",			"other_kana", NULL },
	{ "Sex1",				"sex1", NULL },
	{ "Sex2",				"sex2", NULL },
	{ "Birthdate",				"birth", NULL },
	{ "Address",				"address", NULL },
	{ "PostNumber",				"post", NULL },
	{ "QualificationDate",			"start", NULL },
	{ "DisqualificationDate",		"end_known", NULL },
	{ "InsuredCertificateIssuanceDate",	"issued", NULL },
	{ "InsuredCardValidDate",		"valid_from", NULL },
	{ "InsuredCardExpirationDate",		"valid_to", NULL },
	{ "InsuredPartialContributionRatio",	"ratio", NULL },
	{ "PreschoolClassification",		"preschool", NULL },
	{ "ReasonOfLoss",			"reason_known", NULL },
	{ "InsurerName",			"insurer_name", NULL },
	{ "ElderlyRecipientCertificateInfo",	NULL, elderly },
	{ NULL, NULL, NULL }
};

static const struct field limit[] = {
	{ "LimitApplicationCertificateClassification",	"class", NULL },
	{ "LimitApplicationCertificateClassificationFlag", "flag", NULL },
	{ "LimitApplicationCertificateDate",		"issued", NULL },
	{ "LimitApplicationCertificateValidStartDate",	"valid_from", NULL },
	{ "LimitApplicationCertificateValidEndDate",	"valid_to", NULL },
	{ "LimitApplicationCertificateLongTermDate",	"long_term", NULL },
	{ NULL, NULL, NULL }
};

static const struct field disease[] = {
	{ "SpecificDiseasesDiseaseCategory",	"category", NULL },
	{ "SpecificDiseasesCertificateDate",	"issued", NULL },
	{ "SpecificDiseasesValidStartDate",	"valid_from", NULL },
	{ "SpecificDiseasesValidEndDate",	"valid_to", NULL },
	{ "SpecificDiseasesSelfPay",		"pay", NULL },
	{ NULL, NULL, NULL }
};

static const struct field ticket[] = {
	{ "TicketType",				"type", NULL },
	{ "MedicalTicketValidDate",		"valid_from", NULL },
	{ "MedicalTicketExpirationDate",	"valid_to", NULL },
	{ "IssueNumber",			"issue", NULL },
	{ "MedicalTreatmentMonth",		"month", NULL },
	{ "DesignatedMedicalInstitutionCode",	"inst_code", NULL },
	{ "DesignatedMedicalInstitutionFlag",	"inst_other", NULL },
	{ "DesignatedMedicalInstitutionName",	"inst_name", NULL },
	{ "PrescriptionIssuerMedicalInstitutionCode", "issuer_code", NULL },
	{ "PrescriptionIssuerMedicalInstitutionName", "issuer_name", NULL },
	{ "InjuryName1",			"injury1", NULL },
	{ "MedicalTreatmentType",		"treatment", NULL },
	{ "SelfPayAmount",			"pay", NULL },
	{ "SingleOrCombinedUse",		"combined", NULL },
	{ "StatusOfSocialInsurance",		"social", NULL },
	{ "StatusOfInfecton",			"infection", NULL },
	{ "StatusOfElderlyMedicalCare",		"elderly", NULL },
	{ "StatusOfPrefecturalExpenses",	"prefecture", NULL },
	{ "Remarks1",				"remarks", NULL },
	{ NULL, NULL, NULL }
};

/* A list element with an item per row, or nothing if there is no row. */
static void
write_rows(struct sim *sim, xmlNodePtr to, const char *list, const char *item,
    const struct field *fields, sqlite3_stmt *st)
{
	xmlNodePtr node = NULL, one;

	while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		if (node == NULL)
			node = xml_put(to, list, NULL);
		one = item == NULL ? node : xml_put(node, item, NULL);
		answer_row(one, fields, st);
	}
	db_give(&sim->db, st);
}

static void
stamp(xmlNodePtr to, const char *element, const char *suffix, int64_t at)
{
	char name[64], text[15];

	snprintf(name, sizeof(name), "%s%s", element, suffix);
	clock_stamp(at, text);
	xml_add(to, name, text);
}

/* What the consent shows at once; the medical categories show nothing yet. */
static void
write_shown(struct sim *sim, xmlNodePtr to, int category, int64_t coverage)
{
	if (category == CAT_LIMIT)
		write_rows(sim, to, "LimitApplicationCertificateRelatedInfo",
		    NULL, limit, db_take(&sim->db, "SELECT * FROM limits "
		    "WHERE coverage=?", "i", coverage));
	if (category == CAT_DISEASES)
		write_rows(sim, to, "SpecificDiseasesCertificateList",
		    "SpecificDiseasesCertificateInfo", disease,
		    db_take(&sim->db, "SELECT * FROM disease WHERE "
		    "coverage=?", "i", coverage));
}

static void
write_consent(struct sim *sim, xmlNodePtr to, int category, int flag,
    int64_t coverage, const struct consents *c)
{
	const char *element = categories[category].element;
	char name[64], value[2] = { (char)('0' + flag), '\0' };

	snprintf(name, sizeof(name), "%sConsFlg", element);
	xml_add(to, name, value);
	if (flag == CONSENT_NONE || flag == CONSENT_HARD)
		return;
	stamp(to, element, "ConsTime", c->at);
	if (flag == CONSENT_OVER)
		return;
	if (categories[category].medical)
		stamp(to, element, "AvailableTime", c->until);
	write_shown(sim, to, category, coverage);
}

/* By card all six, in the first result; by number that to the limit alone. */
static void
write_consents(struct sim *sim, xmlNodePtr to, int64_t coverage,
    const struct consents *c)
{
	int i;

	if (c->flags == NULL)
		write_consent(sim, to, CAT_LIMIT, c->limit, coverage, c);
	else
		for (i = 0; i < CATEGORIES; i++)
			write_consent(sim, to, i, c->flags[i], coverage, c);
}

/* Details of it that the institution has now. */
static void
remember_limit(struct sim *sim, int64_t coverage, const char *terminal)
{
	db_run(&sim->db, "INSERT OR REPLACE INTO limit_seen SELECT coverage, "
	    "?2, flag||issued FROM limits WHERE coverage=?1", "it", coverage,
	    terminal);
}

/*
 * Whether the limit certificate is another than this institution was told of
 * last; what it was never told of cannot be told.
 */
static void
write_changed(struct sim *sim, xmlNodePtr to, int64_t coverage,
    const char *terminal)
{
	int64_t changed = db_int(&sim->db, "SELECT l.flag||l.issued IS NOT "
	    "coalesce(s.flag, '') FROM limits l LEFT JOIN limit_seen s ON "
	    "s.coverage=l.coverage AND s.terminal=?2 WHERE l.coverage=?1",
	    "it", coverage, terminal);

	xml_add(to, "LimitApplicationCertificateChanged", changed ? "1" :
	    "0");
	if (changed)
		remember_limit(sim, coverage, terminal);
}

void
result_write(struct sim *sim, xmlNodePtr list, int64_t coverage,
    int32_t today, const char *terminal, struct consents *c)
{
	xmlNodePtr node;
	sqlite3_stmt *st;

	c->reference[0] = '\0';
	st = db_take(&sim->db, "SELECT c.*, p.*, CASE WHEN end<>0 AND "
	    "end_notified<=?1 THEN end END AS end_known, CASE WHEN end<>0 AND "
	    "end_notified<=?1 THEN reason END AS reason_known, "
	    "(SELECT r.number FROM reference r WHERE r.coverage=c.id AND "
	    "r.terminal=?3) AS reference "
	    "FROM coverage c JOIN person p ON p.id=c.person WHERE c.id=?2",
	    "iit", (int64_t)today, coverage, terminal);
	if (st == NULL || sqlite3_step(st) != SQLITE_ROW) {
		db_give(&sim->db, st);
		return;
	}
	node = xml_put(list, "ResultOfQualificationConfirmation", NULL);
	answer_row(node, result, st);
	if (c->bulk && c->flags == NULL)
		write_changed(sim, node, coverage, terminal);
	else if (c->first) {
		write_consents(sim, node, coverage, c);
		if (c->flags == NULL ? c->limit : c->flags[CAT_LIMIT] == 1)
			remember_limit(sim, coverage, terminal);
	}
	c->first = 0;
	write_rows(sim, node, "PublicExpenseResultList", "MedicalTicketInfo",
	    ticket, db_take(&sim->db, "SELECT *, CASE WHEN inst_code IS NULL "
	    "THEN NULL ELSE inst_code<>?2 END AS inst_other FROM ticket "
	    "WHERE coverage=?1", "it", coverage, terminal));
	if (c->bulk)
		snprintf(c->reference, sizeof(c->reference), "%s",
		    db_text(st, "reference"));
	else
		xml_add(node, "ReferenceNumber", db_text(st, "reference"));
	db_give(&sim->db, st);
}
