/*
 * Who checks in at the official face reader goes into ORCA (doc/orca.md): found
 * by the reference number, compared, registered where no insurance stands yet.
 * ORCA is asked before each write: begun again, nothing stands twice. What was
 * registered and what is left to the clerk is printed. Needs libxml2 and libcurl:
 *	cc register_orca.c $(pkg-config --cflags --libs libonshikaku libxml-2.0 libcurl)
 *	./a.out http://127.0.0.1:8000/api NAME:PASSWORD [COUNT]
 */
#include "orca.h"

static void
add(const char *body)
{
	xmlDocPtr got = orca_call(ORCA_ADD, "", body);
	const char *code = orca_text((xmlNodePtr)got, "Api_Result");
	size_t i = 0;

	while (strstr(code, orca_results[i].code) != code)
		i++;
	if (got == NULL)	/* the next run asks first */
		puts("結果が分かりません。もう一度実行してください");
	else
		printf("%s %s\n", orca_results[i].text, code);
	xmlFreeDoc(got);
}

/* One result: registered, or left to the clerk. */
static void
enrol(const char *id, const struct onshi_record *rec)
{
	const char *insurer = orca_value(rec, ONSHI_EL_INSURER_NUMBER), *there;
	xmlDocPtr has = orca_call(ORCA_GET, id, NULL);
	char *body = NULL;
	size_t i, len = 0;
	FILE *to = open_memstream(&body, &len);
	int good;

	if (to == NULL)
		exit(1);
	insurer += strspn(insurer, " ");
	there = orca_text((xmlNodePtr)has, "InsuranceProvider_Number");
	fputs("<data><patientmodreq type=\"record\">", to);
	orca_put(to, "Patient_ID", id);
	for (i = 0; i < 4; i++)
		orca_put(to, orca_person[i].tag, orca_text((xmlNodePtr)has,
		    orca_person[i].tag));
	fputs("<HealthInsurance_Information type=\"record\">", to);
	good = orca_insure(to, rec, insurer);
	fputs("</HealthInsurance_Information></patientmodreq></data>", to);
	fclose(to);
	if (*there != '\0' && strcmp(there, insurer) == 0)
		puts("登録済みの保険です");
	else if (has == NULL || *there != '\0' || !good)
		puts("保険の追加・変更は窓口で登録してください");
	else
		add(body);
	xmlFreeDoc(has);
	free(body);
}

/* What differs between ORCA's patient and who has arrived is said. */
static int
compare(xmlDocPtr has, const struct onshi_record *rec, int *verdict)
{
	struct onshi_match *m;
	int el, d, r;
	size_t i;

	if ((r = onshi_match_new(&m)) != ONSHI_OK)
		return r;
	for (i = 0; i < 4 && r == ONSHI_OK; i++)
		r = onshi_match_set_text(m, orca_person[i].element,
		    orca_text((xmlNodePtr)has, orca_person[i].tag));
	if (r == ONSHI_OK && (r = onshi_match_compare(m, rec, verdict)) == 0)
		for (i = 0; onshi_match_at(m, i, &el, &d, NULL, NULL) == 0; i++)
			printf("  %s: %s\n", onshi_difference_text(d, "ja"),
			    onshi_difference_step(d, "ja"));
	onshi_match_free(&m);
	return r;
}

/* Nothing is taken before it is known whose it is. */
static int
receive(struct onshi_visit *v, const struct onshi_operator *op)
{
	int verdict = ONSHI_MATCH_DIFFERENT, r;
	const struct onshi_record *rec;
	struct onshi_answer *a = NULL;
	xmlDocPtr has = NULL;
	char id[24] = "";

	if ((r = onshi_visit_person(v, &rec)) == ONSHI_OK)
		snprintf(id, sizeof(id), "%s", orca_value(rec,
		    ONSHI_EL_REFERENCE_NUMBER));
	if (r == ONSHI_OK && id[strspn(id, "0123456789")] == '\0')
		has = orca_call(ORCA_GET, id, NULL);
	if (*orca_text((xmlNodePtr)has, "Patient_ID") == '\0')
		puts("照会番号では見つかりません（窓口で確認）");
	else if ((r = compare(has, rec, &verdict)) == ONSHI_OK &&
	    verdict == ONSHI_MATCH_DIFFERENT)
		puts("登録と違います（窓口で確認）");
	else if (r == ONSHI_OK &&
	    (r = onshi_visit_set_patient(v, id)) == ONSHI_OK &&
	    (r = onshi_visit_confirm(v, op, 1)) == ONSHI_OK &&
	    (r = onshi_visit_advance(v)) == ONSHI_OK &&
	    (r = onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL, &a)) == 0) {
		if (onshi_answer_outcome(a) != ONSHI_OUTCOME_VALID)
			puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
		else
			while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
				enrol(id, rec);
	}
	onshi_answer_free(&a);
	xmlFreeDoc(has);
	return r == ONSHI_E_ARRIVAL_TAKEN || r > 0 ? ONSHI_OK : r;
}

int
main(int argc, char **argv)
{
	struct onshi_config *c = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_arrivals *w = NULL;
	struct onshi_visit *v;
	struct onshi *o = NULL;
	long n = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
	int r;

	if (argc < 3)
		return 2;
	orca_base = argv[1];
	orca_user = argv[2];
	if ((r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_operator_new(o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &op)) == ONSHI_OK)
		r = onshi_arrivals_new(o, ONSHI_PURPOSE_CARE, &w);
	for (; n > 0 && r == ONSHI_OK && (r = onshi_arrivals_next(w, &v)) ==
	    ONSHI_OK; onshi_visit_free(&v), n--)
		r = receive(v, op);
	if (r != ONSHI_OK)
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_arrivals_free(&w);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
