/* service.c: a request becomes an answer: known before, refused, or made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "bulk.h"
#include "sim.h"

typedef int handler(struct sim *, struct request *, struct reply *,
    xmlNodePtr, xmlNodePtr);

static const struct {
	const char *prefix;
	handler	   *answer;
} functions[] = {
	{ "OQSsiquc01req", eligibility_answer },
	{ "OQSsiimm01req", registration_answer },
	{ "OQSmuquc01req", bulk_upload }, { "OQSmuquc02req", bulk_fetch },
	{ "OQSmuimm01req", bulk_upload }, { "OQSmuimm02req", bulk_fetch },
	{ "OQSmutic01req", bulk_upload }, { "OQSmutic02req", bulk_fetch },
	{ "OQSmuhvq01req", bulk_upload }, { "OQSmuhvq02req", bulk_fetch },
	{ "OQSmuonq01req", bulk_upload }, { "OQSmuonq02req", bulk_fetch },
	{ "YZKsiquc01req", medical_drugs },
	{ "TKKsiquc01req", medical_checkups },
	{ "XDISsiquc01req", disaster_search },
	{ "XDISsivst01req", disaster_visit },
	{ "XEMGsiquc01req", emergency_search },
	{ "XEMGsivst01req", emergency_visit },
};

static handler *
find_function(const char *prefix)
{
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].prefix, prefix) == 0)
			return functions[i].answer;
	return NULL;
}

/* UUID version 4: 8-4-4-4-12 hexadecimal digits. */
static int
is_uuid(const char *id)
{
	static const char form[] = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t i;

	if (id == NULL || strlen(id) != strlen(form))
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'x' ? strchr(hex, id[i]) == NULL :
		    form[i] == 'v' ? strchr("89abAB", id[i]) == NULL :
		    id[i] != form[i])
			return 0;
	return 1;
}

static int
digest(const struct request *req, unsigned char out[32])
{
	const char *token = req->token == NULL ? "" : req->token;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int n = 32;
	int ok;

	ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, req->prefix, strlen(req->prefix) + 1) == 1 &&
	    EVP_DigestUpdate(ctx, token, strlen(token) + 1) == 1 &&
	    EVP_DigestUpdate(ctx, req->body, req->len) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, &n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* 1: answered before, and the same again; 409: the id of another request. */
static int
answered(struct sim *sim, const struct request *req,
    const unsigned char hash[32], struct reply *rep)
{
	sqlite3_stmt *st;
	int r = 0;

	db_run(&sim->db, "DELETE FROM reply WHERE made<?", "i",
	    req->now - DAY);
	st = db_query(&sim->db, "SELECT digest, err, token, body FROM "
	    "reply WHERE terminal=? AND id=?", "tt", req->terminal, req->id);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		r = 409;
		if (sqlite3_column_bytes(st, 0) == 32 &&
		    memcmp(sqlite3_column_blob(st, 0), hash, 32) == 0) {
			r = 1;
			rep->status = 200;
			rep->is_err = sqlite3_column_int(st, 1);
			snprintf(rep->token, sizeof(rep->token), "%s",
			    db_text(st, "token"));
			rep->len = (size_t)sqlite3_column_bytes(st, 3);
			if (rep->len == 0) {	/* too long for a row */
				r = bulk_again(sim, req, rep);
				goto out;
			}
			rep->body = malloc(rep->len + 1);
			if (rep->body != NULL && rep->len > 0)
				memcpy(rep->body, sqlite3_column_blob(st, 3),
				    rep->len);
		}
	}
out:
	sqlite3_finalize(st);
	return r;
}

static void
keep(struct sim *sim, const struct request *req, const unsigned char hash[32],
    const struct reply *rep)
{
	int kept = bulk_keep(sim, req, rep);

	db_run(&sim->db, "INSERT OR REPLACE INTO reply VALUES"
	    "(?,?,?,?,?,?,?)", "ttibitb", req->terminal, req->id, req->now,
	    hash, (size_t)32, (int64_t)rep->is_err, rep->token,
	    kept ? "" : rep->body, kept ? (size_t)0 : rep->len);
}

void
reply_free(struct reply *rep)
{
	if (rep->blob != NULL)
		blob_drop(rep->blob);
	else
		free(rep->body);
	free(rep->stale);
	rep->body = rep->stale = NULL;
	rep->blob = NULL;
}

/* What the folder would have returned as .err: opaque to the client. */
static void
throw_back(struct reply *rep)
{
	rep->status = 200;
	rep->is_err = 1;
	rep->token[0] = '\0';
	rep->body = text_dup("XSIM0901E 要求ファイルを処理できません。\r\n");
	rep->len = strlen(rep->body);
}

static int
read_request(struct sim *sim, struct request *req)
{
	xmlNodePtr root;

	if (bulk_is_list(req->prefix))
		return bulk_read(sim, req);

	if (!req->by_webapi)
		req->doc = xml_read(req->body, req->len);
	if (req->doc == NULL)
		return -1;
	root = xmlDocGetRootElement(req->doc);
	if (root == NULL || strcmp((const char *)root->name, "XmlMsg") != 0)
		return -1;
	req->header = xml_child(root, "MessageHeader");
	req->content = xml_child(root, "MessageBody");
	return req->header == NULL || req->content == NULL ? -1 : 0;
}

/* The answer's document; SAID_ERR, or a status that refuses. */
static int
make_answer(struct sim *sim, handler *answer, struct request *req,
    struct reply *rep)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr root = xmlNewNode(NULL, (const xmlChar *)"XmlMsg");
	xmlNodePtr header, body;
	int r;

	xmlDocSetRootElement(doc, root);
	header = xml_put(root, "MessageHeader", NULL);
	body = xml_put(root, "MessageBody", NULL);
	r = answer(sim, req, rep, header, body);
	if (r == SAID_ANSWER && rep->body == NULL)
		bend_write(sim, doc, req->now, rep);
	xmlFreeDoc(doc);
	return r;
}

static void
answer_file(struct sim *sim, handler *answer, struct request *req,
    struct reply *rep)
{
	const char *code;
	int r = SAID_ERR;

	if (!rep->faults.has[FAULT_ERR] && read_request(sim, req) == 0) {
		code = xml_text(req->header, "MedicalInstitutionCode");
		r = code == NULL || strcmp(code, req->terminal) != 0 ? 403 :
		    make_answer(sim, answer, req, rep);
	}
	bulk_read_end(sim, req, r == SAID_ANSWER);
	if (r == SAID_ERR || (r != SAID_ANSWER && req->by_folder))
		throw_back(rep);	/* a folder has no other refusal */
	else if (r != SAID_ANSWER)
		rep->status = r;
	xmlFreeDoc(req->doc);
	req->doc = NULL;
}

/* By folder: no id by which an answer could be known before. */
static void
answer_by_folder(struct sim *sim, struct request *req, struct reply *rep)
{
	handler *answer = find_function(req->prefix);

	/* What is ours alone (X...) the official application has not. */
	if (answer == NULL || req->len == 0 || req->prefix[0] == 'X') {
		throw_back(rep);
		return;
	}
	db_run(&sim->db, "BEGIN", "");
	answer_file(sim, answer, req, rep);
	db_run(&sim->db, "COMMIT", "");
}

/* Commands that a scenario hung on an answer of this function; each once. */
void
service_pull(struct sim *sim, const char *prefix)
{
	struct trigger **at = &sim->triggers, *t;
	char *said;

	while ((t = *at) != NULL) {
		if (strcmp(t->prefix, prefix) != 0) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		said = control_do(sim, t->command);
		free(said);
		free(t->prefix);
		free(t->command);
		free(t);
	}
}

/* With the lock held, and the document of it made. */
void
service_by_webapi(struct sim *sim, struct request *req, struct reply *rep)
{
	handler *answer = find_function(req->prefix);

	/* Bulk answers are not written as JSON; X... is ours alone. */
	if (answer == NULL || req->prefix[0] == 'X' ||
	    strncmp(req->prefix, "OQSmu", 5) == 0) {
		xmlFreeDoc(req->doc);
		req->doc = NULL;
		rep->status = 404;
		return;
	}
	db_run(&sim->db, "BEGIN", "");
	answer_file(sim, answer, req, rep);
	db_run(&sim->db, "COMMIT", "");
	if (rep->is_err)
		rep->status = 400;	/* there is no other word for it */
}

static void
answer_function(struct sim *sim, struct request *req, struct reply *rep)
{
	handler *answer = find_function(req->prefix);
	unsigned char hash[32];
	int r;

	if (answer == NULL || !is_uuid(req->id)) {
		rep->status = answer == NULL ? 404 : 400;
		return;
	}
	if (digest(req, hash) != 0) {
		rep->status = 500;
		return;
	}
	if ((r = answered(sim, req, hash, rep)) == 0) {
		db_run(&sim->db, "BEGIN", "");
		answer_file(sim, answer, req, rep);
		if (rep->status == 200)
			keep(sim, req, hash, rep);
		db_run(&sim->db, "COMMIT", "");
	} else if (r != 1)
		rep->status = r;
}

int
service_is_stopped(struct sim *sim, const struct request *req)
{
	return db_int(&sim->db, "SELECT count(*) FROM stopped WHERE terminal=?"
	    " AND prefix IN ('', ?)", "tt", req->terminal, req->prefix) > 0;
}

void
service_answer(struct sim *sim, struct request *req, struct reply *rep)
{
	memset(rep, 0, sizeof(*rep));
	pthread_mutex_lock(&sim->lock);
	req->now = clock_now(&sim->clock);
	fault_pick(&sim->faults, req->prefix, &rep->faults);
	if (rep->faults.has[FAULT_STATUS])
		rep->status = (int)rep->faults.v[FAULT_STATUS];
	else if (rep->faults.has[FAULT_DROP])
		rep->status = 0;
	else if (strcmp(req->prefix, "challenge") == 0) {
		rep->status = req->len > 0 ? 400 : challenge_new(sim,
		    req->terminal, &rep->body, &rep->len) == 0 ? 200 : 500;
	} else
		answer_function(sim, req, rep);
	service_pull(sim, req->prefix);
	pthread_mutex_unlock(&sim->lock);
}

/*
 * A request that the application took from a folder, with what befalls it;
 * a line that is down, or a status, means that nothing comes.
 */
void
service_by_folder(struct sim *sim, struct request *req, struct reply *rep)
{
	pthread_mutex_lock(&sim->lock);
	req->now = clock_now(&sim->clock);
	req->by_folder = 1;
	if (!sim->down && !rep->faults.has[FAULT_STATUS] &&
	    !rep->faults.has[FAULT_DROP])
		answer_by_folder(sim, req, rep);
	service_pull(sim, req->prefix);
	pthread_mutex_unlock(&sim->lock);
}
