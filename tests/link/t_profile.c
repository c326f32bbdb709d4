/*
 * A libcurl that lacks an option, for each option in turn (FM-26, SEC-15),
 * and the options that it is given, read back (SEC-128).
 */
#include "config.h"

#include <check.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "../wire/wire.h"
#include "tests/core/run.h"

#undef curl_easy_setopt

#define SEEN_MAX	128

static struct seen {
	CURLoption	 id;
	long		 number;
	const char	*text;
} seen[SEEN_MAX];
static int count;
static int refuse;	/* the k-th call, 1 the first; 0: none */

CURLcode curl_easy_setopt(CURL *, CURLoption, ...);

/* Stands before libcurl's own: notes, refuses one, hands on all others. */
CURLcode
curl_easy_setopt(CURL *easy, CURLoption id, ...)
{
	CURLcode (*real)(CURL *, CURLoption, ...);
	void *symbol = dlsym(RTLD_NEXT, "curl_easy_setopt");
	CURLcode rc = CURLE_UNKNOWN_OPTION;
	struct seen *s = &seen[count % SEEN_MAX];
	curl_off_t big;
	va_list ap;

	memcpy(&real, &symbol, sizeof(real));
	*s = (struct seen){ .id = id };
	va_start(ap, id);
	if (++count == refuse) {
		va_end(ap);
		return rc;
	}
	if (id >= CURLOPTTYPE_OFF_T && id < CURLOPTTYPE_BLOB) {
		big = va_arg(ap, curl_off_t);
		s->number = (long)big;
		rc = real(easy, id, big);
	} else if (id < CURLOPTTYPE_OBJECTPOINT) {
		s->number = va_arg(ap, long);
		rc = real(easy, id, s->number);
	} else {
		s->text = va_arg(ap, char *);
		rc = real(easy, id, s->text);
	}
	va_end(ap);

	return rc;
}

START_TEST(each_refused)
{
	struct client c;
	int all, k;

	client_config(&c, 9, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	oki_link_free(&c.link);
	all = count;
	ck_assert_int_ge(all, 50);
	for (k = 1; k <= all; k++) {
		count = 0;
		refuse = k;
		ck_assert_msg(client_new(&c) == ONSHI_E_UNSUPPORTED,
		    "option %d: %s", (int)seen[k - 1].id,
		    onshi_result_name(c.r));
		ck_assert_int_eq(count, k);
		ck_assert_ptr_null(c.link);
	}
	count = refuse = 0;
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	client_free(&c);
}
END_TEST

enum { NUMBER, TEXT, SOME };

static const struct want {
	CURLoption	 id;
	int		 type;		/* SOME: a pointer that is not NULL */
	long		 number;
	const char	*text;
} wants[] = {
	{ CURLOPT_PROTOCOLS_STR, TEXT, 0, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, TEXT, 0, "https" },
	{ CURLOPT_FOLLOWLOCATION, NUMBER, 0, NULL },
	{ CURLOPT_MAXREDIRS, NUMBER, 0, NULL },
	{ CURLOPT_PROXY, TEXT, 0, "" },
	{ CURLOPT_NOPROXY, TEXT, 0, "*" },
	{ CURLOPT_CAINFO_BLOB, SOME, 0, NULL },
	{ CURLOPT_CAINFO, TEXT, 0, NULL },
	{ CURLOPT_CAPATH, TEXT, 0, NULL },
	{ CURLOPT_SSL_VERIFYPEER, NUMBER, 1, NULL },
	{ CURLOPT_SSL_VERIFYHOST, NUMBER, 2, NULL },
	{ CURLOPT_SSLVERSION, NUMBER, CURL_SSLVERSION_TLSv1_2, NULL },
	{ CURLOPT_SSL_CIPHER_LIST, TEXT, 0,
	    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
	    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
	    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256" },
	{ CURLOPT_TLS13_CIPHERS, TEXT, 0, "TLS_AES_256_GCM_SHA384:"
	    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256" },
	{ CURLOPT_SSL_EC_CURVES, TEXT, 0, "X25519:P-256:P-384" },
	{ CURLOPT_SSL_OPTIONS, NUMBER, CURLSSLOPT_NO_PARTIALCHAIN, NULL },
	{ CURLOPT_SSLCERT_BLOB, SOME, 0, NULL },
	{ CURLOPT_SSLKEY_BLOB, SOME, 0, NULL },
	{ CURLOPT_SSL_CTX_FUNCTION, SOME, 0, NULL },
	{ CURLOPT_RESOLVE, SOME, 0, NULL },
	{ CURLOPT_RESOLVER_START_FUNCTION, SOME, 0, NULL },
	{ CURLOPT_OPENSOCKETFUNCTION, SOME, 0, NULL },
	{ CURLOPT_PREREQFUNCTION, SOME, 0, NULL },
	{ CURLOPT_CONNECTTIMEOUT_MS, NUMBER, 5000, NULL },
	{ CURLOPT_LOW_SPEED_LIMIT, NUMBER, 100, NULL },
	{ CURLOPT_LOW_SPEED_TIME, NUMBER, 10, NULL },
	{ CURLOPT_HTTP_VERSION, NUMBER, CURL_HTTP_VERSION_1_1, NULL },
	{ CURLOPT_HTTP09_ALLOWED, NUMBER, 0, NULL },
	{ CURLOPT_ACCEPT_ENCODING, TEXT, 0, NULL },
	{ CURLOPT_HTTP_CONTENT_DECODING, NUMBER, 0, NULL },
	{ CURLOPT_TRANSFER_ENCODING, NUMBER, 0, NULL },
	{ CURLOPT_NETRC, NUMBER, CURL_NETRC_IGNORED, NULL },
	{ CURLOPT_COOKIEFILE, TEXT, 0, NULL },
	{ CURLOPT_DOH_URL, TEXT, 0, NULL },
	{ CURLOPT_UNIX_SOCKET_PATH, TEXT, 0, NULL },
	{ CURLOPT_USERPWD, TEXT, 0, NULL },
	{ CURLOPT_SSL_SESSIONID_CACHE, NUMBER, 0, NULL },
	{ CURLOPT_FRESH_CONNECT, NUMBER, 1, NULL },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, NUMBER, 1, NULL },
	{ CURLOPT_NOSIGNAL, NUMBER, 1, NULL },
	{ CURLOPT_TCP_KEEPALIVE, NUMBER, 1, NULL },
	{ CURLOPT_VERBOSE, NUMBER, 0, NULL }
};

START_TEST(each_given)
{
	const struct want *w = &wants[_i];
	const struct seen *s = NULL;
	struct client c;
	int i;

	client_config(&c, 9, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_lt(count, SEEN_MAX);
	for (i = 0; i < count; i++)
		if (seen[i].id == w->id) {
			ck_assert_ptr_null(s);	/* once */
			s = &seen[i];
		}
	ck_assert_msg(s != NULL, "option %d is not set", (int)w->id);
	if (w->type == NUMBER)
		ck_assert_int_eq(s->number, w->number);
	else if (w->type == SOME || w->text == NULL)
		ck_assert_int_eq(s->text != NULL, w->type == SOME);
	else
		ck_assert_str_eq(s->text, w->text);
	client_free(&c);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 20);
	tcase_add_test(t, each_refused);
	tcase_add_loop_test(t, each_given, 0, (int)OKI_COUNT(wants));
}

int
main(void)
{
	int failed;

	certs_make();
	failed = run_tests("link/profile", fill);
	certs_free();

	return failed;
}
