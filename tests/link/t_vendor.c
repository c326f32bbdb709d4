/* A program's own link: what it is given, what it may come back with. */
#include "config.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/inside.h"
#include "tests/core/run.h"

#define A32	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOKEN128	A32 A32 A32 A32

/* What the link is to do, and what it saw. */
struct script {
	int		 result;
	const char	*text;
	size_t		 again;		/* times text is written */
	const char	*token;
	int		 sent;		/* -1: not set */
	int		 thrown_back;
	int32_t		 retry;
	bool		 ignore;	/* what write and set_token say */
	useconds_t	 takes;
	int		 open_result;
	atomic_int	 opened, closed, asked, cancelled, inside, most;
	char		 prefix[32], id[40], visit[130], body[32];
	int		 is_again;
	int32_t		 timeout;
};

static void
enter(struct script *s)
{
	int n = atomic_fetch_add(&s->inside, 1) + 1;

	if (n > atomic_load(&s->most))
		atomic_store(&s->most, n);
	if (s->takes > 0)
		usleep(s->takes);
}

static int
vendor_carries(void *self, const char *prefix)
{
	(void)self;

	return strcmp(prefix, "TKKsiquc01req") == 0 ? 7 :
	    strcmp(prefix, "challenge") == 0 ? ONSHI_FORM_XML :
	    ONSHI_FORM_NONE;
}

static int
vendor_open(void *self, int32_t timeout_ms, void **session)
{
	struct script *s = self;

	enter(s);
	s->timeout = timeout_ms;
	*session = s;
	if (s->open_result == ONSHI_OK)
		atomic_fetch_add(&s->opened, 1);
	atomic_fetch_sub(&s->inside, 1);

	return s->open_result;
}

static int
vendor_exchange(void *self, void *session, struct onshi_exchange *x)
{
	struct script *s = self;
	const uint8_t *sent;
	size_t len, i;
	int r = s->result;

	ck_assert_ptr_eq(self, session);
	enter(s);
	atomic_fetch_add(&s->asked, 1);
	(void)oki_copy(s->prefix, sizeof(s->prefix), onshi_exchange_prefix(x));
	(void)oki_copy(s->id, sizeof(s->id), onshi_exchange_request_id(x));
	(void)oki_copy(s->visit, sizeof(s->visit), onshi_exchange_token(x));
	s->is_again = onshi_exchange_is_again(x);
	sent = onshi_exchange_body(x, &len);
	memcpy(s->body, sent, len);
	s->timeout = onshi_exchange_timeout_ms(x);
	for (i = 0; i < s->again; i++)
		if (onshi_exchange_write(x, (const uint8_t *)s->text,
		    strlen(s->text)) != ONSHI_OK && !s->ignore)
			r = ONSHI_E_TOO_BIG;
	if (s->token != NULL && onshi_exchange_set_token(x, s->token) !=
	    ONSHI_OK && !s->ignore)
		r = ONSHI_E_ANSWER_REFUSED;
	if (s->sent >= 0)
		onshi_exchange_set_sent(x, s->sent);
	onshi_exchange_set_rejected(x, s->thrown_back);
	onshi_exchange_set_retry_after(x, s->retry);
	atomic_fetch_sub(&s->inside, 1);

	return r;
}

static void
vendor_cancel(void *self, void *session)
{
	struct script *s = self;

	ck_assert_ptr_eq(self, session);
	atomic_fetch_add(&s->cancelled, 1);
}

static void
vendor_close(void *self, void *session)
{
	struct script *s = self;

	ck_assert_ptr_eq(self, session);
	enter(s);
	atomic_fetch_add(&s->closed, 1);
	atomic_fetch_sub(&s->inside, 1);
}

static const struct onshi_link_ops ops = { .size = sizeof(ops),
	.carries = vendor_carries, .open = vendor_open,
	.exchange = vendor_exchange, .cancel = vendor_cancel,
	.close = vendor_close };

struct world {
	struct oki_env	*env;
	struct oki_link	*link;
	struct oki_wait	 wait;
	struct onshi_error e;
};

static void
world_make(struct world *w, struct script *s)
{
	struct onshi_config *c;

	memset(w, 0, sizeof(*w));
	oki_error_clear(&w->e);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_link(c, &ops, s), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &w->env), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(oki_link_new(w->env, &w->link, &w->e), ONSHI_OK);
	ck_assert_str_eq(oki_link_name(w->link), "vendor");
	oki_wait_init(&w->wait, w->env, 2000, NULL);
}

static void
world_free(struct world *w)
{
	oki_link_free(&w->link);
	oki_env_free(&w->env);
}

static const struct row {
	const char	*name;
	struct script	 s;
	int		 r;
	int		 sent;
	const char	*reason;
} rows[] = {
	{ "well", { .text = "BODY", .again = 1, .sent = -1 }, ONSHI_OK,
	    ONSHI_SENT_ANSWERED, "" },
	{ "in pieces", { .text = "BO", .again = 4, .sent = -1 }, ONSHI_OK,
	    ONSHI_SENT_ANSWERED, "" },
	{ "thrown back", { .text = "E", .again = 1, .sent = -1,
	    .thrown_back = 1 }, ONSHI_OK, ONSHI_SENT_ANSWERED, "" },
	{ "with a token", { .text = "B", .again = 1, .sent = -1,
	    .token = TOKEN128 }, ONSHI_OK, ONSHI_SENT_ANSWERED, "" },
	{ "a token too long", { .text = "B", .again = 1, .sent = 1,
	    .token = TOKEN128 "a" }, ONSHI_E_ANSWER_REFUSED, 1,
	    "malformed" },
	{ "a bad token, ignored", { .text = "B", .again = 1, .sent = 1,
	    .token = "a b", .ignore = true }, ONSHI_E_ANSWER_REFUSED, 1,
	    "malformed" },
	{ "too much", { .text = "12345678", .again = 3, .sent = 2 },
	    ONSHI_E_TOO_BIG, 2, "too_big" },
	{ "too much, ignored", { .text = "12345678", .again = 3, .sent = 2,
	    .ignore = true }, ONSHI_E_TOO_BIG, 2, "too_big" },
	{ "network, not sent", { .result = ONSHI_E_NETWORK, .sent = 0 },
	    ONSHI_E_NETWORK, ONSHI_SENT_NOT, "" },
	{ "network, nothing said", { .result = ONSHI_E_NETWORK, .sent = -1 },
	    ONSHI_E_NETWORK, ONSHI_SENT_UNKNOWN, "" },
	{ "busy", { .result = ONSHI_E_SERVICE_BUSY, .sent = 1, .retry = 9 },
	    ONSHI_E_SERVICE_BUSY, ONSHI_SENT_ANSWERED, "" },
	{ "refused", { .result = ONSHI_E_SERVICE_REFUSED, .sent = 1 },
	    ONSHI_E_SERVICE_REFUSED, ONSHI_SENT_ANSWERED, "" },
	{ "cancelled", { .result = ONSHI_E_CANCELLED, .sent = 0 },
	    ONSHI_E_CANCELLED, ONSHI_SENT_NOT, "" },
	{ "no failure, no success", { .result = 5, .sent = -1 },
	    ONSHI_E_CALLBACK, ONSHI_SENT_UNKNOWN, "" },
	{ "another room's failure", { .result = ONSHI_E_PIN_WRONG,
	    .sent = -1 }, ONSHI_E_CALLBACK, ONSHI_SENT_UNKNOWN, "" },
	{ "a number of its own", { .result = -1, .sent = -1 },
	    ONSHI_E_CALLBACK, ONSHI_SENT_UNKNOWN, "" },
	{ "sent without sense", { .result = ONSHI_E_NETWORK, .sent = 9 },
	    ONSHI_E_NETWORK, ONSHI_SENT_UNKNOWN, "" }
};

START_TEST(exchanges)
{
	const struct row *row = &rows[_i];
	struct script s = row->s;
	struct oki_session *session;
	struct onshi_exchange x;
	struct oki_secret *token;
	struct world w;
	int r;

	world_make(&w, &s);
	ck_assert_int_eq(oki_session_open(w.link, &w.wait, &session, &w.e),
	    ONSHI_OK);
	ck_assert_int_gt(s.timeout, 1000);
	oki_exchange_init(&x, "challenge", &w.wait, 16);
	(void)oki_copy(x.request_id, sizeof(x.request_id), "id");
	x.body = (const uint8_t *)"<A/>";
	x.bodylen = 4;
	ck_assert_int_eq(oki_secret_new("visit", 5, &token), ONSHI_OK);
	x.token = token;
	x.again = _i % 2 == 1;
	r = oki_session_exchange(session, &x, &w.e);
	ck_assert_msg(r == row->r, "%s: %s", row->name,
	    onshi_result_name(r));
	ck_assert_int_eq(x.sent, row->sent);
	if (*row->reason != '\0')
		ck_assert_str_eq(onshi_error_reason(&w.e), row->reason);
	ck_assert_int_eq(x.rejected, s.thrown_back);
	ck_assert_int_eq(x.retry_after, s.retry);
	if (r == ONSHI_OK) {
		ck_assert_uint_eq(x.answer.len, strlen(s.text) * s.again);
		ck_assert_str_eq(x.new_token, s.token == NULL ? "" : s.token);
	} else {
		ck_assert_uint_eq(x.answer.len, 0);
		ck_assert_str_eq(x.new_token, "");
		ck_assert_int_eq(onshi_error_sent(&w.e), row->sent);
		ck_assert_int_eq(onshi_error_retry_after(&w.e), s.retry);
	}
	ck_assert_str_eq(s.prefix, "challenge");
	ck_assert_str_eq(s.id, "id");
	ck_assert_str_eq(s.visit, "visit");
	ck_assert_str_eq(s.body, "<A/>");
	ck_assert_int_eq(s.is_again, _i % 2);
	ck_assert_int_eq(atomic_load(&s.cancelled), 0);
	oki_exchange_free(&x);
	oki_secret_free(&token);
	oki_session_close(&session);
	ck_assert_ptr_null(session);
	ck_assert_int_eq(atomic_load(&s.closed), 1);
	world_free(&w);
}
END_TEST

START_TEST(carried)
{
	struct script s = { .sent = -1 };
	struct world w;

	world_make(&w, &s);
	ck_assert_int_eq(oki_link_carries(w.link, "challenge"),
	    ONSHI_FORM_XML);
	ck_assert_int_eq(oki_link_carries(w.link, "OQSsiquc01req"),
	    ONSHI_FORM_NONE);
	ck_assert_int_eq(oki_link_carries(w.link, "TKKsiquc01req"),
	    ONSHI_FORM_NONE);		/* a form that nobody knows */
	world_free(&w);
}
END_TEST

static const int opens[][2] = {
	{ ONSHI_E_NETWORK, ONSHI_E_NETWORK }, { 3, ONSHI_E_CALLBACK },
	{ ONSHI_E_ARG, ONSHI_E_CALLBACK }
};

START_TEST(open_fails)
{
	struct script s = { .open_result = opens[_i][0] };
	struct oki_session *session;
	struct world w;

	world_make(&w, &s);
	ck_assert_int_eq(oki_session_open(w.link, &w.wait, &session, &w.e),
	    opens[_i][1]);
	ck_assert_ptr_null(session);
	ck_assert_int_eq(onshi_error_phase(&w.e), ONSHI_PHASE_NETWORK);
	ck_assert_int_eq(onshi_error_sent(&w.e), ONSHI_SENT_NOT);
	ck_assert_int_eq(atomic_load(&s.closed), 0);
	world_free(&w);
}
END_TEST

static void *
visit(void *arg)
{
	struct world *w = arg;
	struct oki_session *session;
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	int i;

	oki_error_clear(&e);
	oki_wait_init(&wait, w->env, 20000, NULL);
	for (i = 0; i < 5; i++) {
		ck_assert_int_eq(oki_session_open(w->link, &wait, &session,
		    &e), ONSHI_OK);
		oki_exchange_init(&x, "challenge", &wait, 16);
		x.body = (const uint8_t *)"";
		ck_assert_int_eq(oki_request_id(x.request_id), ONSHI_OK);
		ck_assert_int_eq(oki_session_exchange(session, &x, &e),
		    ONSHI_OK);
		oki_exchange_free(&x);
		oki_session_close(&session);
	}

	return NULL;
}

START_TEST(one_at_a_time)
{
	struct script s = { .text = "B", .again = 1, .sent = -1,
	    .takes = 300 };
	pthread_t thread[16];
	struct world w;
	int i;

	world_make(&w, &s);
	for (i = 0; i < 16; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, visit, &w),
		    0);
	for (i = 0; i < 16; i++)
		pthread_join(thread[i], NULL);
	ck_assert_int_eq(atomic_load(&s.most), 1);
	ck_assert_int_eq(atomic_load(&s.asked), 80);
	ck_assert_int_eq(atomic_load(&s.opened), 80);
	ck_assert_int_eq(atomic_load(&s.closed), 80);
	world_free(&w);
}
END_TEST

/* What a sink says ends the exchange, and nothing of the answer stays. */
struct sieve {
	int	after;		/* pieces it takes */
	int	r;
	int	taken, dropped;
};

static int
sieve_take(void *self, const uint8_t *bytes, size_t len)
{
	struct sieve *s = self;

	(void)bytes;
	(void)len;
	if (s->taken == s->after)
		return s->r;
	s->taken++;

	return ONSHI_OK;
}

static void
sieve_drop(void *self)
{
	struct sieve *s = self;

	s->dropped++;
}

static const struct sink_row {
	const char	*name;
	struct sieve	 sieve;
	size_t		 max;
	bool		 ignore;	/* the program's link goes on */
	int		 r;
	int		 taken;
	const char	*reason;
} sinks[] = {
	{ "all of it", { 9, ONSHI_OK, 0, 0 }, 16, false, ONSHI_OK, 4, "" },
	{ "refused at once", { 0, ONSHI_E_ANSWER_REFUSED, 0, 0 }, 16, false,
	    ONSHI_E_ANSWER_REFUSED, 0, "malformed" },
	{ "refused later", { 2, ONSHI_E_ANSWER_REFUSED, 0, 0 }, 16, true,
	    ONSHI_E_ANSWER_REFUSED, 2, "malformed" },
	{ "its own limit", { 3, ONSHI_E_TOO_BIG, 0, 0 }, 16, true,
	    ONSHI_E_TOO_BIG, 3, "too_big" },
	{ "the exchange's limit", { 9, ONSHI_OK, 0, 0 }, 7, true,
	    ONSHI_E_TOO_BIG, 3, "too_big" },
	{ "exactly the limit", { 9, ONSHI_OK, 0, 0 }, 8, false, ONSHI_OK, 4,
	    "" },
	{ "no memory", { 1, ONSHI_E_NOMEM, 0, 0 }, 16, true, ONSHI_E_NOMEM,
	    1, "" },
	{ "no time", { 1, ONSHI_E_LINK_TIMEOUT, 0, 0 }, 16, true,
	    ONSHI_E_LINK_TIMEOUT, 1, "timeout" }
};

START_TEST(other_sink)
{
	const struct sink_row *row = &sinks[_i];
	struct script s = { .text = "BO", .again = 4, .sent = -1,
	    .token = "t", .ignore = row->ignore };
	struct sieve sieve = row->sieve;
	struct oki_session *session;
	struct onshi_exchange x;
	struct world w;

	world_make(&w, &s);
	ck_assert_int_eq(oki_session_open(w.link, &w.wait, &session, &w.e),
	    ONSHI_OK);
	oki_exchange_init(&x, "challenge", &w.wait, 0);
	x.sink = (struct oki_sink){ sieve_take, sieve_drop, &sieve,
	    row->max };
	x.body = (const uint8_t *)"";
	ck_assert_int_eq(oki_request_id(x.request_id), ONSHI_OK);
	ck_assert_int_eq(oki_session_exchange(session, &x, &w.e), row->r);
	ck_assert_int_eq(sieve.taken, row->taken);
	ck_assert_str_eq(onshi_error_reason(&w.e), row->reason);
	ck_assert_str_eq(x.new_token, row->r == ONSHI_OK ? "t" : "");
	ck_assert_int_eq(sieve.dropped > 0, row->r != ONSHI_OK);
	/* A token that came with an answer that is none tells nothing. */
	ck_assert_int_eq(oki_link_has_tokens(w.link), row->r == ONSHI_OK);
	ck_assert(oki_link_has_request_ids(w.link));
	oki_exchange_free(&x);
	oki_session_close(&session);
	world_free(&w);
}
END_TEST

static void
ask_with(struct world *w, struct script *s, const char *token)
{
	struct oki_session *session;
	struct onshi_exchange x;

	s->token = token;
	ck_assert_int_eq(oki_session_open(w->link, &w->wait, &session,
	    &w->e), ONSHI_OK);
	oki_exchange_init(&x, "challenge", &w->wait, 16);
	x.body = (const uint8_t *)"";
	ck_assert_int_eq(oki_request_id(x.request_id), ONSHI_OK);
	ck_assert_int_eq(oki_session_exchange(session, &x, &w->e), ONSHI_OK);
	oki_exchange_free(&x);
	oki_session_close(&session);
}

/* CO-2: it carries tokens that has brought one once, for all its visits. */
START_TEST(tokens)
{
	struct script s = { .text = "B", .again = 1, .sent = -1 };
	struct world w;

	world_make(&w, &s);
	ck_assert(!oki_link_has_tokens(w.link));
	ask_with(&w, &s, NULL);
	ck_assert(!oki_link_has_tokens(w.link));
	ask_with(&w, &s, "");
	ck_assert(!oki_link_has_tokens(w.link));
	ask_with(&w, &s, "token");
	ck_assert(oki_link_has_tokens(w.link));
	ask_with(&w, &s, NULL);
	ck_assert(oki_link_has_tokens(w.link));
	world_free(&w);
}
END_TEST

static const struct form {
	int		 form;
	const char	*name;
} forms[] = {
	{ ONSHI_FORM_NONE, "none" }, { ONSHI_FORM_XML, "xml" },
	{ -1, "unknown" }, { 99, "unknown" }, { INT32_MIN, "unknown" }
};

START_TEST(form_names)
{
	ck_assert_str_eq(onshi_form_name(forms[_i].form), forms[_i].name);
}
END_TEST

/* Who waits for the turn keeps to its own deadline; closing does not wait. */
START_TEST(busy)
{
	struct script s = { .text = "B", .again = 1, .sent = -1 };
	struct oki_session *mine;
	struct onshi_exchange x;
	struct oki_wait wait;
	pthread_t thread;
	struct world w;
	int64_t start;

	world_make(&w, &s);
	ck_assert_int_eq(oki_session_open(w.link, &w.wait, &mine, &w.e),
	    ONSHI_OK);
	s.takes = 150000;
	ck_assert_int_eq(pthread_create(&thread, NULL, visit, &w), 0);
	usleep(50000);
	start = oki_os_steady_ms();
	oki_wait_init(&wait, w.env, 60, NULL);
	oki_exchange_init(&x, "challenge", &wait, 16);
	x.body = (const uint8_t *)"";
	ck_assert_int_eq(oki_request_id(x.request_id), ONSHI_OK);
	ck_assert_int_eq(oki_session_exchange(mine, &x, &w.e),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(x.sent, ONSHI_SENT_NOT);
	ck_assert_int_lt(oki_os_steady_ms() - start, 200);
	start = oki_os_steady_ms();
	oki_session_close(&mine);
	ck_assert_int_lt(oki_os_steady_ms() - start, 50);
	pthread_join(thread, NULL);
	ck_assert_int_eq(atomic_load(&s.closed), 6);
	ck_assert_int_eq(atomic_load(&s.most), 1);
	oki_exchange_free(&x);
	world_free(&w);
}
END_TEST

/* What a program hands in without thinking (T8). */
START_TEST(nothing_given)
{
	size_t len = 9;

	ck_assert_str_eq(onshi_exchange_prefix(NULL), "");
	ck_assert_ptr_null(onshi_exchange_body(NULL, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_str_eq(onshi_exchange_request_id(NULL), "");
	ck_assert_str_eq(onshi_exchange_token(NULL), "");
	ck_assert_int_eq(onshi_exchange_timeout_ms(NULL), 0);
	ck_assert_int_eq(onshi_exchange_is_again(NULL), 0);
	ck_assert_int_eq(onshi_exchange_write(NULL, NULL, 0), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_exchange_set_token(NULL, "a"), ONSHI_E_ARG);
	onshi_exchange_set_rejected(NULL, 1);
	onshi_exchange_set_sent(NULL, 1);
	onshi_exchange_set_retry_after(NULL, 1);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, exchanges, 0, (int)OKI_COUNT(rows));
	tcase_add_test(t, carried);
	tcase_add_loop_test(t, open_fails, 0, (int)OKI_COUNT(opens));
	tcase_add_test(t, one_at_a_time);
	tcase_add_test(t, busy);
	tcase_add_loop_test(t, other_sink, 0, (int)OKI_COUNT(sinks));
	tcase_add_test(t, tokens);
	tcase_add_loop_test(t, form_names, 0, (int)OKI_COUNT(forms));
	tcase_add_test(t, nothing_given);
}

int
main(void)
{
	return run_tests("link/vendor", fill);
}
