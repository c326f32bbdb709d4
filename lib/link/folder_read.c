/* The folder link: a file that somebody else writes (messages.md 1.6). */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define STUCK_MS	10000	/* what stands still for so long will not grow */
#define SPACE		" \t\r\n"
#define ZIP_END		22	/* of a ZIP, without a comment */

bool
oki_is_zip(const uint8_t *p, size_t len)
{
	return len >= 4 && memcmp(p, "PK\3\4", 4) == 0;
}

static bool
is_whole_zip(const uint8_t *p, size_t len)
{
	return len >= ZIP_END && memcmp(p + len - ZIP_END, "PK\5\6", 4) == 0;
}

/* The name of the first element, behind declaration and comments. */
static const uint8_t *
root_name(const uint8_t *p, size_t len, size_t *namelen)
{
	const uint8_t *end = p + len, *name;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL && ++p < end)
		if (*p != '?' && *p != '!') {
			name = p;
			while (p < end && strchr(SPACE "/>", *p) == NULL)
				p++;
			*namelen = (size_t)(p - name);
			return p < end && p > name ? name : NULL;
		}

	return NULL;
}

/* It ends with the end of the element that it begins with. What else stands
 * behind a document is not seen, and waits a little longer. */
bool
oki_is_whole(const uint8_t *p, size_t len)
{
	const uint8_t *name, *end = p + len;
	size_t n;

	if (oki_is_zip(p, len))
		return is_whole_zip(p, len);
	if ((name = root_name(p, len, &n)) == NULL)
		return false;
	while (end > name && strchr(SPACE, end[-1]) != NULL && end[-1] != 0)
		end--;
	if (end == name || *--end != '>')
		return false;
	if (end > name && end[-1] == '/')
		return memchr(name, '<', (size_t)(end - name)) == NULL;
	while (end > name && strchr(SPACE, end[-1]) != NULL && end[-1] != 0)
		end--;

	return (size_t)(end - name) > 2 * n + 2 &&
	    memcmp(end - n, name, n) == 0 && end[-(ptrdiff_t)n - 1] == '/' &&
	    end[-(ptrdiff_t)n - 2] == '<';
}

bool
oki_is_others(const uint8_t *p, size_t len, const char *mark)
{
	static const char tag[] = "<ArbitraryFileIdentifier>";
	const uint8_t *end = p + len, *lt;
	size_t n = sizeof(tag) - 1;

	if (mark == NULL || *mark == '\0')
		return false;
	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if ((size_t)(end - p) > n && memcmp(p, tag, n) == 0) {
			p += n;
			lt = memchr(p, '<', (size_t)(end - p));
			return lt != NULL && lt > p && !oki_equal(p,
			    (size_t)(lt - p), mark, strlen(mark));
		}
		p++;
	}

	return false;
}

/* One reading: everything, and how the file was before it. */
static int
read_once(struct oki_dir *d, const char *name, struct oki_buf *out,
    struct oki_file_facts *facts)
{
	struct oki_file *f;
	int64_t sys = 0;
	size_t got = 0;
	int r;

	oki_buf_reset(out);
	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_ABSENT :
		    r == ONSHI_E_NOMEM ? r : ONSHI_NEED_WAIT;
	if ((r = oki_file_facts(f, facts, &sys)) != ONSHI_OK)
		r = ONSHI_NEED_WAIT;
	else if ((uint64_t)facts->size > out->max)
		r = ONSHI_E_TOO_BIG;
	else if ((r = oki_buf_reserve(out, (size_t)facts->size)) == ONSHI_OK) {
		r = oki_file_read(f, 0, out->data, (size_t)facts->size, &got,
		    &sys);
		if (r != ONSHI_OK || got != (size_t)facts->size)
			r = ONSHI_NEED_WAIT;
		out->len = got;
	}
	oki_file_close(&f);

	return r;
}

/* Whether it is as it was when it was seen last; notes how it is now. */
static int
stands_still(struct oki_folder *f, struct oki_sight *s,
    const struct oki_buf *b, const struct oki_file_facts *facts, bool *still)
{
	uint8_t digest[OKI_SHA256];
	int r;

	if ((r = oki_sha256(b->data, b->len, digest)) != ONSHI_OK)
		return r;
	*still = s->seen && s->size == facts->size &&
	    s->changed_ms == facts->changed_ms &&
	    memcmp(s->digest, digest, sizeof(digest)) == 0;
	if (!*still)
		s->since_ms = oki_steady_ms(f->env);
	s->seen = true;
	s->size = facts->size;
	s->changed_ms = facts->changed_ms;
	memcpy(s->digest, digest, sizeof(digest));

	return ONSHI_OK;
}

/* The bytes that count are the second reading's, which were the first's. */
int
oki_folder_read(struct oki_folder *f, struct oki_dir *d, const char *name,
    bool opaque, struct oki_sight *s, struct oki_buf *out)
{
	struct oki_file_facts facts;
	int64_t still_ms;
	bool still;
	int r;

	if ((r = read_once(d, name, out, &facts)) != ONSHI_OK ||
	    (r = stands_still(f, s, out, &facts, &still)) != ONSHI_OK)
		return r;
	if (!opaque && oki_is_whole(out->data, out->len)) {
		if ((r = read_once(d, name, out, &facts)) != ONSHI_OK ||
		    (r = stands_still(f, s, out, &facts, &still)) != ONSHI_OK)
			return r;
		return still ? ONSHI_OK : ONSHI_NEED_WAIT;
	}
	still_ms = oki_steady_ms(f->env) - s->since_ms;

	return still && still_ms >= (opaque ? f->settle_ms : STUCK_MS) ?
	    ONSHI_OK : ONSHI_NEED_WAIT;
}
