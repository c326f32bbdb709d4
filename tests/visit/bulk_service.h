/*
 * What the services of the tests for many persons say, and the persons they
 * say it of: the i-th has the number 77001000 + i with the insurer 06139999,
 * the reference number Ri, and was born on 12 May 1980. No memory is asked for
 * here, so that it can be used while memory fails.
 */
#ifndef TESTS_VISIT_BULK_SERVICE_H
#define TESTS_VISIT_BULK_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <onshikaku.h>

#define INST		"1319999996"
#define IDS		16		/* of what was handed in */
#define END		"</MessageBody></XmlMsg>"

/* In a person's result; flag "1" or "0". */
#define CONSENT(flag)							\
	"<PharmacistsInfoConsFlg>" flag "</PharmacistsInfoConsFlg>"	\
	"<PharmacistsInfoConsTime>20261101090000</PharmacistsInfoConsTime>" \
	"<PharmacistsInfoAvailableTime>20991231235959"			\
	"</PharmacistsInfoAvailableTime>"

static inline int
say(struct onshi_exchange *x, const char *text)
{
	return onshi_exchange_write(x, (const uint8_t *)text, strlen(text));
}

/* The time in Japan, as messages have it. */
static inline const char *
now(void)
{
	static char text[20];
	time_t t = time(NULL) + 9 * 3600;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(text, sizeof(text), "%Y%m%d%H%M%S", &tm);

	return text;
}

/* What the first element of that name holds; "" without one. */
static inline void
value_in(const char *body, const char *name, char *to, size_t room)
{
	char tag[64];
	const char *at, *end;

	(void)snprintf(tag, sizeof(tag), "<%s>", name);
	*to = '\0';
	if ((at = strstr(body, tag)) == NULL)
		return;
	at += strlen(tag);
	if ((end = strchr(at, '<')) != NULL && (size_t)(end - at) < room) {
		memcpy(to, at, (size_t)(end - at));
		to[end - at] = '\0';
	}
}

static inline void
add(char *to, size_t room, const char *name, const char *text)
{
	size_t len = strlen(to);

	if (text != NULL && *text != '\0')
		(void)snprintf(to + len, room - len, "<%s>%s</%s>", name, text,
		    name);
}

/* An answer as far as its body; what is NULL or empty is left out. */
struct head {
	const char	*date, *file_id, *receipt, *segment, *results;
};

static inline void
make_head(char *to, size_t room, const struct head *h)
{
	(void)snprintf(to, room, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<XmlMsg><MessageHeader>");
	add(to, room, "ProcessExecutionTime", now());
	add(to, room, "QualificationConfirmationDate", h->date);
	add(to, room, "MedicalInstitutionCode", INST);
	add(to, room, "ArbitraryFileIdentifier", h->file_id);
	add(to, room, "ReceptionNumber", h->receipt);
	add(to, room, "SegmentOfResult", h->segment);
	add(to, room, "NumberOfProcessingResult", h->results);
	add(to, room, "CharacterCodeIdentifier", "0");
	(void)snprintf(to + strlen(to), room - strlen(to),
	    "</MessageHeader><MessageBody>");
}

/* One person's part of an answer. */
static inline void
make_unit(char *to, size_t room, const char *prefix, int i, const char *name,
    const char *consents)
{
	if (strstr(prefix, "muimm") != NULL)
		(void)snprintf(to, room, "<BulkRegistrationUnit>"
		    "<ReferenceNumberRegistrationInfo><ReferenceNumber>R%d"
		    "</ReferenceNumber><InsurerNumber>06139999</InsurerNumber>"
		    "<InsuredIdentificationNumber>%d"
		    "</InsuredIdentificationNumber>"
		    "</ReferenceNumberRegistrationInfo>"
		    "<ProcessingResultStatus>1</ProcessingResultStatus>"
		    "</BulkRegistrationUnit>", i, 77001000 + i);
	else
		(void)snprintf(to, room, "<BulkConfirmUnit>"
		    "<QualificationConfirmSearchInfo><ArbitraryIdentifier>%d"
		    "</ArbitraryIdentifier></QualificationConfirmSearchInfo>"
		    "<ProcessingResultStatus>1</ProcessingResultStatus>"
		    "<QualificationValidity>1</QualificationValidity>"
		    "<ResultList><ResultOfQualificationConfirmation>"
		    "<InsurerNumber>06139999</InsurerNumber>"
		    "<InsuredIdentificationNumber>%d"
		    "</InsuredIdentificationNumber><Name>%s%d</Name>"
		    "<Birthdate>19800512</Birthdate>%s"
		    "<LimitApplicationCertificateRelatedInfo>"
		    "<LimitApplicationCertificateClassification>A"
		    "</LimitApplicationCertificateClassification>"
		    "</LimitApplicationCertificateRelatedInfo>"
		    "</ResultOfQualificationConfirmation></ResultList>"
		    "</BulkConfirmUnit>", i + 1, 77001000 + i, name, i,
		    consents);
}

/* How many have been handed in, each under an id of its own. */
static inline void
note_id(char ids[IDS][40], int *n, const char *id)
{
	int i;

	for (i = 0; i < *n && i < IDS; i++)
		if (strcmp(ids[i], id) == 0)
			return;
	if (*n < IDS)
		(void)snprintf(ids[*n], sizeof(ids[0]), "%s", id);
	++*n;
}

static inline int
carries_xml(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_XML;
}

static inline int
open_session(void *self, int32_t ms, void **session)
{
	(void)ms;
	*session = self;

	return ONSHI_OK;
}

static inline void
close_session(void *self, void *session)
{
	(void)self;
	(void)session;
}

/* The person who was added last is the i-th. */
static inline int
set_person(struct onshi_bulk *b, int kind, int i)
{
	char number[16], name[16];
	int r;

	(void)snprintf(number, sizeof(number), "%d", 77001000 + i);
	(void)snprintf(name, sizeof(name), "R%d", i);
	if ((r = onshi_bulk_set_text(b, ONSHI_EL_INSURER_NUMBER,
	    "06139999")) != ONSHI_OK ||
	    (r = onshi_bulk_set_text(b,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, number)) != ONSHI_OK)
		return r;

	return kind == ONSHI_BULK_ELIGIBILITY ?
	    onshi_bulk_set_text(b, ONSHI_EL_BIRTHDATE, "19800512") :
	    onshi_bulk_set_text(b, ONSHI_EL_REFERENCE_NUMBER, name);
}

#endif
