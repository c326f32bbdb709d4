/* A request for many: what it is made of, and by what it is found again. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query/inside.h"
#include "onshikaku/bulk.h"

#define ROOM_FIRST	64u
#define MARK		"onshikaku-bulk-1"
#define FIELDS		8		/* of a ticket */
#define CHECK		8		/* digits: tell of a change, of nobody */

/* ---- what it is made of --------------------------------------------------- */

int
oki_bulk_begin(const struct oki_case *k, struct oki_bulk *b, int kind)
{
	struct onshi_error e;
	int r;

	if ((b->kind = oki_bulk_kind(kind)) == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_request_id(b->id)) != ONSHI_OK ||
	    (r = oki_doc_new(b->kind->hand_in, &b->request)) != ONSHI_OK)
		return r;
	oki_question_shorten(b->id, b->short_id);
	b->since = oki_now(k->env);
	if (b->kind->all == 0)
		return ONSHI_OK;
	if ((r = oki_bulk_add(b, &e)) != ONSHI_OK || b->kind->treatment == NULL)
		return r;

	return oki_record_put(b->person[0], ONSHI_EL_MEDICAL_TREATMENT_FLAG,
	    b->kind->treatment, &e);
}

static int
make_room(struct oki_bulk *b)
{
	size_t room = b->room == 0 ? ROOM_FIRST : 2 * b->room;
	struct onshi_record **more;

	if (b->persons < b->room)
		return ONSHI_OK;
	if ((more = oki_alloc_array(room, sizeof(*more))) == NULL)
		return ONSHI_E_NOMEM;
	if (b->persons > 0)
		memcpy(more, b->person, b->persons * sizeof(*more));
	oki_free(b->person);
	b->person = more;
	b->room = room;

	return ONSHI_OK;
}

/* By what its answer is known again: its place, and nothing of the person. */
static int
number(struct oki_bulk *b, struct onshi_error *e)
{
	char text[24];

	if (b->kind->named_by != ONSHI_EL_ARBITRARY_IDENTIFIER)
		return ONSHI_OK;
	(void)snprintf(text, sizeof(text), "%zu", b->persons);

	return oki_record_put(b->person[b->persons - 1],
	    ONSHI_EL_ARBITRARY_IDENTIFIER, text, e);
}

int
oki_bulk_add(struct oki_bulk *b, struct onshi_error *e)
{
	int el = b->kind->one != 0 ? b->kind->one : b->kind->all;
	int r;

	if ((b->kind->most != 0 && b->persons == b->kind->most) ||
	    (b->kind->one == 0 && b->persons > 0))
		return oki_fail(e, ONSHI_E_STATE, "no more persons in it");
	if ((r = make_room(b)) != ONSHI_OK)
		return oki_fail(e, r, "no memory for a person");
	if ((r = oki_record_open(oki_doc_body(b->request), el,
	    &b->person[b->persons], e)) != ONSHI_OK)
		return r;
	b->persons++;

	return number(b, e);
}

int
oki_bulk_put(struct oki_bulk *b, int el, const char *text,
    struct onshi_error *e)
{
	struct onshi_record *to = NULL;
	size_t i;
	int r;

	if (el == ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE && b->kind->dated)
		to = oki_doc_header(b->request);
	for (i = 0; to == NULL && i < OKI_BULK_VALUES; i++)
		if (el != 0 && el == b->kind->value[i]) {
			if (b->persons == 0)
				return oki_fail(e, ONSHI_E_STATE,
				    "no person was added");
			to = b->person[b->persons - 1];
		}
	if (to == NULL)
		return oki_fail(e, ONSHI_E_ARG,
		    "no element that can be set here");
	if (text == NULL) {
		oki_record_drop(to, el);
		return ONSHI_OK;
	}
	if ((r = oki_input_check(el, text, e)) != ONSHI_OK)
		return r;

	return oki_record_put(to, el, text, e);
}

void
oki_bulk_clear(struct oki_bulk *b)
{
	oki_doc_free(&b->request);
	oki_free(b->person);
	oki_free(b->by_name);
	oki_wipe(b, sizeof(*b));
}

/* ---- by what it is found again -------------------------------------------- */

/* Whose it is and of which day: today in Japan, unless another was set. */
int
oki_bulk_head(const struct oki_case *k, struct oki_bulk *b,
    struct onshi_error *e)
{
	struct onshi_record *head = oki_doc_header(b->request);
	const char *day = oki_record_get(head,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE);

	if (b->day[0] == '\0')
		oki_date_format(b->day, oki_date_of(oki_now(k->env)));
	if (day != NULL)
		(void)oki_copy(b->day, sizeof(b->day), day);
	else if (b->kind->dated && oki_record_put(head,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, b->day, e) != ONSHI_OK)
		return oki_fail(e, ONSHI_E_NOMEM, "a day");

	return oki_record_put(head, ONSHI_EL_MEDICAL_INSTITUTION_CODE,
	    oki_config_text(oki_env_config(k->env), OKI_FACILITY_CODE), e);
}

/* FNV-1a: no secret, and against mistakes alone. */
static uint32_t
mix(const uint8_t *p, size_t len)
{
	uint32_t h = 2166136261u;

	for (; len > 0; len--)
		h = (h ^ *p++) * 16777619u;

	return h;
}

/* Of all that is asked, but for its name. */
static int
check_of(const struct oki_bulk *b, char to[CHECK + 1],
    struct onshi_error *e)
{
	struct oki_buf all;
	int r;

	oki_record_drop(oki_doc_header(b->request),
	    ONSHI_EL_ARBITRARY_FILE_IDENTIFIER);
	oki_buf_init(&all, SIZE_MAX / 2);
	if ((r = oki_message_write(b->request, OKI_UTF_8, &all, e)) ==
	    ONSHI_OK)
		(void)snprintf(to, CHECK + 1, "%08" PRIx32,
		    mix(all.data, all.len));
	oki_buf_free(&all);

	return r == ONSHI_OK ? r : oki_fail(e, r, "a ticket");
}

static int
put_packed(struct oki_buf *to, const char *text)
{
	int r;

	if ((r = oki_buf_text(to, " ")) != ONSHI_OK)
		return r;

	return *text == '\0' ? oki_buf_text(to, "-") :
	    oki_base64(to, (const uint8_t *)text, strlen(text));
}

int
oki_bulk_write(const struct oki_case *k, struct oki_bulk *b,
    const char *asker, char to[OKI_BULK_TICKET], struct onshi_error *e)
{
	char check[CHECK + 1], head[160];
	struct oki_buf text;
	int r;

	if ((r = oki_bulk_head(k, b, e)) != ONSHI_OK ||
	    (r = check_of(b, check, e)) != ONSHI_OK)
		return r;
	(void)snprintf(head, sizeof(head), MARK " %s %s %" PRId64 " %s %s",
	    b->kind->name, b->id, b->since, b->day, check);
	oki_buf_init(&text, OKI_BULK_TICKET - 1);
	if ((r = oki_buf_text(&text, head)) == ONSHI_OK &&
	    (r = put_packed(&text, asker)) == ONSHI_OK &&
	    (r = put_packed(&text, b->receipt)) == ONSHI_OK)
		(void)oki_copy(to, OKI_BULK_TICKET, (const char *)text.data);
	oki_buf_free(&text);

	return r == ONSHI_OK ? r : oki_fail(e, r, "a ticket");
}

/* Its words, parted by single spaces; false: it has other ones. */
static bool
split(char *text, char *words[FIELDS])
{
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		words[i] = text;
		text += strcspn(text, " ");
		if (text == words[i] || (*text == '\0') != (i == FIELDS - 1))
			return false;
		if (*text == ' ')
			*text++ = '\0';
	}

	return true;
}

static bool
unpack(const char *word, char *to, size_t room)
{
	struct oki_buf bytes;
	bool is = true;

	*to = '\0';
	if (strcmp(word, "-") == 0)
		return true;
	oki_buf_init(&bytes, room);
	if (oki_unbase64(&bytes, word, strlen(word)) != ONSHI_OK ||
	    oki_buf_byte(&bytes, '\0') != ONSHI_OK ||
	    strlen((char *)bytes.data) + 1 != bytes.len)
		is = false;
	else
		(void)oki_copy(to, room, (char *)bytes.data);
	oki_buf_free(&bytes);

	return is;
}

/* A UUID as we make them. */
static bool
is_id(const char *s)
{
	return strlen(s) == OKI_REQUEST_ID - 1 &&
	    oki_is_word(s, OKI_REQUEST_ID - 1);
}

int
oki_bulk_read(const struct oki_case *k, struct oki_bulk *b,
    const char *asker, const char *ticket, struct onshi_error *e)
{
	char text[OKI_BULK_TICKET], check[CHECK + 1], *word[FIELDS];
	char who[OKI_ID], receipt[sizeof(b->receipt)];
	int64_t since;
	int32_t day;
	int r;

	if (!oki_copy(text, sizeof(text), ticket) || !split(text, word) ||
	    strcmp(word[0], MARK) != 0 || !is_id(word[2]) ||
	    !oki_number(word[3], &since) || !oki_date_parse(word[4], &day) ||
	    !unpack(word[6], who, sizeof(who)) ||
	    !unpack(word[7], receipt, sizeof(receipt)))
		return oki_fail(e, ONSHI_E_VALUE, "no ticket");
	if (strcmp(who, asker) != 0)
		return oki_fail_rule(e, "CO-13", ONSHI_E_OPERATOR,
		    "another operator has asked");
	(void)oki_copy(b->day, sizeof(b->day), word[4]);
	if ((r = oki_bulk_head(k, b, e)) != ONSHI_OK ||
	    (r = check_of(b, check, e)) != ONSHI_OK)
		return r;
	if (strcmp(word[1], b->kind->name) != 0 ||
	    strcmp(word[4], b->day) != 0 || strcmp(word[5], check) != 0)
		return oki_fail(e, ONSHI_E_VALUE,
		    "the ticket is of other persons or values");
	(void)oki_copy(b->id, sizeof(b->id), word[2]);
	oki_question_shorten(b->id, b->short_id);
	(void)oki_copy(b->receipt, sizeof(b->receipt), receipt);
	b->since = since;
	b->maybe = b->resumed = true;

	return ONSHI_OK;
}
