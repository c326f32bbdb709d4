/* Categories and the elements of their consents (CO-3): one table. */
#include "query/inside.h"

static const struct oki_consent_row rows[] = {
	{ ONSHI_CATEGORY_LIMIT,
	  ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
	  ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME, 0,
	  "LimitApplicationCertificateRelated" },
	{ ONSHI_CATEGORY_DISEASES,
	  ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_FLG,
	  ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME, 0,
	  "SpecificDiseasesCertificateRelated" },
	{ ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_EL_SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG,
	  ONSHI_EL_SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_TIME,
	  ONSHI_EL_SPECIFIC_HEALTH_CHECKUPS_INFO_AVAILABLE_TIME,
	  "SpecificHealthCheckupsInfo" },
	{ ONSHI_CATEGORY_DRUGS, ONSHI_EL_PHARMACISTS_INFO_CONS_FLG,
	  ONSHI_EL_PHARMACISTS_INFO_CONS_TIME,
	  ONSHI_EL_PHARMACISTS_INFO_AVAILABLE_TIME, "PharmacistsInfo" },
	{ ONSHI_CATEGORY_CARE, ONSHI_EL_DIAGNOSIS_INFO_CONS_FLG,
	  ONSHI_EL_DIAGNOSIS_INFO_CONS_TIME,
	  ONSHI_EL_DIAGNOSIS_INFO_AVAILABLE_TIME, "DiagnosisInfo" },
	{ ONSHI_CATEGORY_SURGERY, ONSHI_EL_OPERATION_INFO_CONS_FLG,
	  ONSHI_EL_OPERATION_INFO_CONS_TIME,
	  ONSHI_EL_OPERATION_INFO_AVAILABLE_TIME, "OperationInfo" }
};

const struct oki_consent_row *
oki_consent_row(size_t i)
{
	return i < OKI_COUNT(rows) ? &rows[i] : NULL;
}

bool
oki_consent_is_given(const struct oki_consent *c)
{
	return c->given && !c->withdrawn;
}

int64_t
oki_consent_end(const struct oki_consent *c)
{
	return oki_gate_consent_end(c->since, c->until);
}

/*
 * The card signs the consent, so that nobody between the patient's touch and
 * the service can widen it.
 */
int
oki_query_to_sign(const struct oki_case *k, const struct oki_challenge *c,
    struct oki_buf *out)
{
	const struct oki_consent_row *row;
	size_t i;
	int r;

	if ((r = oki_buf_format(out, "onshikaku-visit-1\n%s\n%s\n"
	    "Method=2\nRegisterUse=%d\n", c->value,
	    oki_config_text(oki_env_config(k->env), OKI_FACILITY_CODE),
	    k->register_use ? 1 : 0)) != ONSHI_OK)
		return r;
	for (i = 0; (row = oki_consent_row(i)) != NULL; i++)
		if ((r = oki_buf_format(out, "%s=%d\n", row->signed_name,
		    oki_consent_is_given(&k->consent[row->category]) ? 1 :
		    0)) != ONSHI_OK)
			return r;

	return ONSHI_OK;
}
