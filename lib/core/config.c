/* The configuration: a table of keys with their values, frozen by onshi_new. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define PART_MAX	64	/* the part after a stem */
#define PARTS_MAX	64

#define K(id, key, type, preset, low, high, words, en, ja)		\
	{ key, OKI_##type, preset, low, high, words, { en, ja } },
#define KSTEM(id, key, type, words, en, ja)
static const struct oki_config_row rows[] = {
#include "core/config_keys.def"
};
#undef K
#undef KSTEM

#define K(id, key, ...)
#define KSTEM(id, key, type, words, en, ja)				\
	{ key, OKI_##type, NULL, 1, 1024, words, { en, ja } },
static const struct oki_config_row stems[] = {
#include "core/config_keys.def"
};
#undef K
#undef KSTEM

/* What one key was given: text, or content, in the open or secret. Text that
 * is NULL though it is set is an empty value. */
struct value {
	bool			 is_set;
	char			*text;
	uint8_t			*bytes;
	size_t			 len;
	struct oki_secret	*secret;
};

/* What one key with a variable part was given. */
struct part {
	struct part			*next;
	const struct oki_config_row	*stem;
	char				 name[PART_MAX + 1];
	char				*text;
};

struct onshi_config {
	oki_atomic_int		 holders;
	oki_atomic_int		 frozen;
	struct value		 values[OKI_KEYS];
	struct part		*parts;
	struct oki_config_ops	 ops;
	struct onshi_error	 error;
};

int
onshi_config_new(struct onshi_config **out)
{
	struct onshi_config *c;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((c = oki_alloc(sizeof(*c))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&c->holders, 1);
	oki_error_clear(&c->error);
	*out = c;

	return ONSHI_OK;
}

struct onshi_config *
oki_config_ref(struct onshi_config *c)
{
	atomic_fetch_add(&c->holders, 1);

	return c;
}

static void
value_clear(struct value *v)
{
	oki_free(v->text);
	oki_free(v->bytes);
	oki_secret_free(&v->secret);
	*v = (struct value){ .is_set = false };
}

static void
part_free(struct part *p)
{
	oki_free(p->text);
	oki_free(p);
}

void
onshi_config_free(struct onshi_config **cp)
{
	struct onshi_config *c;
	struct part *p;
	size_t i;

	if (cp == NULL || (c = *cp) == NULL)
		return;
	*cp = NULL;
	if (atomic_fetch_sub(&c->holders, 1) != 1)
		return;
	for (i = 0; i < OKI_COUNT(c->values); i++)
		value_clear(&c->values[i]);
	while ((p = c->parts) != NULL) {
		c->parts = p->next;
		part_free(p);
	}
	oki_config_ops_free(&c->ops);
	oki_free(c);
}

bool
oki_config_freeze(struct onshi_config *c)
{
	return atomic_exchange(&c->frozen, 1) == 0;
}

void
oki_config_thaw(struct onshi_config *c)
{
	atomic_store(&c->frozen, 0);
}

/* Its maker and the caller count it. */
void
oki_config_thaw_last(struct onshi_config *c)
{
	if (atomic_load(&c->holders) <= 2)
		oki_config_thaw(c);
}

int
oki_config_enter(struct onshi_config *c)
{
	if (c == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&c->error);
	if (atomic_load(&c->frozen) != 0)
		return oki_fail(&c->error, ONSHI_E_STATE,
		    "the config is frozen since onshi_new");

	return ONSHI_OK;
}

struct onshi_error *
oki_config_error_of(struct onshi_config *c)
{
	return &c->error;
}

const struct onshi_error *
onshi_config_error(const struct onshi_config *c)
{
	static const struct onshi_error none = {
		.code = ONSHI_E_ARG, .tries = -1, .sw = -1,
		.text = "no config was given"
	};

	return c == NULL ? &none : &c->error;
}

struct oki_config_ops *
oki_config_ops(struct onshi_config *c)
{
	return &c->ops;
}

const struct oki_config_ops *
oki_config_ops_of(const struct onshi_config *c)
{
	return &c->ops;
}

/* The number of a key in rows, OKI_KEYS if there is none. */
static size_t
row_of(const char *key)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++)
		if (oki_text_equal(rows[i].key, key))
			break;

	return i;
}

/* The stem that key begins with, and the part behind it. */
static const struct oki_config_row *
stem_of(const char *key, const char **part)
{
	size_t i, len;

	for (i = 0; i < OKI_COUNT(stems); i++) {
		len = strlen(stems[i].key);
		if (strncmp(stems[i].key, key, len) != 0)
			continue;
		*part = key + len;
		return oki_is_word(*part, PART_MAX) ? &stems[i] : NULL;
	}

	return NULL;
}

bool
oki_config_is_section(const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < OKI_COUNT(rows); i++)
		if (strncmp(rows[i].key, name, len) == 0 &&
		    rows[i].key[len] == '.')
			return true;

	return false;
}

/* A checked copy of value; NULL, which is no failure, if it is empty and the
 * key has no default to fall back to. */
static int
checked(const struct oki_config_row *row, const char *value, char **out,
    const char **why)
{
	char *copy;

	*out = NULL;
	if (*value == '\0' && row->preset == NULL)
		return ONSHI_OK;
	if ((copy = oki_strdup(value)) == NULL)
		return ONSHI_E_NOMEM;
	if ((*why = oki_config_check(row, copy)) != NULL) {
		oki_free(copy);
		return ONSHI_E_CONFIG;
	}
	*out = copy;

	return ONSHI_OK;
}

static struct part *
part_find(const struct onshi_config *c, const struct oki_config_row *stem,
    const char *name)
{
	struct part *p;

	for (p = c->parts; p != NULL; p = p->next)
		if (p->stem == stem && strcmp(p->name, name) == 0)
			return p;

	return NULL;
}

static int
part_add(struct onshi_config *c, const struct oki_config_row *stem,
    const char *name, struct part **out, const char **why)
{
	struct part *p;
	size_t n = 0;

	for (p = c->parts; p != NULL; p = p->next)
		n++;
	if (n >= PARTS_MAX) {
		*why = "is one too many of its kind";
		return ONSHI_E_CONFIG;
	}
	if ((p = oki_alloc(sizeof(*p))) == NULL)
		return ONSHI_E_NOMEM;
	p->stem = stem;
	(void)oki_copy(p->name, sizeof(p->name), name);
	p->next = c->parts;
	c->parts = p;
	*out = p;

	return ONSHI_OK;
}

static int
part_put(struct onshi_config *c, const struct oki_config_row *stem,
    const char *name, const char *value, const char **why, bool *twice)
{
	struct part *p;
	char *text = NULL;
	int r;

	if (value != NULL &&
	    (r = checked(stem, value, &text, why)) != ONSHI_OK)
		return r;
	if ((p = part_find(c, stem, name)) != NULL)
		*twice = true;
	else if (value == NULL)
		return ONSHI_OK;
	else if ((r = part_add(c, stem, name, &p, why)) != ONSHI_OK) {
		oki_free(text);
		return r;
	}
	oki_free(p->text);
	p->text = text;

	return ONSHI_OK;
}

int
oki_config_put(struct onshi_config *c, const char *key, const char *value,
    const char **why, bool *twice)
{
	const struct oki_config_row *stem;
	const char *part;
	struct value *v;
	size_t i;
	char *text = NULL;
	int r;

	*why = NULL;
	*twice = false;
	if ((i = row_of(key)) == OKI_COUNT(rows)) {
		if ((stem = stem_of(key, &part)) != NULL)
			return part_put(c, stem, part, value, why, twice);
		*why = "is no key";
		return ONSHI_E_CONFIG;
	}
	if (value != NULL &&
	    (r = checked(&rows[i], value, &text, why)) != ONSHI_OK)
		return r;
	v = &c->values[i];
	*twice = v->is_set;
	value_clear(v);
	v->text = text;
	v->is_set = value != NULL;

	return ONSHI_OK;
}

/* A failure about a key: its name only if it looks like one of ours. */
static int
fail_key(struct onshi_config *c, int result, const char *key, const char *why)
{
	return oki_fail(&c->error, result, "%s: %s",
	    oki_is_word(key, PART_MAX * 2) ? key : "the key",
	    why == NULL ? "no memory" : why);
}

int
onshi_config_set(struct onshi_config *c, const char *key, const char *value)
{
	const char *why;
	bool twice;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	if (key == NULL)
		return oki_fail(&c->error, ONSHI_E_ARG, "key is NULL");
	if ((r = oki_config_put(c, key, value, &why, &twice)) != ONSHI_OK)
		return fail_key(c, r, key, why);

	return ONSHI_OK;
}

/* What both setters of content check: *v is where it goes. */
static int
content_enter(struct onshi_config *c, const char *key, const uint8_t *bytes,
    size_t len, const struct oki_config_row **row, struct value **v)
{
	size_t i;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	if (key == NULL || bytes == NULL)
		return oki_fail(&c->error, ONSHI_E_ARG, "an argument is NULL");
	if ((i = row_of(key)) == OKI_COUNT(rows))
		return fail_key(c, ONSHI_E_CONFIG, key, "is no key");
	*row = &rows[i];
	*v = &c->values[i];
	if ((*row)->type != OKI_FILE && (*row)->type != OKI_SECRET)
		return fail_key(c, ONSHI_E_CONFIG, key, "names no file");
	if (len == 0)
		return fail_key(c, ONSHI_E_CONFIG, key, "is empty");
	if ((int64_t)len < 0 || (int64_t)len > (*row)->high)
		return fail_key(c, ONSHI_E_CONFIG, key, "is too long");

	return ONSHI_OK;
}

int
onshi_config_set_bytes(struct onshi_config *c, const char *key,
    const uint8_t *bytes, size_t len)
{
	const struct oki_config_row *row;
	struct value *v;
	uint8_t *copy;
	int r;

	if ((r = content_enter(c, key, bytes, len, &row, &v)) != ONSHI_OK)
		return r;
	/* A key stays a secret, whichever door it came in by. */
	if (row->type == OKI_SECRET)
		return onshi_config_set_secret(c, key, bytes, len);
	if ((copy = oki_alloc(len)) == NULL)
		return fail_key(c, ONSHI_E_NOMEM, key, NULL);
	memcpy(copy, bytes, len);
	value_clear(v);
	v->is_set = true;
	v->bytes = copy;
	v->len = len;

	return ONSHI_OK;
}

int
onshi_config_set_secret(struct onshi_config *c, const char *key,
    const uint8_t *bytes, size_t len)
{
	const struct oki_config_row *row;
	struct oki_secret *secret;
	struct value *v;
	int r;

	if ((r = content_enter(c, key, bytes, len, &row, &v)) != ONSHI_OK)
		return r;
	if ((r = oki_secret_new(bytes, len, &secret)) != ONSHI_OK)
		return fail_key(c, r, key, NULL);
	value_clear(v);
	v->is_set = true;
	v->secret = secret;

	return ONSHI_OK;
}

void
oki_config_take(struct onshi_config *to, struct onshi_config *from)
{
	struct part *old, *p;
	size_t i;

	for (i = 0; i < OKI_COUNT(to->values); i++) {
		if (!from->values[i].is_set)
			continue;
		value_clear(&to->values[i]);
		to->values[i] = from->values[i];
		from->values[i] = (struct value){ .is_set = false };
	}
	while ((p = from->parts) != NULL) {
		from->parts = p->next;
		if ((old = part_find(to, p->stem, p->name)) != NULL) {
			oki_free(old->text);
			old->text = p->text;
			p->text = NULL;
			part_free(p);
		} else {
			p->next = to->parts;
			to->parts = p;
		}
	}
}

int
onshi_config_text(const struct onshi_config *c, const char *key,
    const char **text)
{
	const struct oki_config_row *stem;
	const char *name;
	struct part *p;
	size_t i;

	if (text != NULL)
		*text = NULL;
	if (c == NULL || key == NULL || text == NULL)
		return ONSHI_E_ARG;
	if ((i = row_of(key)) < OKI_COUNT(rows))
		*text = oki_config_text(c, (enum oki_key)i);
	else if ((stem = stem_of(key, &name)) == NULL)
		return ONSHI_E_CONFIG;
	else if ((p = part_find(c, stem, name)) != NULL)
		*text = p->text;

	return *text == NULL ? ONSHI_ABSENT : ONSHI_OK;
}

int
onshi_config_key_at(size_t i, const char *lang, const char **key,
    const char **text)
{
	const struct oki_config_row *row;

	if (key != NULL)
		*key = NULL;
	if (text != NULL)
		*text = NULL;
	if (key == NULL || text == NULL)
		return ONSHI_E_ARG;
	if (i >= OKI_COUNT(rows) + OKI_COUNT(stems))
		return ONSHI_END;
	row = i < OKI_COUNT(rows) ? &rows[i] : &stems[i - OKI_COUNT(rows)];
	*key = row->key;
	*text = row->text[oki_text_equal(lang, "ja") ? 1 : 0];

	return ONSHI_OK;
}

const char *
oki_config_text(const struct onshi_config *c, enum oki_key key)
{
	return c->values[key].is_set ? c->values[key].text : rows[key].preset;
}

int64_t
oki_config_number(const struct onshi_config *c, enum oki_key key)
{
	const char *text = oki_config_text(c, key);
	int64_t n = 0;

	return text != NULL && oki_number(text, &n) ? n : 0;
}

int
oki_config_word(const struct onshi_config *c, enum oki_key key)
{
	const char *text = oki_config_text(c, key);

	if (text == NULL || rows[key].words == NULL)
		return -1;

	return oki_word_index(rows[key].words, text);
}

bool
oki_config_has(const struct onshi_config *c, enum oki_key key)
{
	const struct value *v = &c->values[key];

	return oki_config_text(c, key) != NULL || v->bytes != NULL ||
	    v->secret != NULL;
}

const char *
oki_config_key_name(enum oki_key key)
{
	return rows[key].key;
}

/* "link.req_dir" and "link.req_dir." are the same stem. */
static bool
is_of_stem(const struct part *p, const char *stem)
{
	size_t len = strlen(stem);

	if (len > 0 && stem[len - 1] == '.')
		len--;

	return strncmp(p->stem->key, stem, len) == 0 &&
	    oki_text_equal(p->stem->key + len, ".");
}

const char *
oki_config_text_of(const struct onshi_config *c, const char *stem,
    const char *part)
{
	const struct part *p;

	for (p = c->parts; p != NULL; p = p->next)
		if (is_of_stem(p, stem) && oki_text_equal(p->name, part))
			return p->text;

	return NULL;
}

const char *
oki_config_part_at(const struct onshi_config *c, const char *stem, size_t i)
{
	const struct part *p;

	for (p = c->parts; p != NULL; p = p->next)
		if (is_of_stem(p, stem) && p->text != NULL && i-- == 0)
			return p->name;

	return NULL;
}

const uint8_t *
oki_config_bytes(const struct onshi_config *c, enum oki_key key, size_t *len)
{
	const struct value *v = &c->values[key];

	if (v->secret != NULL)
		return oki_secret_bytes(v->secret, len);
	*len = v->len;

	return v->bytes;
}

bool
oki_config_is_secret(enum oki_key key)
{
	return rows[key].type == OKI_SECRET;
}
