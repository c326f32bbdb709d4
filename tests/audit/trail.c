/* A trail for tests. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/audit/trail.h"

static int64_t wall, boot;

static int64_t
wall_of(void *self)
{
	(void)self;
	boot++;

	return wall++;
}

static int64_t
boot_of(void *self)
{
	(void)self;

	return boot;
}

struct oki_env *
rec_env(const char *dir)
{
	const struct onshi_clock_ops ops = { .size = sizeof(ops),
	    .wall = wall_of, .steady = boot_of, .boot = boot_of };
	struct onshi_config *c;
	struct oki_env *env;

	wall = REC_START;
	boot = 1000000;
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "audit.dir", dir), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    REC_CODE), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_clock(c, &ops, NULL), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	onshi_config_free(&c);

	return env;
}

void
rec_clock(int64_t wall_ms)
{
	boot += wall_ms - wall;
	wall = wall_ms;
}

void
rec_clock_split(int64_t wall_ms, int64_t boot_ms)
{
	wall = wall_ms;
	boot = boot_ms;
}

int64_t
rec_now(void)
{
	return wall;
}

void
rec_begin(const char *dir, struct oki_env *env, uint8_t k0[OKI_AUDIT_HASH])
{
	struct oki_audit_store s;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_store_init(&s, dir, REC_CODE, env),
	    ONSHI_OK);
	r = oki_audit_store_begin(&s, 0, k0, &e);
	ck_assert_msg(r == ONSHI_OK, "%d %s", r, onshi_error_text(&e));
	oki_audit_store_free(&s);
}

void
rec_open(struct oki_audit_store *s, const char *dir, struct oki_env *env,
    int64_t segment_bytes)
{
	ck_assert_int_eq(oki_audit_store_init(s, dir, REC_CODE, env),
	    ONSHI_OK);
	if (segment_bytes > 0)
		s->segment_bytes = segment_bytes;
}

void
rec_entry(struct oki_audit_entry *e, int i)
{
	static char id[17];

	memset(e, 0, sizeof(*e));
	(void)snprintf(id, sizeof(id), "%016x", (unsigned int)i / 2 + 1);
	e->event = i % 2 == 0 ? OKI_AUDIT_QUERY_INTENT :
	    OKI_AUDIT_QUERY_OUTCOME;
	e->outcome = OKI_AUDIT_OK;
	e->operator_id = "D0001";
	e->licence = "doctor:two-factor";
	e->terminal = "desk-1";
	e->patient = "P-000123";
	e->categories = "drugs,care";
	e->purpose = "care:consent";
	e->identity = "pin:12";
	e->consent = "granted:20261005101500:20261006101500";
	e->request_id = id;
	e->link = "TLSv1.3:0123456789abcdef";
	e->result = "ONSHI_OK:records=12:bytes=34567";
}

int
rec_append(struct oki_audit_store *s, int i)
{
	struct oki_audit_entry entry;
	struct onshi_error e;

	oki_error_clear(&e);
	rec_entry(&entry, i);

	return oki_audit_store_append(s, &entry, 0, &e);
}

int
rec_put(struct oki_audit *a, int i, struct onshi_error *e)
{
	struct oki_audit_entry entry;

	if (e != NULL)
		oki_error_clear(e);
	rec_entry(&entry, i);

	return oki_audit_append(a, &entry, NULL, e);
}

struct oki_audit_report
rec_verify(const char *dir, const uint8_t *k0, const char *head)
{
	return rec_verify_by(dir, k0, head, NULL);
}

struct oki_audit_report
rec_verify_by(const char *dir, const uint8_t *k0, const char *head,
    const struct oki_env *env)
{
	struct oki_audit_proof proof = { .k0 = k0, .env = env,
	    .years = OKI_AUDIT_YEARS };
	struct oki_audit_report report;
	struct oki_audit_head h;
	struct onshi_error e;

	oki_error_clear(&e);
	proof.head = head == NULL ? NULL : &h;
	if (head != NULL)
		ck_assert_int_eq(oki_audit_head_parse(head, &h), ONSHI_OK);
	ck_assert_int_eq(oki_audit_verify(dir, 0, &proof, &report, &e),
	    ONSHI_OK);

	return report;
}

void
rec_head(const char *dir, char head[96])
{
	struct onshi_audit *a;
	const char *text;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_head(a, &text), ONSHI_OK);
	(void)snprintf(head, 96, "%s", text);
	onshi_audit_free(&a);
}
