/* Many threads, and a host that uses libxml2 itself: neither disturbs the
 * other (SEC-54, SEC-109, SEC-110). */
#include "config.h"

#include <pthread.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "message/help.h"

#define THREADS	8
#define ROUNDS	40

static struct text samples[SAMPLES];
static struct text wanted[SAMPLES];

/* No assertion of Check's in a thread: it counts what went wrong. */
static void *
read_all(void *arg)
{
	size_t *bad = arg;
	struct onshi_error e;
	struct oki_doc *doc;
	struct oki_buf buf;
	int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < SAMPLES; i++) {
			oki_error_clear(&e);
			oki_buf_init(&buf, 1u << 20);
			*bad += oki_message_parse(NULL, (uint8_t *)
			    samples[i].s, samples[i].len, NULL, &doc, &e) !=
			    ONSHI_OK || oki_message_write(doc, OKI_UTF_8,
			    &buf, &e) != ONSHI_OK || strcmp((char *)buf.data,
			    wanted[i].s) != 0;
			oki_buf_free(&buf);
			oki_doc_free(&doc);
			oki_error_clear(&e);
			*bad += oki_message_parse(NULL, (uint8_t *)
			    samples[i].s, samples[i].len / 2, NULL, &doc,
			    &e) != ONSHI_E_ANSWER_REFUSED;
		}

	return NULL;
}

START_TEST(in_parallel)
{
	pthread_t threads[THREADS];
	size_t bad[THREADS] = { 0 };
	struct oki_doc *doc;
	int i;

	for (i = 0; i < SAMPLES; i++) {
		samples[i] = sample(i);
		doc = must_parse(NULL, samples[i].s, samples[i].len);
		wanted[i] = canonical(doc);
		oki_doc_free(&doc);
	}
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all,
		    &bad[i]), 0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_uint_eq(bad[i], 0);
	}
	for (i = 0; i < SAMPLES; i++) {
		free(samples[i].s);
		free(wanted[i].s);
	}
}
END_TEST

static int host_called;

static void
host_handler(void *self, xmlErrorPtr error)
{
	(void)error;
	ck_assert_ptr_eq(self, &host_called);
	host_called++;
}

START_TEST(beside_a_host)
{
	static const char *const bad[] = { "<XmlMsg><a></b></XmlMsg>",
	    "<XmlMsg xml:space='x'/>", "<XmlMsg>&x;</XmlMsg>",
	    "<XmlMsg><a:b/></XmlMsg>", "<XmlMsg", "<!DOCTYPE x><XmlMsg/>" };
	struct onshi_error e;
	struct oki_doc *doc;
	xmlDocPtr theirs;
	size_t i;
	int calls;

	xmlSetStructuredErrorFunc(&host_called, host_handler);
	theirs = xmlReadMemory("<a><b></a>", 10, NULL, NULL, 0);
	ck_assert_ptr_null(theirs);
	ck_assert_int_gt(calls = host_called, 0);
	for (i = 0; i < OKI_COUNT(bad); i++) {
		oki_error_clear(&e);
		ck_assert_int_eq(oki_message_parse(NULL, (const uint8_t *)
		    bad[i], strlen(bad[i]), NULL, &doc, &e),
		    ONSHI_E_ANSWER_REFUSED);
		ck_assert(xmlStructuredError == host_handler);
		ck_assert_ptr_eq(xmlStructuredErrorContext, &host_called);
	}
	ck_assert_int_eq(host_called, calls);
	/* The host's own reader still works, with what we never allow. */
	theirs = xmlReadMemory("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 40,
	    NULL, NULL, XML_PARSE_NOENT);
	ck_assert_ptr_nonnull(theirs);
	xmlFreeDoc(theirs);
	xmlSetStructuredErrorFunc(NULL, NULL);
}
END_TEST

/* Nothing is printed, whatever is read. */
START_TEST(silent)
{
	static const char *const bad[] = { "<XmlMsg><a></b></XmlMsg>",
	    "<XmlMsg><a:b/></XmlMsg>", "<XmlMsg>&#1;</XmlMsg>", "\xff" };
	struct onshi_error e;
	struct oki_doc *doc;
	int pipes[2], out, err;
	char byte;
	size_t i;

	ck_assert_int_eq(pipe(pipes), 0);
	fflush(stdout);
	fflush(stderr);
	out = dup(1);
	err = dup(2);
	dup2(pipes[1], 1);
	dup2(pipes[1], 2);
	for (i = 0; i < OKI_COUNT(bad); i++) {
		oki_error_clear(&e);
		(void)!oki_message_parse(NULL, (const uint8_t *)bad[i],
		    strlen(bad[i]), NULL, &doc, &e);
	}
	fflush(stdout);
	fflush(stderr);
	dup2(out, 1);
	dup2(err, 2);
	close(pipes[1]);
	close(out);
	close(err);
	ck_assert_int_eq((int)read(pipes[0], &byte, 1), 0);
	close(pipes[0]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("threads");
	TCase *c = tcase_create("threads");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, in_parallel);
	tcase_add_test(c, beside_a_host);
	tcase_add_test(c, silent);
	suite_add_tcase(s, c);

	return run_suite(s);
}
