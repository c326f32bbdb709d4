/* http.c: HTTPS by libmicrohttpd: a request collected, an answer sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include <microhttpd.h>

#include "sim.h"

#define PREFIX_MAX	40
#define XML_TYPE	"application/xml; charset=UTF-8"
#define JSON_TYPE	"application/json;charset=UTF-8"

struct upload {
	char  *data;
	size_t len, room, max;
	int    too_big;
};

static struct MHD_Daemon *server;

static void
collect(struct upload *u, const char *data, size_t len)
{
	char *more;

	if (u->too_big || len > u->max - u->len) {
		u->too_big = 1;
		return;
	}
	if (u->len + len > u->room) {
		u->room = 2 * (u->len + len);
		if ((more = realloc(u->data, u->room)) == NULL) {
			u->too_big = 1;
			return;
		}
		u->data = more;
	}
	memcpy(u->data + u->len, data, len);
	u->len += len;
}

/* Waits as a fault demands; a service that stops does not wait. */
static void
wait_ms(struct sim *sim, int64_t ms)
{
	struct timespec until;

	if (ms <= 0)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&sim->lock);
	while (!sim->stop && pthread_cond_timedwait(&sim->stopping,
	    &sim->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&sim->lock);
}

struct sending {
	struct reply rep;
	size_t	     len;	/* what is sent before the line is cut */
};

static ssize_t
read_body(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct sending *s = cls;
	size_t left = pos < s->len ? s->len - (size_t)pos : 0;

	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (left > max)
		left = max;
	memcpy(buf, s->rep.body + pos, left);
	return (ssize_t)left;
}

static void
free_sending(void *cls)
{
	struct sending *s = cls;

	reply_free(&s->rep);
	free(s);
}

/* A piece at a time; the body goes with the response. */
static struct MHD_Response *
long_response(struct reply *rep)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->rep = *rep;
	s->len = rep->len;
	if (rep->faults.has[FAULT_CUT] &&
	    (size_t)rep->faults.v[FAULT_CUT] < s->len)
		s->len = (size_t)rep->faults.v[FAULT_CUT];
	rep->body = rep->stale = NULL;
	rep->blob = NULL;
	return MHD_create_response_from_callback(rep->len,
	    s->rep.blob == NULL ? 512 : 65536, read_body, s, free_sending);
}

/* A refusal has a body that no client may read: it says so. */
static void
refusal_body(struct reply *rep)
{
	reply_free(rep);
	rep->body = text_format("HTTP %d\nno body but that of 200 is read\n",
	    rep->status);
	rep->len = strlen(rep->body);
}

static struct MHD_Response *
make_response(struct reply *rep, const char *prefix)
{
	struct MHD_Response *r;

	if (rep->status != 200)
		refusal_body(rep);
	if (rep->faults.has[FAULT_CUT] || rep->blob != NULL)
		r = long_response(rep);
	else {
		r = MHD_create_response_from_buffer(rep->len, rep->body,
		    MHD_RESPMEM_MUST_FREE);
		if (r != NULL)
			rep->body = NULL;
	}
	if (r == NULL)
		return NULL;
	MHD_add_response_header(r, "Content-Type", rep->status != 200 ?
	    "text/plain; charset=UTF-8" : rep->is_json ? JSON_TYPE :
	    rep->faults.has[FAULT_SJIS] || rep->is_err ?
	    "application/xml" : XML_TYPE);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	if (rep->status == 429 || rep->status == 503)
		MHD_add_response_header(r, "Retry-After", "2");
	if (rep->status == 200 && !rep->is_json &&
	    strcmp(prefix, "challenge") != 0)
		MHD_add_response_header(r, "Onshi-Answer", rep->is_err ?
		    "err" : "res");
	if (rep->token[0] != '\0')
		MHD_add_response_header(r, "Onshi-Visit", rep->token);
	return r;
}

static enum MHD_Result
send_reply(struct sim *sim, struct MHD_Connection *con, const char *prefix,
    struct reply *rep)
{
	enum MHD_Result ok = MHD_NO;
	struct MHD_Response *r;

	wait_ms(sim, rep->faults.v[FAULT_DELAY]);
	if (rep->status != 0 && (r = make_response(rep, prefix)) != NULL) {
		ok = MHD_queue_response(con, (unsigned int)rep->status, r);
		MHD_destroy_response(r);
	}
	reply_free(rep);
	return ok;	/* MHD_NO: the connection closes without a word */
}

static const char *
header(struct MHD_Connection *con, const char *name)
{
	return MHD_lookup_connection_value(con, MHD_HEADER_KIND, name);
}

/* What is refused before anybody looks into the body; 0: nothing. */
static int
bad_request(struct MHD_Connection *con, const char *method, const char *url,
    const struct upload *u, struct request *req)
{
	const char *type = header(con, "Content-Type");
	const char *token = header(con, "Onshi-Visit");

	if (strncmp(url, "/v1/", 4) != 0 || strlen(url + 4) > PREFIX_MAX ||
	    strchr(url + 4, '/') != NULL)
		return 404;
	if (strcmp(method, "POST") != 0)
		return 405;
	if (u->too_big)
		return 413;
	req->prefix = url + 4;
	if (strcmp(req->prefix, "challenge") == 0)
		return 0;
	if (type == NULL || strncasecmp(type, "application/xml", 15) != 0)
		return 415;
	return token != NULL && strlen(token) > 128 ? 401 : 0;
}

/* The other way (messages.md 1.8): 0, or what is refused at once. */
static int
bad_json_request(struct MHD_Connection *con, const char *method,
    const struct upload *u)
{
	const char *type = header(con, "Content-Type");

	if (strcmp(method, "POST") != 0)
		return 405;
	if (u->too_big)
		return 413;

	return type == NULL || strncasecmp(type, "application/json", 16) !=
	    0 ? 415 : 0;
}

static enum MHD_Result
answer(struct sim *sim, struct MHD_Connection *con, const char *method,
    const char *url, struct upload *u)
{
	char terminal[TERMINAL_LEN + 1];
	struct request req = { .prefix = "", .terminal = terminal };
	struct reply rep = { 0 };

	if (tls_terminal(con, terminal) != 0)
		rep.status = 403;
	else
		rep.status = webapi_is(url) ? bad_json_request(con, method, u) :
		    bad_request(con, method, url, u, &req);
	req.body = u->data == NULL ? "" : u->data;
	req.len = u->len;
	if (rep.status == 0 && webapi_is(url)) {
		req.token = header(con, "Authorization");
		webapi_answer(sim, url, &req, &rep);
	} else if (rep.status == 0) {
		req.id = header(con, "Onshi-Request-Id");
		req.token = header(con, "Onshi-Visit");
		service_answer(sim, &req, &rep);
	}
	if (sim->verbose)
		fprintf(stderr, "%s %s %s %d %zu\n", terminal, method, url,
		    rep.status, rep.len);
	return send_reply(sim, con, req.prefix, &rep);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *con, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **state)
{
	struct upload *u = *state;

	(void)version;
	if (u == NULL) {
		if ((*state = u = calloc(1, sizeof(*u))) == NULL)
			return MHD_NO;
		u->max = strncmp(url, "/v1/OQSmu", 9) == 0 ? BULK_MAX :
		    BODY_MAX;
		return MHD_YES;
	}
	if (*len > 0) {
		collect(u, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return answer(cls, con, method, url, u);
}

static void
on_completed(void *cls, struct MHD_Connection *con, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct upload *u = *state;

	(void)cls;
	(void)con;
	(void)why;
	if (u != NULL)
		free(u->data);
	free(u);
	*state = NULL;
}

static void
on_connection(void *cls, struct MHD_Connection *con, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	(void)cls;
	(void)state;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		tls_guard(con);
}

/* The line is down: connections are closed before a byte. */
static enum MHD_Result
on_accept(void *cls, const struct sockaddr *sa, socklen_t len)
{
	struct sim *sim = cls;
	int down;

	(void)sa;
	(void)len;
	pthread_mutex_lock(&sim->lock);
	down = sim->down;
	pthread_mutex_unlock(&sim->lock);
	return down ? MHD_NO : MHD_YES;
}

/* HOST:PORT, HOST an IPv4 address. */
static int
read_address(const char *listen, struct sockaddr_in *sa)
{
	const char *colon = strrchr(listen, ':');
	char host[INET_ADDRSTRLEN];
	int64_t port;

	memset(sa, 0, sizeof(*sa));
	sa->sin_family = AF_INET;
	if (colon == NULL || (size_t)(colon - listen) >= sizeof(host) ||
	    text_number(colon + 1, &port) != 0 || port < 0 || port > 65535)
		return -1;
	memcpy(host, listen, (size_t)(colon - listen));
	host[colon - listen] = '\0';
	sa->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &sa->sin_addr) == 1 ? 0 : -1;
}

int
http_start(struct sim *sim, const struct pki *pki, const char *listen,
    int *port)
{
	const union MHD_DaemonInfo *info;
	struct sockaddr_in sa;
	unsigned int flags = MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_TLS;

	if (read_address(listen, &sa) != 0) {
		fprintf(stderr, "onshikaku-sim: %s: no HOST:PORT\n", listen);
		return -1;
	}
	if (sim->verbose)
		flags |= MHD_USE_ERROR_LOG;
	server = MHD_start_daemon(flags, 0, on_accept, sim, on_request, sim,
	    MHD_OPTION_SOCK_ADDR, &sa,
	    MHD_OPTION_HTTPS_MEM_KEY, pki->key,
	    MHD_OPTION_HTTPS_MEM_CERT, pki->cert,
	    MHD_OPTION_HTTPS_MEM_TRUST, pki->ca,
	    MHD_OPTION_HTTPS_PRIORITIES,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, sim,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, sim,
	    MHD_OPTION_CONNECTION_LIMIT, 512u,
	    MHD_OPTION_CONNECTION_TIMEOUT, 120u,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	if (server == NULL) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", listen,
		    strerror(errno));
		return -1;
	}
	info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
	*port = info == NULL ? 0 : info->port;
	return 0;
}

void
http_stop(void)
{
	if (server != NULL)
		MHD_stop_daemon(server);
	server = NULL;
}
