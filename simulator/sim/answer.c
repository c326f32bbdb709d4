/* answer.c: rows of the database become elements, by tables of fields. */
#include "sim.h"

/*
 * Writes the fields of a row that are not empty, in the table's order; a
 * group of which nothing is there is not there. Says whether it wrote any.
 */
int
answer_row(xmlNodePtr to, const struct field *f, sqlite3_stmt *row)
{
	xmlNodePtr node;
	int wrote = 0;

	for (; f->element != NULL; f++) {
		if (f->group == NULL) {
			if (xml_add(to, f->element,
			    db_text(row, f->column)) != NULL)
				wrote = 1;
			continue;
		}
		node = xml_put(to, f->element, NULL);
		if (answer_row(node, f->group, row))
			wrote = 1;
		else {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
	return wrote;
}
