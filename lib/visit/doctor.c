/* The doctor: what it found, as programs see it. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "visit/doctor.h"

#define DETAIL	200
#define MOST	400		/* findings */

struct oki_finding {
	const char	*check;
	enum oki_found	 what;
	char		*text[2];
};

#define F(id, check, result, owner, en, ja, remedy_en, remedy_ja)	\
	{ check, ONSHI_HEALTH_##result, ONSHI_OWNER_##owner, { en, ja },	\
	    { remedy_en, remedy_ja } },
static const struct row {
	const char	*check;
	int		 result;
	int		 owner;
	const char	*text[2];	/* English, Japanese */
	const char	*remedy[2];
} rows[] = {
#include "visit/doctor.def"
};
#undef F

static void	(*const checks[])(struct onshi_doctor *) = {
	oki_doctor_config, oki_doctor_versions, oki_doctor_readers,
	oki_doctor_certificates, oki_doctor_link, oki_doctor_folders,
	oki_doctor_journal, oki_doctor_trail, oki_doctor_sealed,
	oki_doctor_disk
};

static const char *const healths[] = { "ok", "note", "wrong" };

static const struct {
	const char	*name;
	const char	*text[2];
} owners[] = {
	[ONSHI_OWNER_FACILITY] = { "facility", { "this facility", "院内" } },
	[ONSHI_OWNER_VENDOR] = { "vendor", { "the system's vendor",
	    "システムの保守業者" } },
	[ONSHI_OWNER_LINE] = { "line", { "the line's provider",
	    "回線事業者" } },
	[ONSHI_OWNER_AGENCY] = { "agency", { "who runs the service",
	    "オンライン資格確認等システム側" } },
	[ONSHI_OWNER_LIBRARY] = { "library", { "libonshikaku",
	    "libonshikaku" } }
};

/* ---- what was found ------------------------------------------------------- */

static void
forget(struct onshi_doctor *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		oki_free(d->findings[i].text[0]);
		oki_free(d->findings[i].text[1]);
	}
	oki_free(d->findings);
	d->findings = NULL;
	d->n = d->room = 0;
	d->broken = false;
	d->least = -1;
}

static char *
with_detail(const char *text, const char *detail, const char *between)
{
	struct oki_buf b;
	char *whole = NULL;

	oki_buf_init(&b, 2048);
	if (oki_buf_text(&b, text) == ONSHI_OK &&
	    (detail == NULL || *detail == '\0' ||
	    (oki_buf_text(&b, between) == ONSHI_OK &&
	    oki_buf_text(&b, detail) == ONSHI_OK)))
		whole = oki_strdup((const char *)b.data);
	oki_buf_free(&b);

	return whole;
}

static bool
make_room(struct onshi_doctor *d)
{
	size_t room = d->room + 16;
	struct oki_finding *more;

	if (d->n < d->room)
		return true;
	if (d->n >= MOST ||
	    (more = oki_alloc_array(room, sizeof(*more))) == NULL)
		return false;
	if (d->n > 0)
		memcpy(more, d->findings, d->n * sizeof(*more));
	oki_free(d->findings);
	d->findings = more;
	d->room = room;

	return true;
}

void
oki_doctor_found(struct onshi_doctor *d, enum oki_found what,
    const char *check, const char *detail)
{
	const struct row *row = &rows[what];
	struct oki_finding *f;

	if (!make_room(d)) {
		d->broken = true;
		return;
	}
	f = &d->findings[d->n];
	f->what = what;
	f->check = row->check != NULL ? row->check : check;
	f->text[0] = with_detail(row->text[0], detail, ": ");
	f->text[1] = with_detail(row->text[1], detail, "：");
	d->n++;
	if (f->text[0] == NULL || f->text[1] == NULL)
		d->broken = true;
}

void
oki_doctor_counted(struct onshi_doctor *d, enum oki_found what,
    const char *check, const char *of, int64_t n)
{
	char detail[DETAIL] = "";
	struct oki_buf b;

	oki_buf_init(&b, DETAIL - 1);
	if (oki_buf_format(&b, of == NULL ? "%s%" PRId64 : "%s (%" PRId64 ")",
	    of == NULL ? "" : of, n) == ONSHI_OK)
		(void)oki_copy(detail, sizeof(detail), (const char *)b.data);
	oki_buf_free(&b);
	oki_doctor_found(d, what, check, detail);
}

size_t
oki_doctor_bad(const struct onshi_doctor *d, const char *check)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++)
		if (rows[d->findings[i].what].result != ONSHI_HEALTH_OK &&
		    oki_text_equal(d->findings[i].check, check))
			n++;

	return n;
}

/* ---- the calls -------------------------------------------------------------- */

int
onshi_doctor_new(const struct onshi_config *c, struct onshi_doctor **out)
{
	union {
		const struct onshi_config *given;
		struct onshi_config *kept;
	} u = { .given = c };	/* counted and frozen, no value is changed */
	struct onshi_doctor *d;
	bool froze;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if (c == NULL)
		return ONSHI_E_ARG;
	if ((d = oki_alloc(sizeof(*d))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&d->error);
	froze = oki_config_freeze(u.kept);
	if ((r = oki_env_new(u.kept, &d->env)) != ONSHI_OK) {
		if (froze)
			oki_config_thaw(u.kept);
		oki_free(d);
		return r;
	}
	d->config = u.kept;
	*out = d;

	return ONSHI_OK;
}

void
onshi_doctor_free(struct onshi_doctor **dp)
{
	struct onshi_doctor *d;

	if (dp == NULL || (d = *dp) == NULL)
		return;
	*dp = NULL;
	forget(d);
	oki_config_thaw_last(d->config);
	oki_env_free(&d->env);
	oki_free(d);
}

int
onshi_doctor_run(struct onshi_doctor *d)
{
	size_t i;

	if (d == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&d->error);
	forget(d);
	for (i = 0; i < OKI_COUNT(checks); i++)
		checks[i](d);
	oki_link_free(&d->link);
	if (!d->broken)
		return ONSHI_OK;
	forget(d);

	return oki_fail(&d->error, ONSHI_E_NOMEM, "no memory for a finding");
}

int
onshi_doctor_at(const struct onshi_doctor *d, size_t i, const char **check,
    int *result, int *owner)
{
	const struct row *row;

	if (check != NULL)
		*check = NULL;
	if (d == NULL || check == NULL || result == NULL || owner == NULL)
		return ONSHI_E_ARG;
	if (i >= d->n)
		return ONSHI_END;
	row = &rows[d->findings[i].what];
	*check = d->findings[i].check;
	*result = row->result;
	*owner = row->owner;

	return ONSHI_OK;
}

const char *
onshi_doctor_text(const struct onshi_doctor *d, size_t i, const char *lang)
{
	return d == NULL || i >= d->n ? "" :
	    d->findings[i].text[oki_text_equal(lang, "ja") ? 1 : 0];
}

const char *
onshi_doctor_remedy(const struct onshi_doctor *d, size_t i, const char *lang)
{
	return d == NULL || i >= d->n ? "" : rows[d->findings[i].what].
	    remedy[oki_text_equal(lang, "ja") ? 1 : 0];
}

const struct onshi_error *
onshi_doctor_error(const struct onshi_doctor *d)
{
	return d == NULL ? oki_no_handle() : &d->error;
}

const char *
onshi_health_name(int result)
{
	return result >= 0 && (size_t)result < OKI_COUNT(healths) ?
	    healths[result] : NULL;
}

const char *
onshi_owner_name(int owner)
{
	return owner > 0 && (size_t)owner < OKI_COUNT(owners) ?
	    owners[owner].name : NULL;
}

const char *
onshi_owner_text(int owner, const char *lang)
{
	return onshi_owner_name(owner) == NULL ? "" :
	    owners[owner].text[oki_text_equal(lang, "ja") ? 1 : 0];
}
