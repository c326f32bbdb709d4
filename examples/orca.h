/*
 * ORCA's side of register_orca.c (doc/orca.md), with libcurl and libxml2: two
 * calls, one that reads a patient, one that adds a first insurance.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <libxml/parser.h>
#include <onshikaku.h>

#define ORCA_GET	"/api01rv2/patientgetv2?id="
#define ORCA_ADD	"/orca12/patientmodv2?class=04"

static const char *orca_base, *orca_user;	/* http://…/api, NAME:PASSWORD */
static const struct orca_field { int element; const char *tag; } orca_person[] = {
	{ ONSHI_EL_NAME, "WholeName" }, { ONSHI_EL_SEX1, "Sex" },
	{ ONSHI_EL_NAME_KANA, "WholeName_inKana" },
	{ ONSHI_EL_BIRTHDATE, "BirthDate" }
}, orca_days[] = {
	{ ONSHI_EL_INSURED_CARD_VALID_DATE, "Certificate_StartDate" },
	{ ONSHI_EL_INSURED_CARD_EXPIRATION_DATE, "Certificate_ExpiredDate" },
	{ ONSHI_EL_QUALIFICATION_DATE, "Certificate_GetDate" }
}, orca_wide[] = {
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "HealthInsuredPerson_Symbol" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "HealthInsuredPerson_Number" },
	{ ONSHI_EL_INSURED_NAME, "HealthInsuredPerson_WholeName" }
};
/* How Api_Result begins; what is only warned of is done. */
static const struct { const char *code, *text; } orca_results[] = {
	{ "00", "登録しました" }, { "K", "登録しました（警告）" },
	{ "62", "登録済みの保険です" }, { "63", "登録済みの保険です" },
	{ "P2", "登録済みの保険です" }, { "90", "他の端末で使用中です" },
	{ "", "登録できません（窓口で確認）" }
};

/* One call; NULL where no whole answer came. ORCA's errors come with HTTP 200. */
static xmlDocPtr
orca_call(const char *path, const char *id, const char *body)
{
	struct curl_slist *type = curl_slist_append(NULL,
	    "Content-Type: application/xml; charset=UTF-8");
	char url[400], *got = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&got, &len);
	CURL *c = curl_easy_init();
	xmlDocPtr doc = NULL;
	CURLcode r;

	if (to == NULL || c == NULL)
		exit(1);
	snprintf(url, sizeof(url), "%s%s%s", orca_base, path, id);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_USERPWD, orca_user);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, to);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, type);
	if (body != NULL)
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
	r = curl_easy_perform(c);
	curl_easy_cleanup(c);
	curl_slist_free_all(type);
	if (fclose(to) == 0 && r == CURLE_OK)
		doc = xmlReadMemory(got, (int)len, "ORCA", NULL, XML_PARSE_NONET);
	free(got);
	if (doc == NULL)
		fputs("ORCAから返事がありません\n", stderr);
	return doc;
}

/* The text of the first such tag; "" where there is none. */
static const char *
orca_text(const xmlNode *n, const char *tag)
{
	const char *text = "";

	for (; n != NULL && *text == '\0'; n = n->next)
		text = !xmlStrEqual(n->name, BAD_CAST tag) ?
		    orca_text(n->children, tag) : xmlNodeIsText(n->children) ?
		    (const char *)n->children->content : "";
	return text;
}

static void
orca_put(FILE *to, const char *tag, const char *text)
{
	xmlChar *safe = xmlEncodeSpecialChars(NULL, BAD_CAST text);

	if (text[0] != '\0')
		fprintf(to, "<%s type=\"string\">%s</%s>", tag, (char *)safe, tag);
	xmlFree(safe);
}

static const char *
orca_value(const struct onshi_record *rec, int element)
{
	const char *text;

	return onshi_record_text(rec, element, &text) == ONSHI_OK ? text : "";
}

/* The insurance as ORCA has it; 0: it is the clerk's. Without a first day it
 * would begin today; assistance and shares of the elderly are 公費. */
static int
orca_insure(FILE *to, const struct onshi_record *rec, const char *insurer)
{
	const struct onshi_record *elderly;
	char t[200], odd[200];
	const char *s;
	size_t i;

	for (i = 0; i < 3; i++) {
		s = orca_value(rec, orca_days[i].element);
		if (strlen(s) == 8) {
			snprintf(t, sizeof(t), "%.4s-%.2s-%s", s, s + 4, s + 6);
			orca_put(to, orca_days[i].tag, t);
		} else if (i == 0)
			return 0;
		s = orca_value(rec, orca_wide[i].element);
		if (onshi_match_claim_name(s, t, sizeof(t), odd, sizeof(odd)) !=
		    ONSHI_OK || strstr(t, "●") != NULL)
			return 0;
		orca_put(to, orca_wide[i].tag, t);
	}
	orca_put(to, "InsuranceProvider_Number", insurer);
	orca_put(to, "RelationToInsuredPerson", orca_value(rec,
	    ONSHI_EL_PERSONAL_FAMILY_CLASSIFICATION));
	if (strncmp(insurer, "39", 2) != 0)
		orca_put(to, "HealthInsuredPerson_Branch_Number",
		    orca_value(rec, ONSHI_EL_INSURED_BRANCH_NUMBER));
	return strncmp(insurer, "12", 2) != 0 && *orca_value(rec,
	    ONSHI_EL_INSURED_PARTIAL_CONTRIBUTION_RATIO) == '\0' &&
	    onshi_record_child(rec, ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO,
	    &elderly) != ONSHI_OK;
}
