/*
 * webapi.c: the same service as directly connected sites reach it: JSON, a
 * login by client certificate, a token that goes along with each inquiry.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>
#include <openssl/rand.h>

#include "sim.h"

#define BASE		"/oqs-api-pro/"
#define LOGIN		BASE "MSA12020/ILI12020SV01/auth"
#define SEARCH		BASE "MSA01030/ILI01030SV01/search"
#define OTHERS		BASE "SIM/"	/* paths of our own, by prefix */
#define DEPTH		64

int
webapi_is(const char *url)
{
	return strncmp(url, BASE, sizeof(BASE) - 1) == 0;
}

/* The function that lies there; NULL: none. */
static const char *
function_at(const char *url)
{
	if (strcmp(url, LOGIN) == 0)
		return WEBAPI_LOGIN;
	if (strcmp(url, SEARCH) == 0)
		return "OQSsiquc01req";

	return strncmp(url, OTHERS, sizeof(OTHERS) - 1) == 0 ?
	    url + sizeof(OTHERS) - 1 : NULL;
}

/* ---- the login ------------------------------------------------------ */

static int
login(struct sim *sim, const struct request *req, struct reply *rep)
{
	const struct entry e = { WEBAPI_LOGIN, req->terminal, 0, 0, NULL,
	    NULL, NULL, NULL };
	unsigned char value[32];
	char token[2 * sizeof(value) + 1];
	json_t *body = json_loadb(req->body, req->len,
	    JSON_REJECT_DUPLICATES, NULL);
	int is_object = json_is_object(body);

	json_decref(body);
	if (!is_object)
		return 400;
	if (RAND_bytes(value, sizeof(value)) != 1)
		return 500;
	text_hex(value, sizeof(value), token);
	db_run(&sim->db, "INSERT INTO login VALUES(?,?)", "tt", token,
	    req->terminal);
	record_add(sim, req->now, &e);
	rep->body = text_format("{\"status\":\"200\",\"msg\":\"OK\","
	    "\"result\":{\"accessToken\":\"A-%.16s\",\"refreshToken\":"
	    "\"R-%.16s\",\"idToken\":\"%s\",\"linkSysCharCd\":\"UTF-8\"}}",
	    token, token + 16, token);
	rep->len = strlen(rep->body);

	return 200;
}

static int
is_logged_in(struct sim *sim, const struct request *req)
{
	return req->token != NULL && db_int(&sim->db, "SELECT count(*) FROM "
	    "login WHERE token=? AND terminal=?", "tt", req->token,
	    req->terminal) > 0;
}

/* ---- JSON to elements ----------------------------------------------- */

/* Members are elements, an array its name again and again; a text alone is a
 * value. */
static int
read_member(xmlNodePtr to, const char *name, json_t *v, int depth)
{
	const char *key;
	xmlNodePtr node;
	json_t *item;
	size_t i;
	int r = 0;

	if (json_is_array(v)) {
		json_array_foreach(v, i, item)
			r |= read_member(to, name, item, depth);
		return r;
	}
	if (depth > DEPTH || (!json_is_string(v) && !json_is_object(v)) ||
	    xmlValidateNCName((const xmlChar *)name, 0) != 0)
		return -1;
	node = xml_put(to, name, json_string_value(v));
	json_object_foreach(v, key, item)
		r |= read_member(node, key, item, depth + 1);

	return r;
}

static xmlDocPtr
read_json(const char *data, size_t len)
{
	json_t *top = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *msg = json_object_get(top, "XmlMsg");
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr root = xmlNewNode(NULL, (const xmlChar *)"XmlMsg");
	const char *key;
	json_t *v;
	int r = json_is_object(msg) && json_object_size(top) == 1 ? 0 : -1;

	xmlDocSetRootElement(doc, root);
	json_object_foreach(msg, key, v)
		r |= read_member(root, key, v, 1);
	json_decref(top);
	if (r == 0)
		return doc;
	xmlFreeDoc(doc);

	return NULL;
}

/* ---- elements to JSON ----------------------------------------------- */

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static json_t *write_node(xmlNodePtr node);

static json_t *
write_items(xmlNodePtr list)
{
	json_t *array = json_array(), *item;
	xmlNodePtr n;

	for (n = list->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		item = json_object();
		json_object_set_new(item, (const char *)n->name,
		    write_node(n));
		json_array_append_new(array, item);
	}

	return array;
}

static json_t *
write_node(xmlNodePtr node)
{
	const char *name = (const char *)node->name;
	json_t *object, *there;
	xmlChar *text;
	xmlNodePtr n;

	if (ends_with(name, "List"))
		return write_items(node);
	if (xmlFirstElementChild(node) == NULL) {
		text = xmlNodeGetContent(node);
		object = json_string(text == NULL ? "" : (const char *)text);
		xmlFree(text);
		return object;
	}
	object = json_object();
	for (n = node->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		name = (const char *)n->name;
		there = json_object_get(object, name);
		if (there == NULL)
			json_object_set_new(object, name, write_node(n));
		else {
			if (!json_is_array(there)) {
				there = json_pack("[O]", there);
				json_object_set_new(object, name, there);
			}
			json_array_append_new(there, write_node(n));
		}
	}

	return object;
}

/* What no honest service writes; NULL: this one is honest. */
static char *
bend_json(const struct fault_set *f, const char *whole)
{
	char *deep, *s;

	if (f->has[FAULT_TWINS])	/* which of two is it? */
		return text_format("{\"XmlMsg\":{},%s", whole + 1);
	if (f->has[FAULT_NUMBERS])
		return text_format("{\"XmlMsg\":{\"MessageBody\":"
		    "{\"QualificationValidity\":1}}}");
	if (!f->has[FAULT_DEEP])
		return NULL;
	if ((deep = malloc(200001)) == NULL)
		return NULL;
	memset(deep, '[', 200000);
	deep[200000] = '\0';
	s = text_format("{\"XmlMsg\":%s", deep);
	free(deep);

	return s;
}

char *
webapi_write(xmlDocPtr doc, const struct fault_set *f, size_t *len)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);
	json_t *top = json_object();
	char *whole, *bent;

	json_object_set_new(top, (const char *)root->name, write_node(root));
	whole = json_dumps(top, JSON_COMPACT);
	json_decref(top);
	if (whole != NULL && (bent = bend_json(f, whole)) != NULL) {
		free(whole);
		whole = bent;
	}
	*len = whole == NULL ? 0 : strlen(whole);

	return whole;
}

/* ---- a request ------------------------------------------------------ */

/* A request by this way has no id: whatever comes is a new one. */
void
webapi_answer(struct sim *sim, const char *url, struct request *req,
    struct reply *rep)
{
	const char *prefix = function_at(url);

	memset(rep, 0, sizeof(*rep));
	rep->is_json = 1;
	if (prefix == NULL) {
		rep->status = 404;
		return;
	}
	req->prefix = prefix;
	req->by_webapi = 1;
	pthread_mutex_lock(&sim->lock);
	req->now = clock_now(&sim->clock);
	fault_pick(&sim->faults, req->prefix, &rep->faults);
	if (rep->faults.has[FAULT_STATUS])
		rep->status = (int)rep->faults.v[FAULT_STATUS];
	else if (rep->faults.has[FAULT_DROP])
		rep->status = 0;
	else if (strcmp(prefix, WEBAPI_LOGIN) == 0)
		rep->status = login(sim, req, rep);
	else if (!is_logged_in(sim, req))
		rep->status = 401;
	else if ((req->doc = read_json(req->body, req->len)) == NULL)
		rep->status = 400;
	else
		service_by_webapi(sim, req, rep);
	service_pull(sim, prefix);
	pthread_mutex_unlock(&sim->lock);
}

/* Every token is old: whoever has one has to log in again. */
void
webapi_log_out(struct sim *sim)
{
	db_run(&sim->db, "DELETE FROM login", "");
}
