/* Where the entries of a root go: the fillings of the one table of sinks, and
 * the copies that are written beside it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

/* ---- the directory ------------------------------------------------------- */

static int
append_dir(struct oki_audit *a, const struct oki_audit_entry *entry,
    int32_t lock_ms, struct onshi_error *e)
{
	return oki_audit_store_append(&a->store, entry, lock_ms, e);
}

const struct oki_audit_sink oki_audit_sink_dir = { append_dir };

/* ---- a program's own ----------------------------------------------------- */

/* The line as it is, but for the chain, which such a sink has or has not. */
static int
append_own(struct oki_audit *a, const struct oki_audit_entry *entry,
    int32_t lock_ms, struct onshi_error *e)
{
	struct oki_audit_line line;
	struct oki_audit_stamp st;

	(void)lock_ms;
	st.n = a->n;
	st.wall_ms = oki_wall_ms(a->env);
	st.boot_ms = oki_boot_ms(a->env);
	memcpy(st.boot, a->store.boot, sizeof(st.boot));
	memcpy(st.institution, a->store.institution, sizeof(st.institution));
	if (oki_audit_line_make(entry, &st, &line) != ONSHI_OK)
		return oki_audit_fail(e, 0, "an entry that cannot be");
	if (a->own->entry(a->self, line.text, line.len) != 0)
		return oki_audit_fail(e, 0, "the program's own sink failed");
	a->n++;
	oki_audit_written(a->store.written, line.text, line.len);

	return ONSHI_OK;
}

const struct oki_audit_sink oki_audit_sink_own = { append_own };

/* ---- copies -------------------------------------------------------------- */

/* Each line ends with one LF here. A line there is no room for is dropped with
 * all of its like, and the copies are behind by an unknown number. */
void
oki_audit_written(struct oki_buf *to, const char *line, size_t len)
{
	if (to == NULL)
		return;
	if (oki_buf_append(to, line, len) != ONSHI_OK ||
	    (line[len - 1] != '\n' && oki_buf_byte(to, '\n') != ONSHI_OK))
		oki_buf_reset(to);
}

static void
copy_line(struct oki_audit *a, size_t i, const char *line, size_t len)
{
	struct oki_audit_copy *c = &a->copies[i];

	if (c->ops->entry(c->self, line, len) == 0) {
		c->behind = false;
		return;
	}
	c->behind = true;
	c->missed++;
	OKI_LOG(a->env, AUDIT, OKI_N(STEP, i + 1), OKI_N(COUNT, c->missed),
	    OKI_W(RESULT, onshi_result_name(ONSHI_E_CALLBACK)));
}

void
oki_audit_copy_all(struct oki_audit *a)
{
	char *line = (char *)a->written.data, *lf;
	size_t i;

	if (a->written.len == 0)
		return;
	for (; (lf = strchr(line, '\n')) != NULL; line = lf + 1) {
		*lf = '\0';
		for (i = 0; i < a->ncopies; i++)
			copy_line(a, i, line, (size_t)(lf - line));
	}
}

const char *
oki_audit_copy_text(const struct oki_audit *a, size_t i, char to[64])
{
	(void)snprintf(to, 64, "copy=%zu:missed=%" PRId64, i + 1,
	    a->copies[i].missed);

	return to;
}
