/*
 * What the four recipes of HACKING.md 8 bring: an element, a category, a
 * result and a link that exist in this copy of the tree alone (recipes.sh).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"

static int bad;

static void
hold(int yes, const char *what)
{
	if (yes)
		return;
	printf("recipes: %s\n", what);
	bad = 1;
}

static void
element(void)
{
	static const char answer[] = "<?xml version=\"1.0\"?><XmlMsg>"
	    "<MessageHeader/><MessageBody><ResultList><ResultOfQualification"
	    "Confirmation><VaccinationDay>20260401</VaccinationDay>"
	    "<VaccinationResult>1</VaccinationResult></ResultOfQualification"
	    "Confirmation></ResultList></MessageBody></XmlMsg>";
	struct onshi_message *m = NULL;
	const char *path;
	size_t i;

	hold(onshi_element_number("VaccinationDay") ==
	    ONSHI_EL_VACCINATION_DAY, "the element has no number");
	hold(strcmp(onshi_element_text(ONSHI_EL_VACCINATION_DAY, "ja"),
	    "予防接種日") == 0, "the element has no Japanese name");
	hold(onshi_message_new(&m) == ONSHI_OK && onshi_message_read(m,
	    "OQSsiquc01res_1.xml", (const uint8_t *)answer, strlen(answer)) ==
	    ONSHI_OK, "a message with it is not read");
	for (i = 0; onshi_message_unknown(m, i, &path) == ONSHI_OK; i++)
		hold(strstr(path, "Vaccination") == NULL, path);
	onshi_message_free(&m);
}

/* What the service says of that consent: for a day from now on, its time. */
static const char *
granted(const struct fake *f)
{
	static char text[256];
	time_t now = (time_t)(f->wall / 1000 + 9 * 3600), end = now + 86400;
	char from[15], until[15];
	struct tm tm;

	(void)strftime(from, sizeof(from), "%Y%m%d%H%M%S", gmtime_r(&now, &tm));
	(void)strftime(until, sizeof(until), "%Y%m%d%H%M%S",
	    gmtime_r(&end, &tm));
	(void)snprintf(text, sizeof(text),
	    "<InfectiousInfoConsFlg>1</InfectiousInfoConsFlg>"
	    "<InfectiousInfoConsTime>%s</InfectiousInfoConsTime>"
	    "<InfectiousInfoAvailableTime>%s</InfectiousInfoAvailableTime>",
	    from, until);

	return text;
}

/* Consent asked for, given, granted by the service, and the gate open. */
static void
category(void)
{
	static struct fake f;
	struct onshi_operator *op = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL;
	struct onshi *o;

	fake_prepare();
	fake_init(&f);
	f.more = granted(&f);
	o = fake_root(&f);
	hold(strcmp(onshi_category_name(ONSHI_CATEGORY_INFECTIONS),
	    "infections") == 0, "the category has no name");
	hold(strstr(onshi_notice_text(o, ONSHI_NOTICE_CONSENT,
	    ONSHI_CATEGORY_INFECTIONS, "ja"), "感染症") != NULL,
	    "its consent has no question");
	hold(onshi_operator_new(o, "dr-1", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op) == ONSHI_OK &&
	    onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v) == ONSHI_OK &&
	    onshi_visit_set_method(v, ONSHI_METHOD_PIN) == ONSHI_OK &&
	    onshi_visit_set_pin(v, "1234", 0) == ONSHI_OK, "no visit");
	hold(onshi_visit_set_consent(v, ONSHI_CATEGORY_INFECTIONS,
	    ONSHI_CONSENT_GIVEN) == ONSHI_OK, "it cannot be consented to");
	hold(onshi_visit_advance(v) == ONSHI_OK, "no check-in with it");
	hold(onshi_visit_may(v, ONSHI_CATEGORY_INFECTIONS, op) == ONSHI_OK,
	    "the gate is shut");
	hold(onshi_visit_get(v, ONSHI_CATEGORY_INFECTIONS, op, &a) == ONSHI_OK,
	    onshi_error_text(onshi_visit_error(v)));
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	fake_done(&f);
}

static void
result(void)
{
	hold(strcmp(onshi_result_name(-499), "ONSHI_E_LINK_CLOSED") == 0 &&
	    onshi_result_class(ONSHI_E_LINK_CLOSED) == 4, "no such result");
	hold(strcmp(onshi_result_text(ONSHI_E_LINK_CLOSED, "ja"),
	    "オンライン資格確認等システムは時間外です") == 0, "without a text");
}

/* A question goes to the link that the word names. */
static void
link_of_that_type(void)
{
	struct onshi_config *c = NULL;
	struct onshi_visit *v = NULL;
	struct onshi *o = NULL;

	hold(onshi_config_new(&c) == ONSHI_OK && onshi_config_set(c,
	    "facility.institution_code", "1319999996") == ONSHI_OK &&
	    onshi_config_set(c, "facility.kind", "medical") == ONSHI_OK, "key");
	hold(onshi_config_set(c, "link.type", "closed") == ONSHI_OK,
	    "link.type has no such word");
	hold(onshi_new(ONSHI_ABI, c, &o) == ONSHI_OK,
	    onshi_error_text(onshi_config_error(c)));
	hold(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v) == ONSHI_OK &&
	    onshi_visit_set_method(v, ONSHI_METHOD_NUMBER) == ONSHI_OK &&
	    onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER, "06123453") ==
	    ONSHI_OK && onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "123") == ONSHI_OK &&
	    onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE, "19800512") ==
	    ONSHI_OK, "no visit by number");
	hold(onshi_visit_advance(v) == ONSHI_E_LINK_CLOSED,
	    onshi_error_text(onshi_visit_error(v)));
	onshi_visit_free(&v);
	onshi_free(&o);
	onshi_config_free(&c);
}

int
main(void)
{
	element();
	category();
	result();
	link_of_that_type();

	return bad;
}
