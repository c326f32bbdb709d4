/* bulk_compare.c: what the host has on file of many (bulk --compare), a CSV
 * whose columns are named as a result's keys, with the id of IN. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bulk.h"

static int
wrong_file(struct tool *t, const struct compare *c, size_t row,
    const char *column, const char *en, const char *ja)
{
	return table_wrong(t, &c->table, row, column, en, ja);
}

/* Columns that are of no element are the host's own, and passed by. */
static int
read_header(struct tool *t, struct compare *c)
{
	size_t i;

	c->id = table_column(&c->table, "id");
	if (c->id == c->table.columns)
		return wrong_file(t, c, (size_t)-1, "id",
		    "the column is missing", "列がありません");
	c->element = calloc(c->table.columns, sizeof(*c->element));
	if (c->element == NULL)
		return fail_result(t, ONSHI_E_NOMEM, NULL);
	for (i = 0; i < c->table.columns; i++)
		c->element[i] = element_of_key(c->table.cell[i]);

	return 0;
}

static const struct compare *sorting;

static const char *
id_of(const struct compare *c, size_t row)
{
	return table_cell(&c->table, row, c->id);
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(id_of(sorting, *(const size_t *)a),
	    id_of(sorting, *(const size_t *)b));
}

static int
sort(struct tool *t, struct compare *c)
{
	size_t i;

	c->by_id = calloc(c->table.rows + 1, sizeof(*c->by_id));
	if (c->by_id == NULL)
		return fail_result(t, ONSHI_E_NOMEM, NULL);
	for (i = 0; i < c->table.rows; i++)
		c->by_id[i] = i;
	sorting = c;
	qsort(c->by_id, c->table.rows, sizeof(*c->by_id), by_id);
	for (i = 1; i < c->table.rows; i++)
		if (strcmp(id_of(c, c->by_id[i - 1]), id_of(c,
		    c->by_id[i])) == 0)
			return wrong_file(t, c, c->by_id[i], "id",
			    "the same id twice", "同じ id が2回あります");

	return 0;
}

/* Each value is one that can be compared, as the library says. */
static int
try_all(struct tool *t, const struct compare *c)
{
	struct onshi_match *m;
	const char *cell;
	size_t i, row;
	int r, status = 0;

	if ((r = onshi_match_new(&m)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	for (row = 0; status == 0 && row < c->table.rows; row++)
		for (i = 0; status == 0 && i < c->table.columns; i++) {
			if (c->element[i] == 0)
				continue;
			cell = table_cell(&c->table, row, i);
			r = onshi_match_set_text(m, c->element[i], cell);
			if (r < 0)
				status = wrong_file(t, c, row,
				    c->table.cell[i], "wrong value",
				    "値が正しくありません");
		}
	onshi_match_free(&m);

	return status;
}

int
compare_read(struct tool *t, const struct in *in, struct compare *c)
{
	int status;

	memset(c, 0, sizeof(*c));
	if (option_text(t, OPT_ROWS) == NULL)
		return 0;
	if (in->table.columns == 0 || in->id == in->table.columns)
		return fail_usage(t, "IN needs the column id for", "次の指定には"
		    "入力ファイルに id の列が必要です", "--compare");
	if ((status = table_read(t, option_text(t, OPT_ROWS), &c->table)) !=
	    0 || (status = read_header(t, c)) != 0 ||
	    (status = sort(t, c)) != 0)
		return status;

	return try_all(t, c);
}

void
compare_free(struct compare *c)
{
	table_free(&c->table);
	free(c->element);
	free(c->by_id);
	memset(c, 0, sizeof(*c));
}

static int
find(const struct compare *c, const char *id, size_t *row)
{
	size_t low = 0, high = c->table.rows, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		if ((order = strcmp(id, id_of(c, c->by_id[middle]))) == 0) {
			*row = c->by_id[middle];
			return ONSHI_OK;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}

	return ONSHI_ABSENT;
}

/* All columns, so that nothing of the person before is left. */
int
compare_fill(const struct compare *c, const char *id, struct onshi_match *m)
{
	size_t i, row;
	int r;

	if ((r = find(c, id, &row)) != ONSHI_OK)
		return r;
	for (i = 0; i < c->table.columns; i++)
		if (c->element[i] != 0 && (r = onshi_match_set_text(m,
		    c->element[i], table_cell(&c->table, row, i))) < 0)
			return r;

	return ONSHI_OK;
}
