/* The doctor: readers, journal, audit trail, sealed visits, versions. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "visit/doctor.h"

#define READERS_MS	6000
#define OLD_MS		172800000	/* sealed visits are over long before */

/* ---- versions -------------------------------------------------------------- */

void
oki_doctor_versions(struct onshi_doctor *d)
{
	char text[192];

	(void)snprintf(text, sizeof(text), "libonshikaku %s, OpenSSL %s, "
	    "libcurl %s, libxml2 %s, jansson %s, ZIP %s", onshi_version(),
	    oki_crypto_version(), oki_link_version(), oki_xml_version(),
	    oki_json_version(),
	    oki_link_has_zip() ? "yes" : "no");
	oki_doctor_found(d, OKI_FOUND_VERSIONS, NULL, text);
}

/* ---- readers ----------------------------------------------------------------- */

static void
tell_readers(struct onshi_doctor *d, const struct oki_reader_state *states,
    size_t n)
{
	const char *part = oki_config_text(d->config, OKI_READER_NAME);
	size_t i, fit = 0;

	for (i = 0; i < n; i++) {
		if (!oki_reader_is_meant(states, n, part, i))
			continue;
		fit++;
		if (states[i].hanging)
			oki_doctor_found(d, OKI_FOUND_READER_HANGS, NULL,
			    states[i].name);
		else if (states[i].second)
			oki_doctor_found(d, OKI_FOUND_READER_BUSY, NULL,
			    states[i].name);
		else
			oki_doctor_found(d, OKI_FOUND_READER_OK, NULL,
			    states[i].name);
	}
	if (n == 0)
		oki_doctor_found(d, OKI_FOUND_READER_NONE, NULL, NULL);
	else if (fit == 0)
		oki_doctor_found(d, OKI_FOUND_READER_OTHER, NULL, part);
}

/* A site with folders makes its checks by card at the official reader. */
static bool
are_needed(const struct onshi_doctor *d)
{
	const char *part = oki_config_text(d->config, OKI_READER_NAME);

	return !oki_doctor_has_link(d, "folder") ||
	    (part != NULL && *part != '\0');
}

void
oki_doctor_readers(struct onshi_doctor *d)
{
	struct oki_reader_state states[OKI_READERS];
	struct oki_readers *rs = NULL;
	struct onshi_error e;
	struct oki_wait w;
	size_t n = 0;
	int r;

	if (!are_needed(d)) {
		oki_doctor_found(d, OKI_FOUND_READER_UNNEEDED, NULL, NULL);
		return;
	}
	oki_error_clear(&e);
	oki_wait_init(&w, d->env, READERS_MS, NULL);
	if ((r = oki_readers_new(d->env, &rs, &e)) == ONSHI_OK)
		r = oki_readers_list(rs, &w, states, OKI_READERS, &n, &e);
	if (r == ONSHI_OK)
		tell_readers(d, states, n);
	else if (r == ONSHI_E_READER_NONE)
		oki_doctor_found(d, OKI_FOUND_READER_NONE, NULL, NULL);
	else
		oki_doctor_found(d, OKI_FOUND_READER_SERVICE, NULL,
		    onshi_error_text(&e));
	oki_readers_free(&rs);
}

/* ---- the journal -------------------------------------------------------------- */

static void
count_requests(struct onshi_doctor *d)
{
	static const enum oki_found found[] = {
		[ONSHI_REQUEST_AWAITED] = OKI_FOUND_JOURNAL_AWAITED,
		[ONSHI_REQUEST_UNCERTAIN] = OKI_FOUND_JOURNAL_UNCERTAIN,
		[ONSHI_REQUEST_LATE] = OKI_FOUND_JOURNAL_LATE
	};
	int64_t count[OKI_COUNT(found)] = { 0 };
	struct oki_request q;
	size_t i;
	int r;

	for (i = 0; (r = oki_link_journal_at(d->link, i, &q)) == ONSHI_OK; i++)
		if (q.state > 0 && (size_t)q.state < OKI_COUNT(found))
			count[q.state]++;
	if (r != ONSHI_END)
		oki_doctor_found(d, OKI_FOUND_JOURNAL_BAD, NULL, NULL);
	for (i = 1; i < OKI_COUNT(found); i++)
		if (count[i] > 0)
			oki_doctor_counted(d, found[i], NULL, NULL, count[i]);
}

void
oki_doctor_journal(struct onshi_doctor *d)
{
	const char *path = oki_config_text(d->config, OKI_LINK_JOURNAL_DIR);
	bool folder = oki_doctor_has_link(d, "folder");
	struct oki_dir *dir = NULL;

	if (!folder && !oki_config_has(d->config, OKI_LINK_FACE_DIR))
		return;
	if (path != NULL && oki_dir_open(path, &dir, NULL) == ONSHI_OK) {
		if (oki_dir_is_remote(dir))
			oki_doctor_found(d, OKI_FOUND_JOURNAL_REMOTE, NULL,
			    NULL);
		oki_doctor_disk_of(d, dir, oki_config_key_name(
		    OKI_LINK_JOURNAL_DIR));
	}
	oki_dir_close(&dir);
	if (!folder || d->link == NULL)
		return;
	count_requests(d);
	if (oki_doctor_bad(d, "journal") == 0)
		oki_doctor_found(d, OKI_FOUND_JOURNAL_OK, NULL, NULL);
}

/* ---- the audit trail ------------------------------------------------------------ */

static void
look_trail_disk(struct onshi_doctor *d)
{
	struct oki_dir *dir;

	if (oki_dir_open(oki_config_text(d->config, OKI_AUDIT_DIR), &dir,
	    NULL) != ONSHI_OK)
		return;
	oki_doctor_disk_of(d, dir, oki_config_key_name(OKI_AUDIT_DIR));
	oki_dir_close(&dir);
}

void
oki_doctor_trail(struct onshi_doctor *d)
{
	struct onshi_error e;
	size_t gaps = 0;
	void *self;
	int r;

	if (oki_config_audit(d->config, &self) != NULL) {
		oki_doctor_found(d, OKI_FOUND_TRAIL_OK, NULL, NULL);
		return;
	}
	if (!oki_config_has(d->config, OKI_AUDIT_DIR)) {
		oki_doctor_found(d, OKI_FOUND_TRAIL_NONE, NULL, NULL);
		return;
	}
	look_trail_disk(d);
	oki_error_clear(&e);
	if ((r = oki_audit_look(d->env, &gaps, &e)) == ONSHI_E_AUDIT_GONE)
		oki_doctor_found(d, OKI_FOUND_TRAIL_GONE, NULL,
		    onshi_error_text(&e));
	else if (r != ONSHI_OK)
		oki_doctor_found(d, OKI_FOUND_TRAIL_BAD, NULL,
		    onshi_error_text(&e));
	else if (gaps > 0)
		oki_doctor_counted(d, OKI_FOUND_TRAIL_GAP, NULL, NULL,
		    (int64_t)gaps);
	else
		oki_doctor_found(d, OKI_FOUND_TRAIL_OK, NULL, NULL);
}

/* ---- sealed visits --------------------------------------------------------------- */

static bool
can_write(struct oki_dir *dir, int64_t *now_ms)
{
	char name[64];

	if (oki_random_hex(name, 16) != ONSHI_OK)
		return false;
	(void)oki_copy(name + 32, sizeof(name) - 32, ".tmp");

	return oki_dir_clock_ms(dir, name, now_ms, NULL) == ONSHI_OK;
}

static void
count_sealed(struct onshi_doctor *d, struct oki_dir *dir, int64_t now_ms)
{
	struct oki_file_facts facts;
	char **names;
	size_t i, n, len;
	int64_t visits = 0, old = 0;

	if (oki_dir_names(dir, &names, &n, NULL) != ONSHI_OK) {
		oki_doctor_found(d, OKI_FOUND_SEALED_GONE, NULL, NULL);
		return;
	}
	for (i = 0; i < n; i++) {
		len = strlen(names[i]);
		if (len > 6 && strcmp(names[i] + len - 6, ".visit") == 0)
			visits++;
		if (oki_dir_look(dir, names[i], &facts, NULL) == ONSHI_OK &&
		    now_ms - facts.changed_ms > OLD_MS)
			old++;
	}
	oki_dir_names_free(&names, n);
	oki_doctor_counted(d, old > 0 ? OKI_FOUND_SEALED_OLD :
	    OKI_FOUND_SEALED_OK, NULL, NULL, old > 0 ? old : visits);
}

void
oki_doctor_sealed(struct onshi_doctor *d)
{
	const char *path = oki_config_text(d->config, OKI_VISITS_DIR);
	int64_t now_ms = oki_wall_ms(d->env);
	struct oki_dir *dir;

	if (path == NULL || *path == '\0')
		return;
	if (oki_dir_open(path, &dir, NULL) != ONSHI_OK) {
		oki_doctor_found(d, OKI_FOUND_SEALED_GONE, NULL, NULL);
		return;
	}
	oki_doctor_disk_of(d, dir, oki_config_key_name(OKI_VISITS_DIR));
	if (can_write(dir, &now_ms))
		count_sealed(d, dir, now_ms);
	else
		oki_doctor_found(d, OKI_FOUND_SEALED_WRITE, NULL, NULL);
	oki_dir_close(&dir);
}
