/* The folder link: a file that somebody else writes (messages.md 1.6). */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define STUCK_MS	10000	/* what stands still for so long will not grow */
#define SPACE		" \t\r\n"
#define ZIP_END		22	/* of a ZIP, without a comment */
#define LARGE		1048576	/* bytes: not held in memory */
#define PIECE		65536u
#define EDGE		65536u

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
	const uint8_t *name, *end;
	size_t n;

	if (len == 0)			/* then there may be no p */
		return false;
	if (oki_is_zip(p, len))
		return is_whole_zip(p, len);
	end = p + len;
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
	const uint8_t *end, *lt;
	size_t n = sizeof(tag) - 1;

	if (len == 0 || mark == NULL || *mark == '\0')
		return false;
	end = p + len;
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

/* One reading, piece by piece: how the file was before it, and the digest of
 * all of it. */
static int
read_pieces(struct oki_dir *d, const char *name, size_t max,
    int (*each)(void *self, const uint8_t *p, size_t len), void *self,
    struct oki_file_facts *facts, uint8_t digest[OKI_SHA256])
{
	struct oki_hash *h = NULL;
	struct oki_file *f;
	uint8_t *piece;
	int64_t at = 0, sys = 0;
	size_t got;
	int r;

	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_ABSENT :
		    r == ONSHI_E_NOMEM ? r : ONSHI_NEED_WAIT;
	if ((piece = oki_alloc(PIECE)) == NULL)
		r = ONSHI_E_NOMEM;
	else if (oki_file_facts(f, facts, &sys) != ONSHI_OK)
		r = ONSHI_NEED_WAIT;
	else if ((uint64_t)facts->size > max)
		r = ONSHI_E_TOO_BIG;
	else
		r = oki_hash_new(&h);
	for (; r == ONSHI_OK && at < facts->size; at += (int64_t)got) {
		r = oki_file_read(f, at, piece, PIECE, &got, &sys);
		if (r != ONSHI_OK || got == 0)
			r = ONSHI_NEED_WAIT;
		else if ((r = oki_hash_update(h, piece, got)) == ONSHI_OK)
			r = each(self, piece, got);
	}
	if (r == ONSHI_OK)
		r = at == facts->size ? oki_hash_final(h, digest) :
		    ONSHI_NEED_WAIT;
	oki_hash_free(&h);
	oki_free(piece);
	oki_file_close(&f);

	return r;
}

/* What tells whether it is whole, and whose: its beginning and its end. */
static int
keep_edges(void *self, const uint8_t *p, size_t len)
{
	struct oki_buf *b = self;
	size_t first = EDGE - (b->len < EDGE ? b->len : EDGE), over;
	int r;

	if (first > len)
		first = len;
	if ((r = oki_buf_append(b, p, first)) != ONSHI_OK ||
	    (r = oki_buf_append(b, p + first, len - first)) != ONSHI_OK)
		return r;
	if (b->len > 2 * EDGE) {
		over = b->len - 2 * EDGE;
		memmove(b->data + EDGE, b->data + EDGE + over, EDGE);
		b->len -= over;
	}

	return ONSHI_OK;
}

static int
keep_all(void *self, const uint8_t *p, size_t len)
{
	return oki_buf_append(self, p, len);
}

/* Whether it is as it was when it was seen last; notes how it is now. */
static bool
stands_still(struct oki_folder *f, struct oki_sight *s,
    const uint8_t digest[OKI_SHA256], const struct oki_file_facts *facts)
{
	bool still = s->seen && s->size == facts->size &&
	    s->changed_ns == facts->changed_ns &&
	    memcmp(s->digest, digest, OKI_SHA256) == 0;

	if (!still)
		s->since_ms = oki_steady_ms(f->env);
	s->seen = true;
	s->size = facts->size;
	s->changed_ns = facts->changed_ns;
	memcpy(s->digest, digest, OKI_SHA256);

	return still;
}

/* One reading more: of all of it into out, or of a large file in pieces. */
static int
look_again(struct oki_folder *f, struct oki_dir *d, const char *name,
    bool large, struct oki_sight *s, struct oki_buf *out, bool *still)
{
	struct oki_file_facts facts;
	uint8_t digest[OKI_SHA256];
	size_t max = out->max;
	int r;

	oki_buf_reset(out);
	if (large)
		out->max = 2 * EDGE + PIECE;
	r = read_pieces(d, name, max, large ? keep_edges : keep_all, out,
	    &facts, digest);
	out->max = max;
	if (r == ONSHI_OK)
		*still = stands_still(f, s, digest, &facts);

	return r;
}

/* Whether it stands as it is: what is whole is read twice at once, what is not
 * has to wait. */
static int
settle(struct oki_folder *f, struct oki_dir *d, const char *name,
    bool large, bool opaque, struct oki_sight *s, struct oki_buf *out)
{
	int64_t still_ms;
	bool still;
	int r;

	if ((r = look_again(f, d, name, large, s, out, &still)) != ONSHI_OK)
		return r;
	if (!opaque && oki_is_whole(out->data, out->len)) {
		r = look_again(f, d, name, large, s, out, &still);
		return r != ONSHI_OK || still ? r : ONSHI_NEED_WAIT;
	}
	still_ms = oki_steady_ms(f->env) - s->since_ms;

	return still && still_ms >= (opaque ? f->settle_ms : STUCK_MS) ?
	    ONSHI_OK : ONSHI_NEED_WAIT;
}

/* The bytes that count are the second reading's, which were the first's. */
int
oki_folder_read(struct oki_folder *f, struct oki_dir *d, const char *name,
    bool opaque, struct oki_sight *s, struct oki_buf *out)
{
	return settle(f, d, name, false, opaque, s, out);
}

/* ---- large ones ---------------------------------------------------------- */

bool
oki_folder_is_large(struct oki_dir *d, const char *name)
{
	struct oki_file_facts facts;

	return oki_dir_look(d, name, &facts, NULL) == ONSHI_OK &&
	    facts.size > LARGE;
}

int
oki_folder_weigh(struct oki_folder *f, struct oki_dir *d, const char *name,
    struct oki_sight *s, struct oki_buf *edges)
{
	return settle(f, d, name, true, false, s, edges);
}

static int
hand_piece(void *self, const uint8_t *p, size_t len)
{
	return oki_exchange_take(self, p, len);
}

/* The third reading is the one that is handed on: where it is another after
 * all, what was taken of it is taken back. */
int
oki_folder_hand_on(struct oki_dir *d, const char *name,
    const struct oki_sight *s, struct onshi_exchange *x)
{
	struct oki_file_facts facts;
	uint8_t digest[OKI_SHA256];
	int r;

	r = read_pieces(d, name, x->sink.max, hand_piece, x, &facts, digest);
	if (r != ONSHI_OK)
		return r;
	if (memcmp(digest, s->digest, sizeof(digest)) == 0)
		return ONSHI_OK;
	oki_exchange_drop(x);
	x->taken = 0;

	return ONSHI_NEED_WAIT;
}
