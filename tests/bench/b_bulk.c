/*
 * Reads the answer to a request for many, through the public calls, and says
 * what share of a bare SAX2 push parse of the same bytes that comes to, and how
 * much memory the process takes beyond what it had before:
 *	b_bulk [PERSONS [FILE]]
 * The answer is made in pieces while it is read, so that no copy of it is in
 * memory; FILE: it is written there as well, for other programs.
 */
#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <libxml/parser.h>

#include <onshikaku.h>

#include "tests/visit/bulk_service.h"

#define ROUNDS	20		/* the best of so many, in turn */

#define HEAD								\
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XmlMsg>\n"	\
	"<MessageHeader>\n<ProcessExecutionTime>%s</ProcessExecutionTime>\n" \
	"<MedicalInstitutionCode>1319999996</MedicalInstitutionCode>\n"	\
	"%s<CharacterCodeIdentifier>0</CharacterCodeIdentifier>\n"	\
	"</MessageHeader>\n<MessageBody>\n"
#define TAIL	"</MessageBody>\n</XmlMsg>\n"
#define UNIT								\
	"<BulkConfirmUnit>\n"						\
	"<ProcessingResultStatus>1</ProcessingResultStatus>\n"		\
	"<QualificationValidity>1</QualificationValidity>\n"		\
	"<ResultList>\n<ResultOfQualificationConfirmation>\n"		\
	"<InsuredCardClassification>01</InsuredCardClassification>\n"	\
	"<Name>見本　太郎</Name>\n<NameKana>ミホン　タロウ</NameKana>\n"	\
	"<Sex1>1</Sex1>\n<Birthdate>19800512</Birthdate>\n"		\
	"<Address>東京都千代田区見本町１－２－３</Address>\n"		\
	"<PostNumber>100-0000</PostNumber>\n"				\
	"<InsuredName>見本　太郎</InsuredName>\n"			\
	"<InsurerName>見本健康保険組合</InsurerName>\n"			\
	"<InsurerNumber>06139999</InsurerNumber>\n"			\
	"<InsuredCardSymbol>見本１２</InsuredCardSymbol>\n"		\
	"<InsuredIdentificationNumber>%06ld</InsuredIdentificationNumber>\n" \
	"<InsuredBranchNumber>01</InsuredBranchNumber>\n"		\
	"<PersonalFamilyClassification>1</PersonalFamilyClassification>\n" \
	"<QualificationDate>20200401</QualificationDate>\n"		\
	"<InsuredCertificateIssuanceDate>20200401"			\
	"</InsuredCertificateIssuanceDate>\n"				\
	"<InsuredCardValidDate>20290331</InsuredCardValidDate>\n"	\
	"</ResultOfQualificationConfirmation>\n</ResultList>\n"		\
	"</BulkConfirmUnit>\n"

struct answer {
	long	persons;
	size_t	bytes;
	FILE	*copy;
	int	(*put)(void *self, const char *s, size_t len);
	void	*self;
};

static int
pass(struct answer *a, const char *s, size_t len)
{
	a->bytes += len;
	if (a->copy != NULL && fwrite(s, 1, len, a->copy) != len)
		return -1;

	return a->put(a->self, s, len);
}

/* In pieces of some 64 KiB, as a link has them. */
static int
make(struct answer *a, const char *more)
{
	static char piece[65536 + 4096];
	size_t n;
	long i;
	int r;

	a->bytes = 0;
	n = (size_t)snprintf(piece, sizeof(piece), HEAD, now(), more);
	for (i = 0; i < a->persons; i++) {
		n += (size_t)snprintf(piece + n, sizeof(piece) - n, UNIT,
		    i % 1000000);
		if (n >= 65536) {
			if ((r = pass(a, piece, n)) != 0)
				return r;
			n = 0;
		}
	}
	n += (size_t)snprintf(piece + n, sizeof(piece) - n, TAIL);

	return pass(a, piece, n);
}

/* ---- bare ------------------------------------------------------------------ */

static void
on_start(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_spaces, const xmlChar **spaces, int n, int n_def,
    const xmlChar **attributes)
{
	(void)self;
	(void)name;
	(void)prefix;
	(void)uri;
	(void)n_spaces;
	(void)spaces;
	(void)n;
	(void)n_def;
	(void)attributes;
}

static void
on_end(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	(void)self;
	(void)name;
	(void)prefix;
	(void)uri;
}

static void
on_text(void *self, const xmlChar *s, int len)
{
	(void)self;
	(void)s;
	(void)len;
}

static int
parse(void *self, const char *s, size_t len)
{
	return xmlParseChunk(self, s, (int)len, 0);
}

static int
bare(struct answer *a)
{
	xmlSAXHandler sax = { .startElementNs = on_start,
	    .endElementNs = on_end, .characters = on_text,
	    .initialized = XML_SAX2_MAGIC };
	xmlParserCtxtPtr context;
	int r;

	context = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	a->put = parse;
	a->self = context;
	if ((r = make(a, "<SegmentOfResult>1</SegmentOfResult>")) == 0)
		r = xmlParseChunk(context, "", 0, 1);
	xmlFreeParserCtxt(context);

	return r;
}

/* ---- ours: a link that makes the answer ------------------------------------- */

static int
write_on(void *self, const char *s, size_t len)
{
	return onshi_exchange_write(self, (const uint8_t *)s, len);
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	struct answer *a = self;
	int r;

	(void)session;
	a->put = write_on;
	a->self = x;
	if (strstr(onshi_exchange_prefix(x), "02req") != NULL) {
		r = make(a, "<SegmentOfResult>1</SegmentOfResult>");
	} else {
		const char *receipt = "<ReceptionNumber>1</ReceptionNumber>";
		char text[1024];

		(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, now(), "",
		    receipt);
		r = say(x, text);
	}
	onshi_exchange_set_sent(x, ONSHI_SENT_ANSWERED);

	return r;
}

static int
take_all(struct onshi_bulk *b, long *n)
{
	const struct onshi_record *rec, *one;
	const char *text;
	int r;

	while ((r = onshi_bulk_advance(b)) == ONSHI_NEED_LATER)
		;
	if (r != ONSHI_OK)
		return r;
	while ((r = onshi_bulk_next(b, &rec)) == ONSHI_OK)
		if (onshi_bulk_result_at(b, 0, &one) == ONSHI_OK &&
		    onshi_record_text(one, ONSHI_EL_INSURER_NUMBER, &text) ==
		    ONSHI_OK)
			++*n;

	return r == ONSHI_END ? ONSHI_OK : r;
}

static int
ours(struct answer *a)
{
	static const struct onshi_link_ops link = { .size = sizeof(link),
	    .carries = carries_xml, .open = open_session, .exchange = exchange,
	    .close = close_session };
	struct onshi_config *c = NULL;
	struct onshi_bulk *b = NULL;
	struct onshi *o = NULL;
	long n = 0;
	int r;

	if ((r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_set(c, "facility.institution_code",
	    "1319999996")) == ONSHI_OK &&
	    (r = onshi_config_set(c, "facility.kind", "medical")) ==
	    ONSHI_OK &&
	    (r = onshi_config_set(c, "limits.payload_bytes", "1073741824")) ==
	    ONSHI_OK &&
	    (r = onshi_config_set_link(c, &link, a)) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_bulk_new(o, ONSHI_BULK_ASSISTANCE, NULL, &b)) ==
	    ONSHI_OK &&
	    (r = onshi_bulk_set_text(b, ONSHI_EL_MEDICAL_TREATMENT_MONTH,
	    "202611")) == ONSHI_OK)
		r = take_all(b, &n);
	if (r == ONSHI_OK && n != a->persons)
		r = ONSHI_E_INTERNAL;
	if (r != ONSHI_OK)
		fprintf(stderr, "%s: %s\n", onshi_result_name(r),
		    b != NULL ? onshi_error_text(onshi_bulk_error(b)) : "");
	onshi_bulk_free(&b);
	onshi_free(&o);
	onshi_config_free(&c);

	return r;
}

/* ---- both, in turn ----------------------------------------------------------- */

static double
seconds(int (*run)(struct answer *a), struct answer *a, clockid_t clock)
{
	struct timespec from, to;

	(void)clock_gettime(clock, &from);
	if (run(a) != 0)
		exit(1);
	(void)clock_gettime(clock, &to);

	return (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static long
most_kib(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);

	return u.ru_maxrss;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct answer a = { .persons = argc > 1 ?
	    strtol(argv[1], NULL, 10) : 9000 };
	double mine, theirs, cpu, share[ROUNDS];
	long before;
	int i;

	(void)ours(&(struct answer){ .persons = 1 });
	(void)bare(&(struct answer){ .persons = 1 });
	before = most_kib();
	if (argc > 2 && (a.copy = fopen(argv[2], "wb")) == NULL)
		return 2;
	theirs = seconds(bare, &a, CLOCK_MONOTONIC);
	if (a.copy != NULL)
		(void)fclose(a.copy);
	a.copy = NULL;
	mine = seconds(ours, &a, CLOCK_MONOTONIC);
	cpu = seconds(ours, &a, CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < ROUNDS; i++) {
		double t = seconds(bare, &a, CLOCK_MONOTONIC);
		double m = seconds(ours, &a, CLOCK_MONOTONIC);

		theirs = t < theirs ? t : theirs;
		mine = m < mine ? m : mine;
		share[i] = t / m;
	}
	qsort(share, ROUNDS, sizeof(share[0]), by_size);
	printf("%ld persons, %.1f MB: ours %.0f ms (%.0f ms of processor), "
	    "bare %.0f ms: %.2f of its bytes a second, in pairs %.2f "
	    "(%.2f to %.2f); %ld KiB of memory beyond an empty run\n", a.persons, (double)a.bytes / 1e6,
	    mine * 1e3, cpu * 1e3, theirs * 1e3, theirs / mine,
	    share[ROUNDS / 2], share[ROUNDS / 4], share[ROUNDS * 3 / 4],
	    most_kib() - before);

	return 0;
}
