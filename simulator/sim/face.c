/* face.c: a patient at the official face reader, and the file that comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

#define FACE	"OQSsiquc01res_face"

/* What the patient does and answers. */
struct touch {
	const char	*who;
	int		 method;
	int		 by_phone;
	int		 registers;
	int		 flags[CATEGORIES];
	const char	*prescription;
	struct folder	*folder;
};

static int
read_consents(const char *list, int flags[CATEGORIES])
{
	char *copy = text_dup(list), *rest = copy, *word;
	int i, r = 0;

	while (r == 0 && (word = strsep(&rest, ",")) != NULL) {
		if (*word == '\0' || strcmp(word, "none") == 0)
			continue;
		r = strcmp(word, "all") == 0 ? 0 : -1;
		for (i = 0; i < CATEGORIES; i++)
			if (strcmp(word, "all") == 0 ||
			    strcmp(word, categories[i].name) == 0) {
				flags[i] = 1;
				r = 0;
			}
	}
	free(copy);
	return r;
}

static int
one_of(const char *value, const char *const *words, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static int
read_option(struct sim *sim, const char *name, const char *value,
    struct touch *t)
{
	static const char *const methods[] = { "face", "pin", "visual" };
	static const char *const carriers[] = { "card", "phone" };
	static const char *const forms[] = { "electronic", "paper" };
	int64_t n;

	if (strcmp(name, "--consent") == 0)
		return read_consents(value, t->flags);
	if (strcmp(name, "--method") == 0)
		return (t->method = one_of(value, methods, 3) + 1) - 1;
	if (strcmp(name, "--carrier") == 0)
		return t->by_phone = one_of(value, carriers, 2);
	if (strcmp(name, "--prescription") == 0) {
		n = one_of(value, forms, 2);
		t->prescription = n == 0 ? "1" : "2";
		return (int)n;
	}
	if (strcmp(name, "--terminal") != 0 || text_number(value, &n) != 0 ||
	    n < 1)
		return -1;
	t->folder = folder_at(sim, n);
	return t->folder == NULL ? -1 : 0;
}

/* WHO [--method face|pin|visual] [--consent LIST] [--carrier card|phone] … */
static int
read_touch(struct sim *sim, int argc, char **argv, struct touch *t)
{
	int i;

	memset(t, 0, sizeof(*t));
	t->method = 1;
	t->folder = sim->folders;
	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--register-use") == 0)
			t->registers = 1;
		else if (strncmp(argv[i], "--", 2) != 0 && t->who == NULL)
			t->who = argv[i];
		else if (i + 1 == argc || read_option(sim, argv[i],
		    argv[i + 1], t) < 0)
			return -1;
		else
			i++;
	return t->who == NULL || t->folder == NULL ||
	    strchr(t->who, '/') != NULL ? -1 : 0;
}

/* What the reader itself sees, before it asks anybody. */
static const char *
reader_refuses(const struct sim *sim, const struct touch *t)
{
	char *ini = card_file(sim, t->who, "profile.ini", NULL), *tries;
	const char *why = NULL;

	if (t->by_phone && t->method == 3)
		why = "PHONE スマートフォンは目視で確認できません";
	if (ini == NULL)
		return why;
	tries = card_value(ini, "pin_tries");
	if (t->method == 2 && strcmp(tries, "0") == 0)
		why = "PIN 暗証番号を使用できないカードです";
	free(tries);
	free(ini);
	return why;
}

static const char *
check_card(struct sim *sim, const struct touch *t, struct request *req,
    struct proof *p)
{
	const char *code = "CARD 利用者証明用電子証明書がありません";
	struct cert cert;
	size_t len = 0;
	char *der = card_file(sim, t->who, "auth.der", &len);

	if (der != NULL && cert_parse(&cert, (unsigned char *)der, len) ==
	    0) {
		code = proof_of_reader(sim, req, &cert, p);
		cert_free(&cert);
	}
	free(der);
	return code;
}

/* Somebody whom the database knows by number has a card that is valid. */
static const char *
find_holder(struct sim *sim, const struct touch *t, struct request *req,
    struct proof *p)
{
	char *ini = card_file(sim, t->who, "profile.ini", NULL);
	const char *why = reader_refuses(sim, t);

	memset(p, 0, sizeof(*p));
	p->method = t->method;
	p->registers = t->registers;
	memcpy(p->flags, t->flags, sizeof(p->flags));
	if (why == NULL && sim->down)
		why = "LINE オンライン資格確認等システムに接続できません";
	if (why == NULL && service_is_stopped(sim, req))
		why = SUSPENDED " " SUSPENDED_TEXT;
	if (why == NULL && ini != NULL)
		why = check_card(sim, t, req, p);
	else if (why == NULL && (p->person = people_find(sim, t->who)) == 0)
		why = "NOBODY そのようなカードはありません";
	free(ini);
	return why;
}

static void
random_bytes(struct sim *sim, unsigned char *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (unsigned char)prng_below(&sim->prng, 256);
}

/* 18 letters and digits, as the seed says. */
static void
make_id(struct sim *sim, char id[19])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	int i;

	for (i = 0; i < 18; i++)
		id[i] = set[prng_below(&sim->prng, (int)sizeof(set) - 1)];
	id[18] = '\0';
}

static int
write_result(struct sim *sim, const struct touch *t, struct request *req,
    struct proof *p, struct reply *rep)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr root = xmlNewNode(NULL, (const xmlChar *)"XmlMsg");
	xmlNodePtr header, body;
	unsigned char mark[16];
	char date[16], *identifier;
	int r;

	random_bytes(sim, mark, sizeof(mark));
	identifier = text_base64(mark, sizeof(mark));
	snprintf(date, sizeof(date), "%d", (int)clock_date(req->now));
	xmlDocSetRootElement(doc, root);
	header = xml_put(root, "MessageHeader", NULL);
	body = xml_put(root, "MessageBody", NULL);
	eligibility_header(header, req->now, req->terminal, identifier, date,
	    1);
	eligibility_end(header, NULL, NULL);
	xml_add(body, "PrescriptionIssueSelect", t->prescription);
	r = eligibility_by_card(sim, req, p, clock_date(req->now), rep, body);
	if (r == SAID_ANSWER)
		bend_write(sim, doc, req->now, rep);
	xmlFreeDoc(doc);
	free(identifier);
	return r == SAID_ANSWER && rep->status == 200 ? 0 : -1;
}

static char *
face_name(struct sim *sim, const struct touch *t, const struct request *req,
    const struct reply *rep)
{
	char id[19], stamp[15];

	make_id(sim, id);
	clock_stamp(req->now, stamp);
	return text_format(FACE "_%s%s_%s.xml", rep->faults.has[FAULT_FOREIGN]
	    ? bend_other_institution(t->folder->code) : t->folder->code, id,
	    stamp);
}

/*
 * The name of the file that came; "refused CODE TEXT" where the reader told
 * the patient, and nobody else; NULL if that is no touch. The service's lock
 * is held.
 */
char *
face_touch(struct sim *sim, int argc, char **argv)
{
	struct request req = { .prefix = FACE, .by_folder = 1 };
	struct reply rep = { 0 };
	struct proof p;
	struct touch t;
	const char *why;
	char *name, *said;

	if (read_touch(sim, argc, argv, &t) != 0)
		return NULL;
	fault_pick(&sim->faults, "face", &rep.faults);
	if (t.folder->settings->sjis)
		rep.faults.has[FAULT_SJIS] = 1;
	req.terminal = t.folder->code;
	req.now = clock_now(&sim->clock) - rep.faults.v[FAULT_OLD];
	if ((why = find_holder(sim, &t, &req, &p)) != NULL)
		return text_format("refused %s\n", why);
	db_run(&sim->db, "BEGIN", "");
	name = face_name(sim, &t, &req, &rep);
	said = write_result(sim, &t, &req, &p, &rep) == 0 ?
	    text_format("%s\n", name) : NULL;
	db_run(&sim->db, "COMMIT", "");
	if (said != NULL && !rep.faults.has[FAULT_DROP]) {
		plan_face(t.folder, name, &rep, req.now);
		step_run(t.folder, 0);
		folder_wake(t.folder);
	}
	reply_free(&rep);
	free(name);
	return said;
}
