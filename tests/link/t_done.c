/*
 * When a table's done runs: once, as its last call, and only for a table that
 * was taken. By public calls only.
 */
#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <onshikaku.h>

#include "tests/core/run.h"

/* What self is: how often done ran, and whether something came after it. */
struct owner {
	int	dones;
	bool	late;
};

static void
used(void *self)
{
	struct owner *w = self;

	w->late = w->late || w->dones > 0;
}

static void
done(void *self)
{
	struct owner *w = self;

	w->dones++;
}

static int
carries(void *self, const char *prefix)
{
	(void)prefix;
	used(self);

	return ONSHI_FORM_XML;
}

static int
opens(void *self, int32_t ms, void **session)
{
	(void)ms;
	used(self);
	*session = self;

	return ONSHI_OK;
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)session;
	(void)x;
	used(self);

	return ONSHI_E_NETWORK;
}

static void
closes(void *self, void *session)
{
	(void)session;
	used(self);
}

static int
waits(void *self, int present, int32_t ms)
{
	(void)present;
	(void)ms;
	used(self);

	return ONSHI_E_CARD_TIMEOUT;
}

static int
holds(void *self, int32_t ms)
{
	(void)ms;
	used(self);

	return ONSHI_E_CARD_GONE;
}

static int
transmits(void *self, const uint8_t *c, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)c;
	(void)len;
	(void)reply;
	(void)replylen;
	(void)ms;
	used(self);

	return ONSHI_E_CARD_GONE;
}

static int64_t
clocks(void *self)
{
	used(self);

	return 1790000000000;
}

static void
logs(void *self, const char *line)
{
	(void)line;
	used(self);
}

static int
entry(void *self, const char *line, size_t len)
{
	(void)line;
	(void)len;
	used(self);

	return 0;
}

enum { LINK, READER, CLOCK, LOG, AUDIT, TABLES };

/* Hands in one table; size 0 is that of the struct. */
static int
plug(struct onshi_config *c, int table, struct owner *w, size_t size)
{
	struct onshi_link_ops link = { .size = sizeof(link),
	    .carries = carries, .open = opens, .exchange = exchange,
	    .close = closes, .done = done };
	struct onshi_reader_ops reader = { .size = sizeof(reader),
	    .wait = waits, .hold = holds, .release = holds,
	    .transmit = transmits, .done = done };
	struct onshi_clock_ops clock = { .size = sizeof(clock),
	    .wall = clocks, .steady = clocks, .boot = clocks, .done = done };
	struct onshi_log_ops log = { .size = sizeof(log), .line = logs,
	    .done = done };
	struct onshi_audit_ops audit = { .size = sizeof(audit),
	    .entry = entry, .done = done };

	if (size != 0)
		link.size = reader.size = clock.size = log.size =
		    audit.size = size;
	switch (table) {
	case LINK:
		return onshi_config_set_link(c, &link, w);
	case READER:
		return onshi_config_add_reader(c, "reader", &reader, w);
	case CLOCK:
		return onshi_config_set_clock(c, &clock, w);
	case LOG:
		return onshi_config_set_log(c, &log, w);
	default:
		return onshi_config_set_audit(c, &audit, w);
	}
}

static struct onshi_config *
config(struct owner *w, int table)
{
	struct onshi_link_ops ops = { .size = sizeof(ops),
	    .carries = carries, .open = opens, .exchange = exchange,
	    .close = closes };
	static struct owner nobody;
	struct onshi_config *c;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    "1319999996"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.kind", "medical"),
	    ONSHI_OK);
	/* A root needs one. */
	ck_assert_int_eq(onshi_config_set_link(c, &ops, &nobody), ONSHI_OK);
	*w = (struct owner){ 0, false };
	ck_assert_int_eq(plug(c, table, w, 0), ONSHI_OK);

	return c;
}

START_TEST(config_freed)
{
	struct owner w;
	struct onshi_config *c = config(&w, _i);

	ck_assert_int_eq(w.dones, 0);
	onshi_config_free(&c);
	ck_assert_int_eq(w.dones, 1);
}
END_TEST

/* Only a reader stays: a name has one. */
START_TEST(replaced)
{
	struct owner first, second = { 0, false };
	struct onshi_config *c = config(&first, _i);

	ck_assert_int_eq(plug(c, _i, &second, 0), _i == READER ?
	    ONSHI_E_ARG : ONSHI_OK);
	ck_assert_int_eq(first.dones, _i == READER ? 0 : 1);
	ck_assert_int_eq(second.dones, 0);
	onshi_config_free(&c);
	ck_assert_int_eq(first.dones, 1);
	ck_assert_int_eq(second.dones, _i == READER ? 0 : 1);
}
END_TEST

START_TEST(taken_away)
{
	struct owner w;
	struct onshi_config *c = config(&w, _i);
	int r = _i == LINK ? onshi_config_set_link(c, NULL, NULL) :
	    _i == CLOCK ? onshi_config_set_clock(c, NULL, NULL) :
	    _i == LOG ? onshi_config_set_log(c, NULL, NULL) :
	    _i == AUDIT ? onshi_config_set_audit(c, NULL, NULL) :
	    onshi_config_add_reader(c, "another", NULL, NULL);

	ck_assert_int_eq(r, _i == READER ? ONSHI_E_ARG : ONSHI_OK);
	ck_assert_int_eq(w.dones, _i == READER ? 0 : 1);
	onshi_config_free(&c);
	ck_assert_int_eq(w.dones, 1);
}
END_TEST

/* A table that is refused is the caller's; what was there stays. */
START_TEST(refused)
{
	struct owner first, second = { 0, false };
	struct onshi_config *c = config(&first, _i);

	ck_assert_int_eq(plug(c, _i, &second, sizeof(size_t)), ONSHI_E_ARG);
	ck_assert_int_eq(plug(c, _i, &second, 3), ONSHI_E_ARG);
	ck_assert_int_eq(plug(NULL, _i, &second, 0), ONSHI_E_ARG);
	ck_assert_int_eq(first.dones, 0);
	onshi_config_free(&c);
	ck_assert_int_eq(first.dones, 1);
	ck_assert_int_eq(second.dones, 0);
}
END_TEST

/* Frozen by a root: refused, and the root's table stays. */
START_TEST(frozen)
{
	struct owner first, second = { 0, false };
	struct onshi_config *c = config(&first, _i);
	struct onshi *o;

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	ck_assert_int_eq(plug(c, _i, &second, 0), ONSHI_E_STATE);
	onshi_config_free(&c);
	ck_assert_int_eq(first.dones, 0);
	onshi_free(&o);
	ck_assert_int_eq(first.dones, 1);
	ck_assert(!first.late);
	ck_assert_int_eq(second.dones, 0);
}
END_TEST

/* A root that could not be made leaves the table where it was. */
START_TEST(root_failed)
{
	struct owner w;
	struct onshi_config *c = config(&w, _i);
	struct onshi *o;

	ck_assert_int_eq(onshi_new(ONSHI_ABI + 1, c, &o), ONSHI_E_ABI);
	ck_assert_int_eq(w.dones, 0);
	ck_assert_int_eq(onshi_config_set(c, "facility.kind", NULL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    NULL), ONSHI_OK);
	ck_assert_int_ne(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	ck_assert_int_eq(w.dones, 0);
	onshi_config_free(&c);
	ck_assert_int_eq(w.dones, 1);
	ck_assert(!w.late);
}
END_TEST

/* Whatever is freed last: here the visit, which still needs all of it. */
START_TEST(last_holder)
{
	struct owner w;
	struct onshi_config *c = config(&w, _i);
	struct onshi_visit *v;
	struct onshi *o;

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_INSURANCE, &v),
	    ONSHI_OK);
	onshi_free(&o);
	ck_assert_int_eq(w.dones, 0);
	onshi_visit_free(&v);
	ck_assert_int_eq(w.dones, 1);
	ck_assert(!w.late);
}
END_TEST

/* One config, two roots: the second keeps it. */
START_TEST(two_roots)
{
	struct owner w;
	struct onshi_config *c = config(&w, _i);
	struct onshi *o, *p;

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &p), ONSHI_OK);
	onshi_config_free(&c);
	onshi_free(&o);
	ck_assert_int_eq(w.dones, 0);
	onshi_free(&p);
	ck_assert_int_eq(w.dones, 1);
	ck_assert(!w.late);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, config_freed, 0, TABLES);
	tcase_add_loop_test(t, replaced, 0, TABLES);
	tcase_add_loop_test(t, taken_away, 0, TABLES);
	tcase_add_loop_test(t, refused, 0, TABLES);
	tcase_add_loop_test(t, frozen, 0, TABLES);
	tcase_add_loop_test(t, root_failed, 0, TABLES);
	tcase_add_loop_test(t, last_holder, 0, TABLES);
	tcase_add_loop_test(t, two_roots, 0, TABLES);
}

int
main(void)
{
	return run_tests("link/done", fill);
}
