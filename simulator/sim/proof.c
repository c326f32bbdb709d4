/* proof.c: CardProof: who touched the reader, and what the card signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

const struct category categories[CATEGORIES] = {
	{ "LimitApplicationCertificateRelated",	"limit",	0 },
	{ "SpecificDiseasesCertificateRelated",	"diseases",	0 },
	{ "SpecificHealthCheckupsInfo",		"checkups",	1 },
	{ "PharmacistsInfo",			"drugs",	1 },
	{ "DiagnosisInfo",			"care",		1 },
	{ "OperationInfo",			"surgery",	1 },
};

/* The names that the signed lines carry; their order is that of the flags. */
static const char *const signed_names[CATEGORIES] = {
	"LimitApplicationCertificateRelated",
	"SpecificDiseasesCertificateRelated",
	"SpecificHealthCheckupsInfo", "PharmacistsInfo", "DiagnosisInfo",
	"OperationInfo",
};

enum {
	METHOD, CERTIFICATE, CHALLENGE, SIGNATURE, PINLESS, OPERATOR, REGISTER,
	FLAGS
};

/* What each method must and must not show, a bit per element. */
#define BIT(n)	(1u << (n))
static const struct {
	const char *method;
	unsigned    must, never;
} forms[] = {
	{ "1", BIT(CERTIFICATE) | BIT(PINLESS),
	    BIT(CHALLENGE) | BIT(SIGNATURE) | BIT(OPERATOR) },
	{ "2", BIT(CERTIFICATE) | BIT(CHALLENGE) | BIT(SIGNATURE),
	    BIT(PINLESS) | BIT(OPERATOR) },
	{ "3", BIT(CERTIFICATE) | BIT(OPERATOR),
	    BIT(CHALLENGE) | BIT(SIGNATURE) },
};

static const char *const elements[FLAGS] = {
	"Method", "Certificate", "ChallengeId", "Signature", "PinlessProof",
	"OperatorId", "RegisterUse",
};

static int
flag_of(const char *name)
{
	char full[64];
	int i;

	for (i = 0; i < CATEGORIES; i++) {
		snprintf(full, sizeof(full), "%sConsFlg",
		    categories[i].element);
		if (strcmp(full, name) == 0)
			return i;
	}
	return -1;
}

static int
place_of(const char *name)
{
	int i;

	for (i = 0; i < FLAGS; i++)
		if (strcmp(elements[i], name) == 0)
			return i;
	i = flag_of(name);
	return i < 0 ? -1 : FLAGS + i;
}

/* Known elements, each once, in the order of the binding, none empty. */
static int
read_form(xmlNodePtr node, struct proof *p, unsigned *seen)
{
	const char *name, *text;
	xmlNodePtr n;
	int last = -1, place;

	*seen = 0;
	for (n = node->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		name = (const char *)n->name;
		place = place_of(name);
		text = xml_text(node, name);
		if (place <= last || text == NULL)
			return -1;
		last = place;
		if (place < FLAGS)
			*seen |= BIT(place);
		else if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
			return -1;
		else
			p->flags[place - FLAGS] = text[0] == '1';
	}
	return 0;
}

static int
read_proof(xmlNodePtr node, struct proof *p)
{
	const char *method = xml_text(node, "Method");
	const char *use = xml_text(node, "RegisterUse");
	unsigned seen;
	size_t i;

	memset(p, 0, sizeof(*p));
	if (method == NULL || read_form(node, p, &seen) != 0)
		return -1;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].method, method) == 0)
			break;
	if (i == sizeof(forms) / sizeof(forms[0]) ||
	    (seen & forms[i].must) != forms[i].must ||
	    (seen & forms[i].never) != 0)
		return -1;
	if (use != NULL && strcmp(use, "1") != 0)
		return -1;
	p->method = method[0] - '0';
	p->registers = use != NULL;
	return 0;
}

/* The bytes that the card signed: design 4.2, line by line. */
static char *
signed_text(const unsigned char *challenge, const char *terminal,
    const struct proof *p)
{
	char *b64 = text_base64(challenge, CHALLENGE_LEN), *text, *more;
	int i;

	text = text_format("onshikaku-visit-1\n%s\n%s\nMethod=2\n"
	    "RegisterUse=%d\n", b64, terminal, p->registers);
	free(b64);
	for (i = 0; i < CATEGORIES; i++) {
		more = text_format("%s%s=%d\n", text, signed_names[i],
		    p->flags[i]);
		free(text);
		text = more;
	}
	return text;
}

static const char *
check_signature(struct sim *sim, const struct request *req, xmlNodePtr node,
    const struct cert *cert, const struct proof *p)
{
	unsigned char challenge[CHALLENGE_LEN], *sig;
	size_t len = 0;
	char *text;
	int ok;

	if (challenge_take(sim, req->terminal, xml_text(node, "ChallengeId"),
	    challenge) != 0)
		return "XCRD0002E";
	sig = text_unbase64(xml_text(node, "Signature"), &len);
	text = signed_text(challenge, req->terminal, p);
	ok = sig != NULL && cert_verify(cert, text, strlen(text), sig, len);
	free(text);
	free(sig);
	return ok ? NULL : "XCRD0001E";
}

/*
 * Registered is the person, by this certificate or by one that it renewed
 * (ID-8): the centre carries the link over.
 */
static int
is_registered(struct sim *sim, const char *serial)
{
	return db_int(&sim->db, "WITH RECURSIVE chain(serial, depth) AS ("
	    "VALUES(?, 0) UNION SELECT follows, depth + 1 FROM certificate "
	    "JOIN chain USING(serial) WHERE follows IS NOT NULL AND depth<9) "
	    "SELECT count(*) FROM registration WHERE serial IN "
	    "(SELECT serial FROM chain)", "t", serial) > 0;
}

static const char *
check_person(struct sim *sim, const struct request *req,
    const struct cert *cert, struct proof *p)
{
	p->person = db_int(&sim->db, "SELECT person FROM certificate WHERE "
	    "serial=?", "t", cert->serial);
	if (db_int(&sim->db, "SELECT revoked FROM certificate WHERE serial=?",
	    "t", cert->serial) != 0)
		return "XCRD0004E";
	if (!is_registered(sim, cert->serial) &&
	    (!p->registers || p->person == 0))
		return "XCRD0006E";
	db_run(&sim->db, "INSERT OR IGNORE INTO registration VALUES(?,?)",
	    "ti", cert->serial, req->now);
	return NULL;
}

/* The certificate as the centre sees it, whoever read it from the card. */
const char *
proof_of_reader(struct sim *sim, const struct request *req,
    const struct cert *cert, struct proof *p)
{
	if (!cert_is_ours(sim->cards, cert))
		return "XCRD0005E";
	p->state = cert_state(cert, req->now);
	if (p->state == CERT_LAPSED || p->state == CERT_EARLY)
		return "XCRD0003E";
	return check_person(sim, req, cert, p);
}

/* By sight only the card that has no PIN is registered (ID-7). */
static int
registers_in_vain(struct sim *sim, const struct cert *cert,
    const struct proof *p)
{
	sqlite3_stmt *st;
	char *ini = NULL, *most;
	int has_pin = 1;

	if (p->method != 3 || !p->registers)
		return 0;
	st = db_query(&sim->db, "SELECT profile FROM certificate WHERE "
	    "serial=?", "t", cert->serial);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		ini = card_file(sim, db_text(st, "profile"), "profile.ini",
		    NULL);
	sqlite3_finalize(st);
	if (ini != NULL) {
		most = card_value(ini, "pin_max");
		has_pin = strcmp(most, "0") != 0;
		free(most);
	}
	free(ini);
	return has_pin;
}

static const char *
check_all(struct sim *sim, const struct request *req, xmlNodePtr node,
    const struct cert *cert, struct proof *p)
{
	const char *code;

	if (!cert_is_ours(sim->cards, cert))
		return "XCRD0005E";
	if (p->method == 2 &&
	    (code = check_signature(sim, req, node, cert, p)) != NULL)
		return code;
	return proof_of_reader(sim, req, cert, p);
}

/* What the reader's software vouches by, of that card; 0 where there is none,
 * which is for the form to refuse. */
static int
check_pinless(struct sim *sim, const struct request *req, xmlNodePtr node,
    const struct proof *p, const unsigned char *der, size_t derlen)
{
	const char *text = xml_text(node, "PinlessProof");
	unsigned char *opaque;
	size_t len = 0;
	int r;

	if (text == NULL)
		return 0;
	if ((opaque = text_unbase64(text, &len)) == NULL)
		return SAID_ERR;
	r = pinless_check(sim, req->terminal, p->method, der, derlen, opaque,
	    len) == 0 ? 0 : 1;
	free(opaque);
	return r;
}

/* SAID_ERR if it is none; else p says whose it is, or in its code why not. */
int
proof_check(struct sim *sim, const struct request *req, xmlNodePtr node,
    struct proof *p)
{
	unsigned char *der;
	struct cert cert;
	size_t len;
	int pinless;

	if (read_proof(node, p) != 0)
		return SAID_ERR;
	der = text_unbase64(xml_text(node, "Certificate"), &len);
	if (der == NULL || cert_parse(&cert, der, len) != 0) {
		free(der);
		return SAID_ERR;
	}
	pinless = check_pinless(sim, req, node, p, der, len);
	free(der);
	if (pinless == SAID_ERR || registers_in_vain(sim, &cert, p)) {
		cert_free(&cert);
		return SAID_ERR;
	}
	p->code = pinless != 0 ? "XCRD0001E" : check_all(sim, req, node,
	    &cert, p);
	cert_free(&cert);
	return 0;
}
