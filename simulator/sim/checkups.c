/* checkups.c: 特定健診情報: one block per day, one element per item. */
#include "sim.h"

static const struct field item[] = {
	{ "ItemCode",	   "code", NULL },
	{ "ItemName",	   "name", NULL },
	{ "DataType",	   "type", NULL },
	{ "DataValue",	   "value", NULL },
	{ "Unit",	   "unit", NULL },
	{ "Oid",	   "oid", NULL },
	{ "DataValueName", "value_name", NULL },
	{ NULL, NULL, NULL }
};

int
checkups_write(struct sim *sim, xmlNodePtr body, int64_t person)
{
	xmlNodePtr node, items = NULL;
	int64_t day = 0;
	sqlite3_stmt *st;
	int n = 0;

	generate_care_of(sim, person);
	st = db_query(&sim->db, "SELECT * FROM checkup WHERE person=? "
	    "ORDER BY day DESC, id", "i", person);
	for (; st != NULL && sqlite3_step(st) == SQLITE_ROW; n++) {
		if (items == NULL || db_number(st, "day") != day) {
			day = db_number(st, "day");
			node = xml_put(body, "SpecificHealthCheckupInfo",
			    NULL);
			xml_add(node, "EffectiveTime", db_text(st, "day"));
			items = xml_put(node,
			    "HealthCheckupResultAndQuestionInfos", NULL);
		}
		answer_row(xml_put(items, "HealthCheckupResultAndQuestionInfo",
		    NULL), item, st);
	}
	sqlite3_finalize(st);
	return n;
}
