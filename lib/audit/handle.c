/* The public handle of a trail: begin it, prove it, read it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

#define RETENTION_MOST	100

struct onshi_audit {
	char			*dir;
	int			 years;
	struct onshi_error	 error;
	struct oki_audit_report	 report;	/* of the last verify */
	char			 head[24 + 2 * OKI_AUDIT_HASH];
	bool			 selecting;
	int32_t			 from;
	int32_t			 to;
	struct oki_audit_view	 view;
	struct oki_audit_reader	 reader;
	char			 line[OKI_AUDIT_LINE];
};

int
onshi_audit_new(const char *dir, struct onshi_audit **out)
{
	struct onshi_audit *a;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if (dir == NULL || dir[0] == '\0')
		return ONSHI_E_ARG;
	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&a->error);
	if ((a->dir = oki_strdup(dir)) == NULL) {
		oki_free(a);
		return ONSHI_E_NOMEM;
	}
	a->years = OKI_AUDIT_YEARS;
	*out = a;

	return ONSHI_OK;
}

static void
select_end(struct onshi_audit *a)
{
	if (!a->selecting)
		return;
	oki_audit_reader_close(&a->reader);
	oki_audit_view_close(&a->view);
	a->selecting = false;
}

void
onshi_audit_free(struct onshi_audit **ap)
{
	if (ap == NULL || *ap == NULL)
		return;
	select_end(*ap);
	oki_free((*ap)->dir);
	oki_free(*ap);
	*ap = NULL;
}

size_t
onshi_audit_key_size(void)
{
	return OKI_AUDIT_KEY_TEXT;
}

/* *used is NULL where there is no key. */
static int
read_key(struct onshi_audit *a, const char *key, uint8_t k0[OKI_AUDIT_HASH],
    const uint8_t **used)
{
	struct oki_audit_sums sums;
	int r;

	*used = NULL;
	if (key == NULL)
		return ONSHI_OK;
	if ((r = oki_audit_sums_open(&sums)) != ONSHI_OK)
		return oki_fail(&a->error, r, "no memory for a hash");
	if ((r = oki_audit_key_parse(&sums, key, k0)) != ONSHI_OK)
		r = oki_fail(&a->error, r, "the verification key is mistyped");
	else
		*used = k0;
	oki_audit_sums_close(&sums);

	return r;
}

/* What could fail at the end is made before anything is. */
static int
start(struct onshi_audit *a, const char *institution_code, char *key,
    size_t keylen, struct oki_audit_store *store)
{
	int r;

	if (key == NULL || keylen < OKI_AUDIT_KEY_TEXT)
		return oki_fail(&a->error, ONSHI_E_ARG,
		    "room for the key: onshi_audit_key_size");
	key[0] = '\0';
	if (!oki_is_digits(institution_code, 10, 10))
		return oki_fail(&a->error, ONSHI_E_VALUE,
		    "an institution code has 10 digits");
	if ((r = oki_audit_store_init(store, a->dir, institution_code,
	    NULL)) != ONSHI_OK)
		r = oki_fail(&a->error, r, "memory");

	return r;
}

int
onshi_audit_init(struct onshi_audit *a, const char *institution_code,
    char *key, size_t keylen)
{
	struct oki_audit_store store = { .path = NULL };
	uint8_t k0[OKI_AUDIT_HASH] = { 0 };
	int r;

	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if ((r = start(a, institution_code, key, keylen, &store)) ==
	    ONSHI_OK && (r = oki_audit_store_begin(&store, OKI_AUDIT_LOCK_MS,
	    k0, &a->error)) == ONSHI_OK)
		memcpy(key, store.key_text, sizeof(store.key_text));
	oki_audit_store_free(&store);
	oki_wipe(k0, sizeof(k0));

	return r;
}

int
onshi_audit_reseal(struct onshi_audit *a, const char *institution_code,
    const char *old_key, uint32_t flags, char *key, size_t keylen)
{
	struct oki_audit_store store = { .path = NULL };
	uint8_t k0[OKI_AUDIT_HASH] = { 0 }, old[OKI_AUDIT_HASH] = { 0 };
	const uint8_t *used;
	int r;

	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if (flags != ONSHI_AUDIT_ACCEPT_LOSS)
		return oki_fail(&a->error, ONSHI_E_ARG,
		    "ONSHI_AUDIT_ACCEPT_LOSS, and no other flag");
	if ((r = start(a, institution_code, key, keylen, &store)) ==
	    ONSHI_OK && (r = read_key(a, old_key, old, &used)) == ONSHI_OK &&
	    (r = oki_audit_reseal(&store, used, OKI_AUDIT_LOCK_MS, k0,
	    &a->error)) == ONSHI_OK)
		memcpy(key, store.key_text, sizeof(store.key_text));
	oki_audit_store_free(&store);
	oki_wipe(k0, sizeof(k0));
	oki_wipe(old, sizeof(old));

	return r;
}

int
onshi_audit_verify(struct onshi_audit *a, const char *key, const char *head,
    int *out)
{
	struct oki_audit_proof proof = { .years = 0 };
	struct oki_audit_head h;
	uint8_t k0[OKI_AUDIT_HASH] = { 0 };
	int r;

	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	memset(&a->report, 0, sizeof(a->report));
	if (out == NULL)
		return oki_fail(&a->error, ONSHI_E_ARG, "no room for a verdict");
	*out = ONSHI_AUDIT_UNREADABLE;
	if (head != NULL && oki_audit_head_parse(head, &h) != ONSHI_OK)
		return oki_fail(&a->error, ONSHI_E_VALUE,
		    "a head is N:HASH, at least 24 digits of it");
	proof.head = head == NULL ? NULL : &h;
	proof.years = a->years;
	if ((r = read_key(a, key, k0, &proof.k0)) == ONSHI_OK &&
	    (r = oki_audit_verify(a->dir, OKI_AUDIT_LOCK_MS, &proof,
	    &a->report, &a->error)) == ONSHI_OK)
		*out = a->report.verdict;
	oki_wipe(k0, sizeof(k0));

	return r;
}

int64_t
onshi_audit_entries(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.entries;
}

int64_t
onshi_audit_first_bad(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.first_bad;
}

int64_t
onshi_audit_unmatched(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.unmatched;
}

int64_t
onshi_audit_clock_jumps(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.clock_jumps;
}

int64_t
onshi_audit_pruned(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.pruned;
}

int64_t
onshi_audit_missed(const struct onshi_audit *a)
{
	return a == NULL ? 0 : a->report.missed;
}

int
onshi_audit_head(struct onshi_audit *a, const char **head)
{
	struct oki_audit_view view;
	char hex[2 * OKI_AUDIT_HASH + 1];
	int r;

	if (head != NULL)
		*head = NULL;
	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if (head == NULL)
		return oki_fail(&a->error, ONSHI_E_ARG, "no room for a head");
	if ((r = oki_audit_view_open(a->dir, OKI_AUDIT_LOCK_MS, &view,
	    &a->error)) != ONSHI_OK)
		return r;
	if (!view.has_state)
		r = oki_audit_fail(&a->error, 0, "audit.state is damaged");
	else if (view.mark.n == 1)
		r = oki_fail(&a->error, ONSHI_E_AUDIT_GONE,
		    "audit init has not finished");
	else {
		oki_hex(hex, view.mark.hash, OKI_AUDIT_HASH);
		(void)snprintf(a->head, sizeof(a->head), "%" PRIu64 ":%s",
		    view.mark.n - 1, hex);
		*head = a->head;
	}
	oki_audit_view_close(&view);

	return r;
}

static bool
is_date(int32_t yyyymmdd)
{
	char text[9];
	int32_t again;

	oki_date_format(text, yyyymmdd);

	return yyyymmdd > 0 && oki_date_parse(text, &again) &&
	    again == yyyymmdd;
}

int
onshi_audit_set_retention(struct onshi_audit *a, int years)
{
	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if (years < 1 || years > RETENTION_MOST)
		return oki_fail(&a->error, ONSHI_E_VALUE,
		    "a retention is 1 to %d years", RETENTION_MOST);
	a->years = years;

	return ONSHI_OK;
}

int
onshi_audit_prune(struct onshi_audit *a, const char *key, int32_t before,
    int64_t *removed)
{
	struct oki_audit_prune what = { .before = before };
	struct oki_audit_store store;
	uint8_t k0[OKI_AUDIT_HASH] = { 0 };
	int r;

	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if (removed == NULL)
		return oki_fail(&a->error, ONSHI_E_ARG, "no room for a count");
	*removed = 0;
	if (!is_date(before))
		return oki_fail(&a->error, ONSHI_E_VALUE,
		    "a date is yyyymmdd");
	what.years = a->years;
	if ((r = read_key(a, key, k0, &what.k0)) != ONSHI_OK)
		return r;
	if ((r = oki_audit_store_init(&store, a->dir, "", NULL)) != ONSHI_OK)
		r = oki_fail(&a->error, r, "memory");
	else
		r = oki_audit_prune(&store, &what, OKI_AUDIT_LOCK_MS, removed,
		    &a->error);
	oki_audit_store_free(&store);
	oki_wipe(k0, sizeof(k0));

	return r;
}

int
onshi_audit_select(struct onshi_audit *a, int32_t from, int32_t to)
{
	int r;

	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	select_end(a);
	if ((from != 0 && !is_date(from)) || (to != 0 && !is_date(to)))
		return oki_fail(&a->error, ONSHI_E_VALUE,
		    "a date is yyyymmdd, or 0");
	if ((r = oki_audit_view_open(a->dir, OKI_AUDIT_LOCK_MS, &a->view,
	    &a->error)) != ONSHI_OK)
		return r;
	if ((r = oki_audit_reader_open(&a->reader, &a->view, &a->error)) !=
	    ONSHI_OK) {
		oki_audit_view_close(&a->view);
		return r;
	}
	a->selecting = true;
	a->from = from;
	a->to = to;

	return ONSHI_OK;
}

static bool
is_within(const struct onshi_audit *a, int64_t wall_ms)
{
	int32_t day = oki_date_of(wall_ms / 1000);

	return (a->from == 0 || day >= a->from) && (a->to == 0 || day <= a->to);
}

int
onshi_audit_next(struct onshi_audit *a, const char **line, size_t *len)
{
	enum oki_audit_piece piece;
	const char *bytes;
	int64_t wall_ms;
	size_t n;
	int r;

	if (line != NULL)
		*line = NULL;
	if (len != NULL)
		*len = 0;
	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if (line == NULL || len == NULL)
		return oki_fail(&a->error, ONSHI_E_ARG, "no room for a line");
	if (!a->selecting)
		return oki_fail(&a->error, ONSHI_E_STATE,
		    "nothing is selected");
	do {
		if ((r = oki_audit_reader_next(&a->reader, &piece, &bytes, &n,
		    &a->error)) != ONSHI_OK)
			return r;
		if (piece == OKI_AUDIT_PIECE_END)
			return ONSHI_END;
		if (piece == OKI_AUDIT_PIECE_SHORT)
			return oki_audit_fail(&a->error, 0,
			    "the log is shorter than its state: verify it");
		if (piece == OKI_AUDIT_PIECE_REST ||
		    !oki_audit_line_time(bytes, n, &wall_ms))
			return oki_audit_fail(&a->error, 0,
			    "an entry is damaged: verify the trail");
	} while (!is_within(a, wall_ms));
	memcpy(a->line, bytes, n - 1);
	a->line[n - 1] = '\0';
	*line = a->line;
	*len = n - 1;

	return ONSHI_OK;
}

const struct onshi_error *
onshi_audit_error(const struct onshi_audit *a)
{
	static const struct onshi_error none = { .code = ONSHI_E_ARG,
	    .tries = -1, .sw = -1 };

	return a == NULL ? &none : &a->error;
}
