/* What the tests of room match share: a result of an answer, made of fields as
 * "Name=架空　太郎;Birthdate=19800512", and the same fields put on file. */
#ifndef TESTS_MATCH_ANSWER_H
#define TESTS_MATCH_ANSWER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <onshikaku.h>

#define FIELDS	2048

/* Which group a field stands in: "" for the result itself. */
static inline const char *
group_of(const char *name)
{
	static const struct { const char *prefix, *group; } groups[] = {
	    { "ElderlyRecipient", "ElderlyRecipientCertificateInfo" },
	    { "LimitApplicationCertificateRelated", "" },
	    { "LimitApplicationCertificate",
	      "LimitApplicationCertificateRelatedInfo" },
	    { "SpecificDiseases", "SpecificDiseasesCertificateInfo" },
	    { "TicketType", "MedicalTicketInfo" },
	    { "MedicalT", "MedicalTicketInfo" },
	    { "IssueNumber", "MedicalTicketInfo" },
	    { "SelfPayAmount", "MedicalTicketInfo" },
	    { "SingleOr", "MedicalTicketInfo" } };
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strncmp(name, groups[i].prefix,
		    strlen(groups[i].prefix)) == 0)
			return groups[i].group;

	return "";
}

/* The next field of *rest; a "/" in front of a name begins another item. */
static inline bool
field_next(char **rest, char **name, char **text, bool *another)
{
	char *end;

	if (*rest == NULL || **rest == '\0')
		return false;
	*name = *rest;
	if ((end = strchr(*rest, ';')) != NULL)
		*end++ = '\0';
	*rest = end;
	*text = strchr(*name, '=');
	ck_assert_msg(*text != NULL, "field %s", *name);
	*(*text)++ = '\0';
	if ((*another = **name == '/'))
		(*name)++;

	return true;
}

/* A list is one element around items; all others are groups. */
static inline const char *
list_of(const char *group)
{
	if (strcmp(group, "SpecificDiseasesCertificateInfo") == 0)
		return "SpecificDiseasesCertificateList";

	return strcmp(group, "MedicalTicketInfo") == 0 ?
	    "PublicExpenseResultList" : NULL;
}

static inline void
close_group(FILE *f, const char *group, bool all)
{
	if (*group == '\0')
		return;
	fprintf(f, "</%s>", group);
	if (all && list_of(group) != NULL)
		fprintf(f, "</%s>", list_of(group));
}

static inline void
write_fields(FILE *f, const char *fields)
{
	char copy[FIELDS], *rest = copy, *name, *text;
	const char *open = "", *group;
	bool another;

	(void)snprintf(copy, sizeof(copy), "%s", fields);
	while (field_next(&rest, &name, &text, &another)) {
		group = group_of(name);
		if (another || strcmp(group, open) != 0) {
			close_group(f, open, strcmp(group, open) != 0);
			if (list_of(group) != NULL && strcmp(group, open) != 0)
				fprintf(f, "<%s>", list_of(group));
			if (*group != '\0')
				fprintf(f, "<%s>", group);
			open = group;
		}
		fprintf(f, "<%s>%s</%s>", name, text, name);
	}
	close_group(f, open, true);
}

/* An answer of one result; free *m. The record is borrowed from it. */
static inline const struct onshi_record *
answer_make(struct onshi_message **m, const char *fields)
{
	const struct onshi_record *body, *rec;
	char *xml = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&xml, &len);

	ck_assert_ptr_nonnull(f);
	fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg>"
	    "<MessageHeader><ProcessExecutionTime>20261005101530"
	    "</ProcessExecutionTime><QualificationConfirmationDate>20261005"
	    "</QualificationConfirmationDate><MedicalInstitutionCode>"
	    "1319999996</MedicalInstitutionCode><ReferenceClassification>2"
	    "</ReferenceClassification><SegmentOfResult>1</SegmentOfResult>"
	    "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>"
	    "</MessageHeader><MessageBody><ProcessingResultStatus>1"
	    "</ProcessingResultStatus><QualificationValidity>1"
	    "</QualificationValidity><ResultList>"
	    "<ResultOfQualificationConfirmation>");
	write_fields(f, fields);
	fprintf(f, "</ResultOfQualificationConfirmation></ResultList>"
	    "</MessageBody></XmlMsg>");
	fclose(f);
	ck_assert_int_eq(onshi_message_new(m), ONSHI_OK);
	ck_assert_msg(onshi_message_read(*m, "OQSsiquc01res_1.xml",
	    (const uint8_t *)xml, len) == ONSHI_OK, "%s: %s", fields,
	    onshi_error_text(onshi_message_error(*m)));
	free(xml);
	ck_assert_int_eq(onshi_message_body(*m, &body), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child_at(body,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, 0, &rec),
	    ONSHI_OK);

	return rec;
}

static inline void
file_put(struct onshi_match *m, const char *fields)
{
	char copy[FIELDS], *rest = copy, *name, *text;
	bool another;
	size_t i = 0;

	(void)snprintf(copy, sizeof(copy), "%s", fields);
	while (field_next(&rest, &name, &text, &another)) {
		i += another;
		if (*group_of(name) != '\0' && list_of(group_of(name)) != NULL)
			ck_assert_msg(onshi_match_set_item(m, i,
			    onshi_element_number(name), text) == ONSHI_OK,
			    "%s", name);
		else
			ck_assert_msg(onshi_match_set_text(m,
			    onshi_element_number(name), text) >= ONSHI_OK,
			    "%s", name);
	}
}

#endif
