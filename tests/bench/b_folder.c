/*
 * What a folder adds to the application's own time, with default settings: a
 * child plays an application that takes none; and what it costs to make the
 * bytes of a request, element by element. b_folder [ROUNDS]
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "link/link.h"
#include "message/message.h"

static char req[80], res[80];

static void
answer(const char *file)
{
	static char body[65536];
	char path[400], temp[400];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", req, file);
	if ((fd = open(path, O_RDONLY)) < 0)
		return;
	n = read(fd, body, sizeof(body));
	(void)close(fd);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/%s", res, file);
	path[strlen(res) + 1 + strcspn(file, "_") - 1] = 's';
	(void)snprintf(temp, sizeof(temp), "%s/.a", res);
	if ((fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0 ||
	    write(fd, body, (size_t)n) != n)
		abort();
	(void)close(fd);
	(void)rename(temp, path);
}

static void
application(void)
{
	char events[4096];
	const struct inotify_event *e;
	int fd = inotify_init();
	ssize_t n, at;

	if (fd < 0 || inotify_add_watch(fd, req, IN_MOVED_TO) < 0)
		abort();
	while ((n = read(fd, events, sizeof(events))) > 0)
		for (at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(events + at);
			if (e->len > 0 && e->name[0] != '.')
				answer(e->name);
		}
}

static int
by_number(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
once(struct oki_env *env, struct oki_session *s)
{
	static const char body[] = "<XmlMsg><MessageBody/></XmlMsg>";
	struct timespec a, b;
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;

	oki_error_clear(&e);
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	oki_wait_init(&wait, env, 30000, NULL);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 1 << 20);
	x.body = (const uint8_t *)body;
	x.bodylen = sizeof(body) - 1;
	if (oki_request_id(x.request_id) != ONSHI_OK ||
	    oki_session_exchange(s, &x, &e) != ONSHI_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	oki_exchange_free(&x);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);

	return (double)(b.tv_sec - a.tv_sec) * 1000 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1000000;
}

/* A question by number, from its elements to its bytes. */
static void
make_request(enum oki_encoding encoding)
{
	static const struct { int element; const char *text; } elements[] = {
		{ ONSHI_EL_INSURER_NUMBER, "06132013" },
		{ ONSHI_EL_INSURED_CARD_SYMBOL, "\xe8\xa8\x98\xe5\x8f\xb7" },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1234567" },
		{ ONSHI_EL_INSURED_BRANCH_NUMBER, "01" },
		{ ONSHI_EL_BIRTHDATE, "19800101" },
		{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
		    "0" }
	};
	struct onshi_record *search;
	struct onshi_error e;
	struct oki_buf out;
	struct oki_doc *doc;
	size_t i;

	oki_error_clear(&e);
	oki_buf_init(&out, 1 << 16);
	if (oki_doc_new("OQSsiquc01req", &doc) != ONSHI_OK ||
	    oki_record_put(oki_doc_header(doc),
	    ONSHI_EL_MEDICAL_INSTITUTION_CODE, "1319999996", &e) != ONSHI_OK ||
	    oki_record_put(oki_doc_header(doc),
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20261130", &e) !=
	    ONSHI_OK ||
	    oki_record_put(oki_doc_header(doc),
	    ONSHI_EL_ARBITRARY_FILE_IDENTIFIER, "KARTE-1", &e) != ONSHI_OK ||
	    oki_record_open(oki_doc_body(doc),
	    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &search, &e) !=
	    ONSHI_OK)
		exit(1);
	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (oki_record_put(search, elements[i].element,
		    elements[i].text, &e) != ONSHI_OK)
			exit(1);
	if (oki_message_write(doc, encoding, &out, &e) != ONSHI_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	oki_buf_free(&out);
	oki_doc_free(&doc);
}

static double
microseconds(enum oki_encoding encoding)
{
	struct timespec a, b;
	int i;

	make_request(encoding);		/* what is set up once */
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < 10000; i++)
		make_request(encoding);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);

	return ((double)(b.tv_sec - a.tv_sec) * 1e9 +
	    (double)(b.tv_nsec - a.tv_nsec)) / 1e3 / 10000;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 200, i;
	double *ms = calloc((size_t)rounds, sizeof(*ms));
	char top[] = "/tmp/b_folder.XXXXXX", journal[80], command[120];
	struct oki_session *s;
	struct onshi_config *c;
	struct onshi_error e;
	struct oki_wait wait;
	struct oki_link *l;
	struct oki_env *env;
	pid_t pid;

	if (ms == NULL || rounds < 1 || mkdtemp(top) == NULL)
		return 1;
	(void)snprintf(req, sizeof(req), "%s/req", top);
	(void)snprintf(res, sizeof(res), "%s/res", top);
	(void)snprintf(journal, sizeof(journal), "%s/journal", top);
	if (mkdir(req, 0700) != 0 || mkdir(res, 0700) != 0)
		return 1;
	if ((pid = fork()) == 0)
		application();
	(void)usleep(100000);
	oki_error_clear(&e);
	if (onshi_config_new(&c) != ONSHI_OK ||
	    onshi_config_set(c, "link.type", "folder") != ONSHI_OK ||
	    onshi_config_set(c, "link.req_dir", req) != ONSHI_OK ||
	    onshi_config_set(c, "link.res_dir", res) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", journal) != ONSHI_OK ||
	    oki_env_new(c, &env) != ONSHI_OK ||
	    oki_link_new(env, &l, &e) != ONSHI_OK)
		return 1;
	oki_wait_init(&wait, env, 30000, NULL);
	if (oki_session_open(l, &wait, &s, &e) != ONSHI_OK)
		return 1;
	for (i = 0; i < rounds; i++)
		ms[i] = once(env, s);
	oki_session_close(&s);
	oki_link_free(&l);
	oki_env_free(&env);
	onshi_config_free(&c);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	qsort(ms, (size_t)rounds, sizeof(*ms), by_number);
	(void)printf("round trip by folder, %d: median %.2f ms, 9 of 10 within "
	    "%.2f ms (at most 20)\n", rounds, ms[rounds / 2],
	    ms[rounds * 9 / 10]);
	(void)printf("writing a request: %.1f us in UTF-8, %.1f us in "
	    "Shift_JIS (under 20)\n", microseconds(OKI_UTF_8),
	    microseconds(OKI_SHIFT_JIS));
	free(ms);
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);

	return system(command) == 0 ? 0 : 1;
}
