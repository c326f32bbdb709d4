/* csv.c: CSV by RFC 4180, read strictly in place, and written. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"

#define FILE_MOST	(256u * 1024 * 1024)
#define COLUMNS_MOST	128u
#define PEN_ROOM	65536u

/* ---- failures ------------------------------------------------------------ */

static int
wrong_at(struct tool *t, const struct table *table, size_t line,
    const char *column, const char *en, const char *ja)
{
	char text[240], text_ja[320];
	struct failure f = { .result = ONSHI_E_VALUE, .text = text,
	    .text_ja = text_ja, .remedy = "Mend the file; nothing was sent.",
	    .remedy_ja = "ファイルを直してください。何も送信していません" };

	(void)snprintf(text, sizeof(text), "%.80s: line %lu%s%.40s: %s",
	    table->name, (unsigned long)line, column != NULL ? ", " : "",
	    column != NULL ? column : "", en);
	(void)snprintf(text_ja, sizeof(text_ja), "%.80s: %lu行目%s%.40s: %s",
	    table->name, (unsigned long)line, column != NULL ? " " : "",
	    column != NULL ? column : "", ja);

	return fail(t, &f);
}

int
table_wrong(struct tool *t, const struct table *table, size_t row,
    const char *column, const char *en, const char *ja)
{
	return wrong_at(t, table, table->line[row + 1], column, en, ja);
}

/* ---- cells --------------------------------------------------------------- */

/* A reading; what is wrong with it, once something is. */
struct reading {
	struct table	*table;
	char		*at;
	char		*end;
	size_t		 line;
	size_t		 begun;		/* line where the row began */
	const char	*en;
	const char	*ja;
};

static bool
wrong(struct reading *rd, const char *en, const char *ja)
{
	rd->en = en;
	rd->ja = ja;

	return false;
}

/* One character to where the cell is kept; lines are counted. */
static bool
character(struct reading *rd, char **to)
{
	size_t n = *rd->at == '\0' ? 0 : utf8_bytes(rd->at);

	if (n == 0 || n > (size_t)(rd->end - rd->at))
		return wrong(rd, "no UTF-8", "UTF-8ではありません");
	rd->line += *rd->at == '\n';
	memmove(*to, rd->at, n);
	*to += n;
	rd->at += n;

	return true;
}

/* Behind the first quote, up to behind the last. */
static bool
quoted(struct reading *rd, char **to)
{
	for (;;) {
		if (rd->at == rd->end)
			return wrong(rd, "a quote without its end",
			    "引用符が閉じていません");
		if (*rd->at != '"') {
			if (!character(rd, to))
				return false;
			continue;
		}
		rd->at++;
		if (rd->at == rd->end || *rd->at != '"')
			return true;
		*(*to)++ = *rd->at++;
	}
}

static bool
is_end_of_cell(const struct reading *rd)
{
	return rd->at == rd->end || *rd->at == ',' || *rd->at == '\n' ||
	    (*rd->at == '\r' && rd->end - rd->at > 1 && rd->at[1] == '\n');
}

static bool
bare(struct reading *rd, char **to)
{
	while (!is_end_of_cell(rd)) {
		if (*rd->at == '"')
			return wrong(rd, "a quote within a value",
			    "値の途中に引用符があります");
		if (*rd->at == '\r')
			return wrong(rd, "a line that ends with CR alone",
			    "改行が CR だけです");
		if (!character(rd, to))
			return false;
	}

	return true;
}

/* The next cell; *last: of its row. */
static bool
cell(struct reading *rd, char **out, bool *last)
{
	char *to = rd->at;
	bool is_quoted = rd->at < rd->end && *rd->at == '"';

	*out = to;
	if (is_quoted)
		rd->at++;
	if (!(is_quoted ? quoted(rd, &to) : bare(rd, &to)))
		return false;
	if (!is_end_of_cell(rd))
		return wrong(rd, "something behind a quote",
		    "引用符の後に文字があります");
	*last = rd->at == rd->end || *rd->at != ',';
	if (rd->at < rd->end) {
		rd->at += *rd->at == '\r' ? 2 : 1;
		rd->line += *last;
	}
	*to = '\0';		/* the comma's place, or before it */

	return true;
}

/* ---- rows ---------------------------------------------------------------- */

static bool
make_room(struct table *table)
{
	size_t room = table->room == 0 ? 64 : table->room * 2;
	char **cells;
	size_t *lines;

	if (table->rows + 1 < table->room)
		return true;
	cells = realloc(table->cell, room * table->columns * sizeof(*cells));
	if (cells != NULL)
		table->cell = cells;
	lines = realloc(table->line, room * sizeof(*lines));
	if (lines != NULL)
		table->line = lines;
	if (cells == NULL || lines == NULL)
		return false;
	table->room = room;

	return true;
}

/* The first row, whose names are each there once. */
static bool
header(struct reading *rd)
{
	char *names[COLUMNS_MOST];
	struct table *table = rd->table;
	bool last = false;
	size_t i, k;

	rd->begun = rd->line;
	for (i = 0; !last; i++) {
		if (i == COLUMNS_MOST)
			return wrong(rd, "too many columns",
			    "列が多すぎます");
		if (!cell(rd, &names[i], &last))
			return false;
		for (k = 0; k < i; k++)
			if (strcmp(names[k], names[i]) == 0)
				return wrong(rd, "a column twice",
				    "同じ列名が2回あります");
	}
	table->columns = i;
	if (!make_room(table))
		return wrong(rd, "out of memory", "メモリが足りません");
	memcpy(table->cell, names, i * sizeof(*names));
	table->line[0] = rd->begun;

	return true;
}

static bool
row(struct reading *rd)
{
	struct table *table = rd->table;
	bool last = false;
	char **to;
	size_t i;

	rd->begun = rd->line;
	if (!make_room(table))
		return wrong(rd, "out of memory", "メモリが足りません");
	to = table->cell + (table->rows + 1) * table->columns;
	for (i = 0; i < table->columns && !last; i++)
		if (!cell(rd, &to[i], &last))
			return false;
	if (i < table->columns)
		return wrong(rd, "too few values", "値の数が足りません");
	if (!last)
		return wrong(rd, "too many values", "値の数が多すぎます");
	table->rows++;
	table->line[table->rows] = rd->begun;

	return true;
}

/* Nothing but ends of lines is left. */
static bool
is_over(const struct reading *rd)
{
	const char *p;

	for (p = rd->at; p < rd->end; p++)
		if (*p != '\r' && *p != '\n')
			return false;

	return true;
}

int
table_read(struct tool *t, const char *path, struct table *out)
{
	struct reading rd = { .table = out, .line = 1, .begun = 1 };
	bool good;
	int error;

	memset(out, 0, sizeof(*out));
	out->name = path;
	if ((error = bytes_read(path, FILE_MOST, &out->bytes)) != 0)
		return fail_file(t, path, error);
	rd.at = (char *)out->bytes.data;
	rd.end = rd.at + out->bytes.len;
	if (rd.end - rd.at >= 3 && memcmp(rd.at, "\xef\xbb\xbf", 3) == 0) {
		out->has_bom = true;
		rd.at += 3;
	}
	good = !is_over(&rd) || wrong(&rd, "no header", "見出し行がありません");
	good = good && header(&rd);
	while (good && !is_over(&rd))
		good = row(&rd);

	return good ? 0 : wrong_at(t, out, rd.begun, NULL, rd.en, rd.ja);
}

void
table_free(struct table *table)
{
	bytes_free(&table->bytes);
	free(table->cell);
	free(table->line);
	memset(table, 0, sizeof(*table));
}

size_t
table_column(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->columns; i++)
		if (strcmp(table->cell[i], name) == 0)
			break;

	return i;
}

const char *
table_cell(const struct table *table, size_t at, size_t column)
{
	return table->cell[(at + 1) * table->columns + column];
}

/* ---- written ------------------------------------------------------------- */

int
pen_begin(struct pen *p, int fd)
{
	memset(p, 0, sizeof(*p));
	p->fd = fd;

	return (p->bytes = malloc(PEN_ROOM)) != NULL ? 0 : ENOMEM;
}

int
pen_flush(struct pen *p)
{
	size_t done = 0;
	ssize_t n;

	while (p->error == 0 && done < p->n) {
		n = write(p->fd, p->bytes + done, p->n - done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			p->error = n == 0 ? EIO : errno;
	}
	p->n = 0;

	return p->error;
}

void
pen_put(struct pen *p, const char *bytes, size_t len)
{
	size_t n;

	p->at += (int64_t)len;
	for (; len > 0 && p->error == 0; bytes += n, len -= n) {
		n = PEN_ROOM - p->n < len ? PEN_ROOM - p->n : len;
		memcpy(p->bytes + p->n, bytes, n);
		if ((p->n += n) == PEN_ROOM)
			(void)pen_flush(p);
	}
}

void
pen_text(struct pen *p, const char *text)
{
	pen_put(p, text, strlen(text));
}

void
pen_cell(struct pen *p, const char *text)
{
	size_t n;

	if (strpbrk(text, "\",\r\n") == NULL) {
		pen_text(p, text);
		return;
	}
	pen_text(p, "\"");
	for (; *text != '\0'; text += n) {
		n = *text == '"' ? 1 : strcspn(text, "\"");
		pen_put(p, text, n);
		if (*text == '"')
			pen_text(p, "\"");
	}
	pen_text(p, "\"");
}

void
pen_end(struct pen *p)
{
	if (p->bytes != NULL)
		onshi_wipe(p->bytes, PEN_ROOM);
	free(p->bytes);
	p->bytes = NULL;
}

int
pen_replace(const char *path, const char *fresh,
    void (*write)(void *self, struct pen *p), void *self)
{
	struct pen pen;
	int fd, error;

	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return errno;
	if ((error = pen_begin(&pen, fd)) == 0) {
		write(self, &pen);
		if ((error = pen_flush(&pen)) == 0 && fsync(fd) != 0)
			error = errno;
		pen_end(&pen);
	}
	(void)close(fd);
	if (error == 0 && rename(fresh, path) != 0)
		error = errno;
	if (error != 0)
		(void)unlink(fresh);

	return error;
}
