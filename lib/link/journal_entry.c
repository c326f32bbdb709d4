/* The journal of the folder link: its entries, a file each. */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define FORMAT		"1"
#define ENTRY_MAX	8192
#define FILE_ROOM	(OKI_NAME + 16)
#define SEQUENCE	"sequence"
#define SEQUENCE_LEN	33
#define NUMBERS		10000	/* of four digits */
#define LAST_DAY	991231
#define COUNTED		99999	/* and, once round, of five */

static const char *const endings[] = {
	[OKI_PREPARED] = ".prepared", [OKI_FAILED] = ".failed",
	[OKI_AWAITED] = ".awaited", [OKI_UNCERTAIN] = ".uncertain",
	[OKI_LEFT] = ".left", [OKI_TAKEN] = ".taken", [OKI_LATE] = ".late",
	[OKI_SPENT] = ".spent"
};

static void
entry_file(const struct oki_entry *k, enum oki_stand stand,
    char to[FILE_ROOM])
{
	size_t len = strlen(k->name);

	memcpy(to, k->name, len);
	(void)oki_copy(to + len, FILE_ROOM - len, endings[stand]);
}

bool
oki_journal_stand_of(const char *file, enum oki_stand *stand)
{
	const char *dot = strrchr(file, '.');
	size_t i;

	for (i = 0; dot != NULL && i < OKI_COUNT(endings); i++)
		if (strcmp(dot, endings[i]) == 0) {
			*stand = (enum oki_stand)i;
			return (size_t)(dot - file) < OKI_NAME;
		}

	return false;
}

/* ---- one entry ------------------------------------------------------------ */

/* What is not known is passed over: a later version may say more. */
static int
entry_write(const struct oki_entry *k, struct oki_buf *b)
{
	int r;

	if ((r = oki_buf_format(b, "format=" FORMAT "\nname=%s\nprefix=%s\n"
	    "id=%s\nrun=%s\nmark=%s\nzip=%s\nsince=%lld\n", k->name,
	    k->prefix, k->request_id, k->run, k->mark, k->zip ? "yes" : "no",
	    (long long)k->since)) != ONSHI_OK ||
	    (r = oki_buf_text(b, "req=")) != ONSHI_OK ||
	    (r = oki_buf_text(b, k->req)) != ONSHI_OK ||
	    (r = oki_buf_text(b, "\nres=")) != ONSHI_OK ||
	    (r = oki_buf_text(b, k->res)) != ONSHI_OK)
		return r;

	return oki_buf_text(b, "\nend=yes\n");
}

static bool
take_value(struct oki_entry *k, const char *key, const char *value)
{
	int64_t n;

	if (strcmp(key, "name") == 0)
		return oki_is_word(value, OKI_NAME - 1) &&
		    oki_copy(k->name, sizeof(k->name), value);
	if (strcmp(key, "prefix") == 0)
		return oki_copy(k->prefix, sizeof(k->prefix), value);
	if (strcmp(key, "id") == 0)
		return oki_copy(k->request_id, sizeof(k->request_id), value);
	if (strcmp(key, "run") == 0)
		return oki_copy(k->run, sizeof(k->run), value);
	if (strcmp(key, "mark") == 0)
		return oki_copy(k->mark, sizeof(k->mark), value);
	if (strcmp(key, "zip") == 0)
		k->zip = strcmp(value, "yes") == 0;
	else if (strcmp(key, "req") == 0)
		return oki_copy(k->req, sizeof(k->req), value);
	else if (strcmp(key, "res") == 0)
		return oki_copy(k->res, sizeof(k->res), value);
	else if (strcmp(key, "since") == 0) {
		if (!oki_number(value, &n))
			return false;
		k->since = n;
	}

	return true;
}

static bool
entry_parse(char *text, struct oki_entry *k)
{
	char *line, *end, *value;
	bool whole = false;

	for (line = text; *line != '\0'; line = end + 1) {
		if ((end = strchr(line, '\n')) == NULL)
			return false;
		*end = '\0';
		if ((value = strchr(line, '=')) == NULL)
			return false;
		*value++ = '\0';
		whole = strcmp(line, "end") == 0;
		if (!take_value(k, line, value))
			return false;
	}

	return whole && k->name[0] != '\0' && k->res[0] != '\0' &&
	    k->req[0] != '\0' && oki_prefix_len(k->prefix) > 0 &&
	    strncmp(k->name, k->prefix, strlen(k->prefix)) == 0;
}

int
oki_journal_read(struct oki_journal *j, const char *file, struct oki_entry *k)
{
	struct oki_file *f;
	struct oki_buf b;
	int64_t sys = 0;
	size_t got = 0;
	int r;

	memset(k, 0, sizeof(*k));
	if (!oki_journal_stand_of(file, &k->stand))
		return ONSHI_ABSENT;
	if ((r = oki_file_open(oki_journal_dir(j), file, OKI_OPEN_READ, &f,
	    &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_ABSENT : r;
	oki_buf_init(&b, ENTRY_MAX);
	if ((r = oki_buf_reserve(&b, ENTRY_MAX)) == ONSHI_OK &&
	    (r = oki_file_read(f, 0, b.data, ENTRY_MAX - 1, &got, &sys)) ==
	    ONSHI_OK) {
		b.data[got] = '\0';
		if (!entry_parse((char *)b.data, k))
			r = ONSHI_ABSENT;
	}
	oki_file_close(&f);
	oki_buf_free(&b);

	return r;
}

/* A file of that text under that name, on the disk as soon as this returns. */
static int
put_file(struct oki_journal *j, const char *name, const struct oki_entry *k)
{
	struct oki_buf b;
	int r;

	oki_buf_init(&b, ENTRY_MAX);
	if ((r = entry_write(k, &b)) == ONSHI_OK)
		r = oki_file_make(oki_journal_dir(j), name, 0, b.data, b.len,
		    true, NULL);
	oki_buf_free(&b);

	return r;
}

int
oki_journal_add(struct oki_journal *j, const struct oki_entry *k)
{
	char file[FILE_ROOM];

	entry_file(k, k->stand, file);

	return put_file(j, file, k);
}

int
oki_journal_move(struct oki_journal *j, struct oki_entry *k,
    enum oki_stand to, bool durable)
{
	char from[FILE_ROOM], name[FILE_ROOM];
	struct oki_dir *d = oki_journal_dir(j);
	int r;

	entry_file(k, k->stand, from);
	entry_file(k, to, name);
	if ((r = oki_dir_rename(d, from, name, true, NULL)) != ONSHI_OK)
		return r;
	k->stand = to;

	return durable ? oki_dir_sync(d, NULL) : ONSHI_OK;
}

int
oki_journal_adopt(struct oki_journal *j, struct oki_entry *k)
{
	char file[FILE_ROOM], temp[FILE_ROOM + 16];
	struct oki_dir *d = oki_journal_dir(j);
	size_t len;
	int r;

	(void)oki_copy(k->run, sizeof(k->run), oki_journal_run(j));
	entry_file(k, k->stand, file);
	len = strlen(file);
	memcpy(temp, file, len);
	temp[len++] = '-';
	(void)oki_copy(temp + len, sizeof(temp) - len, k->run);
	if ((r = put_file(j, temp, k)) != ONSHI_OK)
		return r;
	if ((r = oki_dir_rename(d, temp, file, true, NULL)) != ONSHI_OK)
		(void)oki_dir_remove(d, temp, NULL);

	return r;
}

void
oki_journal_remove(struct oki_journal *j, const struct oki_entry *k)
{
	char file[FILE_ROOM];

	entry_file(k, k->stand, file);
	(void)oki_dir_remove(oki_journal_dir(j), file, NULL);
}

/* ---- all of them ------------------------------------------------------------- */

int
oki_journal_names(struct oki_journal *j, char ***names, size_t *n)
{
	enum oki_stand stand;
	size_t i, kept = 0;
	char *other;
	int r;

	if ((r = oki_dir_names(oki_journal_dir(j), names, n, NULL)) !=
	    ONSHI_OK)
		return r;
	for (i = 0; i < *n; i++)
		if (oki_journal_stand_of((*names)[i], &stand)) {
			other = (*names)[kept];
			(*names)[kept++] = (*names)[i];
			(*names)[i] = other;
		}
	while (*n > kept)
		oki_free((*names)[--*n]);

	return ONSHI_OK;
}

int
oki_journal_find(struct oki_journal *j, const char *request_id,
    struct oki_entry *k)
{
	char **names;
	size_t i, n;
	int r;

	if ((r = oki_journal_names(j, &names, &n)) != ONSHI_OK)
		return r;
	r = ONSHI_ABSENT;
	for (i = 0; i < n; i++)
		if (oki_journal_read(j, names[i], k) == ONSHI_OK &&
		    strcmp(k->request_id, request_id) == 0) {
			r = ONSHI_OK;
			break;
		}
	oki_dir_names_free(&names, n);

	return r;
}

int
oki_journal_count(struct oki_journal *j, const char *req, size_t *n)
{
	struct oki_entry *k;
	enum oki_stand stand;
	char **names;
	size_t i, all;
	int r;

	*n = 0;
	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_journal_names(j, &names, &all)) == ONSHI_OK)
		for (i = 0; i < all; i++)
			if (oki_journal_stand_of(names[i], &stand) &&
			    (stand == OKI_PREPARED || stand == OKI_AWAITED) &&
			    oki_journal_read(j, names[i], k) == ONSHI_OK &&
			    strcmp(k->req, req) == 0 &&
			    oki_journal_is_alive(j, k->run))
				++*n;
	if (r == ONSHI_OK)
		oki_dir_names_free(&names, all);
	oki_free(k);

	return r;
}

/* ---- names --------------------------------------------------------------------- */

/* Begins anywhere, so that two journals of one desk number rarely meet, goes
 * round once, and then takes a fifth digit. */
static int
next_number(int64_t day, int64_t *last_day, int64_t *start, int64_t *count)
{
	uint16_t random;
	int r;

	if (day > *last_day) {		/* a clock set back changes nothing */
		if ((r = oki_os_random(&random, sizeof(random))) != ONSHI_OK)
			return r;
		*last_day = day;
		*start = random % NUMBERS;
		*count = 0;
	}
	++*count;

	return ONSHI_OK;
}

static bool
sequence_parse(const char *text, int64_t *day, int64_t *start, int64_t *count)
{
	char field[3][12];
	const char *item, *rest = text;
	size_t i, len;

	for (i = 0; i < 3; i++) {
		if (!oki_list_next(&rest, ' ', &item, &len) || len == 0 ||
		    len >= sizeof(field[i]))
			return false;
		memcpy(field[i], item, len);
		field[i][len] = '\0';
	}

	return oki_number(field[0], day) && *day >= 0 && *day <= LAST_DAY &&
	    oki_number(field[1], start) && *start >= 0 && *start < NUMBERS &&
	    oki_number(field[2], count) && *count >= 0 && *count < COUNTED;
}

/* Whatever stood there; of a torn file, or of what nobody wrote, nothing. */
static int
sequence_next(struct oki_file *f, int64_t day, int64_t *number,
    int64_t *name_day)
{
	int64_t start = 0, count = 0, last = 0;
	char text[SEQUENCE_LEN + 1] = "";
	struct oki_buf b;
	size_t got;
	int r;

	if ((r = oki_file_read(f, 0, text, SEQUENCE_LEN, &got, NULL)) !=
	    ONSHI_OK)
		return r;
	if (got != SEQUENCE_LEN || text[got - 1] != '\n')
		got = 0;
	else
		text[got - 1] = '\0';
	if (got == 0 || !sequence_parse(text, &last, &start, &count))
		last = start = count = 0;
	if ((r = next_number(day, &last, &start, &count)) != ONSHI_OK)
		return r;
	*name_day = last;
	*number = count <= NUMBERS ? (start + count - 1) % NUMBERS : count - 1;
	oki_buf_init(&b, SEQUENCE_LEN + 1);
	if ((r = oki_buf_format(&b, "%010lld %010lld %010lld\n",
	    (long long)last, (long long)start, (long long)count)) == ONSHI_OK)
		r = oki_file_write(f, 0, b.data, b.len, NULL);
	oki_buf_free(&b);

	return r;
}

int
oki_journal_name(struct oki_journal *j, struct oki_entry *k)
{
	const struct oki_env *env = oki_journal_env(j);
	int64_t desk = oki_config_number(oki_env_config(env),
	    OKI_FACILITY_DESK);
	int64_t number, day, sys = 0;
	struct oki_buf b;
	struct oki_file *f;
	int r;

	if ((r = oki_file_open(oki_journal_dir(j), SEQUENCE, OKI_OPEN_WRITE,
	    &f, &sys)) != ONSHI_OK && oki_os_is_absent(sys))
		r = oki_file_open(oki_journal_dir(j), SEQUENCE,
		    OKI_OPEN_WRITE | OKI_OPEN_NEW, &f, &sys);
	if (r != ONSHI_OK)
		return r;
	r = sequence_next(f, oki_date_of(oki_wall(env)) % 1000000, &number,
	    &day);
	oki_file_close(&f);
	if (r != ONSHI_OK)
		return r;
	oki_buf_init(&b, OKI_NAME - 1);
	if ((r = oki_buf_format(&b, "%s_%06lld%02lld%04lld", k->prefix,
	    (long long)day, (long long)desk, (long long)number)) == ONSHI_OK)
		(void)oki_copy(k->name, sizeof(k->name), (char *)b.data);
	oki_buf_free(&b);

	return r;
}
