/* A root with mock readers, and a card handle: by the public headers. */
#ifndef TESTS_CARD_DESK_H
#define TESTS_CARD_DESK_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <onshikaku.h>

#include "tests/mock/reader_mock.h"

struct desk {
	struct onshi		*root;
	struct onshi_card	*card;
};

/* What a test sets beside, if anything. */
static void (*desk_more)(struct onshi_config *c);

/* A root wants a link; no card needs one. */
static int
desk_carries(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_NONE;
}

static int
desk_session(void *self, int32_t ms, void **session)
{
	(void)self;
	(void)ms;
	*session = NULL;

	return ONSHI_E_NETWORK;
}

static int
desk_exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self;
	(void)session;
	(void)x;

	return ONSHI_E_NETWORK;
}

static void
desk_end(void *self, void *session)
{
	(void)self;
	(void)session;
}

static void
desk_config(struct onshi_config *c, struct desk *d)
{
	const struct onshi_link_ops link = { .size = sizeof(link),
	    .carries = desk_carries, .open = desk_session,
	    .exchange = desk_exchange, .close = desk_end };
	char ca[4096];
	size_t len = mock_ca_pem(ca, sizeof(ca));

	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    "1319999996"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.kind", "medical"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "reader.deadline_ms", "1000"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_bytes(c, "card.ca_file",
	    (const uint8_t *)ca, len), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_link(c, &link, d), ONSHI_OK);
	if (desk_more != NULL)
		desk_more(c);
}

/* Readers "Desk 1" ...; never those of the machine that the test runs on. */
static void
desk_open(struct desk *d, struct mock *m, size_t n)
{
	struct onshi_config *c;
	char name[32];

	ck_assert_int_eq(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd",
	    1), 0);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	desk_config(c, d);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "Desk %zu", i + 1);
		ck_assert_int_eq(onshi_config_add_reader(c, name, &mock_ops,
		    &m[i]), ONSHI_OK);
	}
	ck_assert_msg(onshi_new(ONSHI_ABI, c, &d->root) == ONSHI_OK, "%s",
	    onshi_error_text(onshi_config_error(c)));
	onshi_config_free(&c);
	ck_assert_int_eq(onshi_card_new(d->root, &d->card), ONSHI_OK);
}

static void
desk_close(struct desk *d)
{
	onshi_card_free(&d->card);
	onshi_free(&d->root);
}

#endif
