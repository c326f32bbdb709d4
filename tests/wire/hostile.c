/* A server that does what a plan says, counts, and keeps what it was told. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "wire.h"

#define CONNECTIONS	512	/* at a time */
#define LOG_MAX		65536
#define HELLO_MAX	4096
#define CHAIN_MAX	100

struct connection {
	struct hostile	*h;
	pthread_t	 thread;
	int		 fd;
	const char	*text;		/* this connection's */
	SSL		*ssl;
	bool		 begun;		/* this request was counted */
	bool		 closed;
	uint8_t		 plain[HELLO_MAX];	/* ClientHello without TLS */
	size_t		 plainlen;
};

struct hostile {
	struct hostile_spec	 spec;
	SSL_CTX			*ctx;
	int			 fd;
	uint16_t		 port;
	pthread_t		 thread;
	atomic_int		 stop;
	atomic_int		 requests;
	atomic_int		 begun;
	atomic_int		 connections;
	atomic_int		 alert;
	pthread_mutex_t		 lock;		/* guards what follows */
	struct connection	 c[CONNECTIONS];
	char			 log[LOG_MAX];
	size_t			 loglen;
	uint8_t			 hello[HELLO_MAX];
	size_t			 hellolen;
};

static void
need(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "hostile: %s\n", what);
		abort();
	}
}

static int
on_staple(SSL *ssl, void *arg)
{
	const struct hostile *h = arg;
	uint8_t *der = NULL;
	size_t len;

	if (h->spec.staple == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	len = certs_staple(h->spec.staple, &der);
	SSL_set_tlsext_status_ocsp_resp(ssl, der, (long)len);

	return SSL_TLSEXT_ERR_OK;
}

static void
on_message(int out, int version, int type, const void *p, size_t len,
    SSL *ssl, void *arg)
{
	struct hostile *h = arg;

	(void)version;
	(void)ssl;
	if (out || type != SSL3_RT_HANDSHAKE || len < 4 || len > HELLO_MAX ||
	    *(const uint8_t *)p != SSL3_MT_CLIENT_HELLO)
		return;
	pthread_mutex_lock(&h->lock);
	memcpy(h->hello, p, len);
	h->hellolen = len;
	pthread_mutex_unlock(&h->lock);
}

static void
set_certificate(struct hostile *h)
{
	const char *name = h->spec.cert == NULL ? "good" : h->spec.cert;
	const struct pair *p = certs_get(name);
	X509 *chain[CHAIN_MAX];
	size_t i, n;

	need(SSL_CTX_use_certificate(h->ctx, p->cert) == 1 &&
	    SSL_CTX_use_PrivateKey(h->ctx, p->key) == 1, "certificate");
	n = h->spec.no_chain ? 0 : certs_chain(name, chain, CHAIN_MAX);
	for (i = 0; i < n; i++)
		need(SSL_CTX_add1_chain_cert(h->ctx, chain[i]) == 1, "chain");
}

static void
set_clients(struct hostile *h)
{
	X509_STORE *store = SSL_CTX_get_cert_store(h->ctx);

	if (h->spec.ask_nobody)
		return;
	need(X509_STORE_add_cert(store, certs_get(h->spec.clients == NULL ?
	    "root" : h->spec.clients)->cert) == 1, "authority");
	SSL_CTX_set_verify(h->ctx, SSL_VERIFY_PEER |
	    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

static bool
set_list(SSL_CTX *ctx, int what, const char *list)
{
	char text[128];

	return list == NULL || (oki_copy(text, sizeof(text), list) &&
	    SSL_CTX_ctrl(ctx, what, 0, text) == 1);
}

static void
make_context(struct hostile *h)
{
	const struct hostile_spec *s = &h->spec;

	need((h->ctx = SSL_CTX_new(TLS_server_method())) != NULL, "context");
	SSL_CTX_set_security_level(h->ctx, 0);
	set_certificate(h);
	set_clients(h);
	if (s->version != 0)
		need(SSL_CTX_set_min_proto_version(h->ctx, s->version) == 1 &&
		    SSL_CTX_set_max_proto_version(h->ctx, s->version) == 1,
		    "version");
	need(s->suites12 == NULL ||
	    SSL_CTX_set_cipher_list(h->ctx, s->suites12) == 1, "suites");
	need(s->suites13 == NULL ||
	    SSL_CTX_set_ciphersuites(h->ctx, s->suites13) == 1, "suites");
	need(set_list(h->ctx, SSL_CTRL_SET_GROUPS_LIST, s->groups) &&
	    set_list(h->ctx, SSL_CTRL_SET_SIGALGS_LIST, s->sigalgs), "lists");
	SSL_CTX_set_dh_auto(h->ctx, 1);
	SSL_CTX_set_session_id_context(h->ctx, (const uint8_t *)"t", 1);
	SSL_CTX_set_tlsext_status_cb(h->ctx, on_staple);
	SSL_CTX_set_tlsext_status_arg(h->ctx, h);
	SSL_CTX_set_msg_callback(h->ctx, on_message);
	SSL_CTX_set_msg_callback_arg(h->ctx, h);
}

static bool
step_tls(struct connection *c, long n)
{
	(void)n;
	if ((c->ssl = SSL_new(c->h->ctx)) == NULL ||
	    SSL_set_fd(c->ssl, c->fd) != 1)
		return false;

	return SSL_accept(c->ssl) == 1;
}

static bool
get_byte(struct connection *c, char *to)
{
	struct hostile *h = c->h;

	if (c->ssl == NULL || SSL_read(c->ssl, to, 1) != 1)
		return false;
	if (!c->begun)
		atomic_fetch_add(&h->begun, 1);
	c->begun = true;
	pthread_mutex_lock(&h->lock);
	if (h->loglen < LOG_MAX - 1)
		h->log[h->loglen++] = *to;
	pthread_mutex_unlock(&h->lock);

	return true;
}

static bool
step_read(struct connection *c, long n)
{
	char head[8192];
	const char *p;
	size_t len = 0;
	long left;
	char byte;

	(void)n;
	do {
		if (len == sizeof(head) - 1 || !get_byte(c, &head[len]))
			return false;
		head[++len] = '\0';
	} while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4) != 0);
	p = strstr(head, "\r\nContent-Length: ");
	left = p == NULL ? 0 : strtol(p + 18, NULL, 10);
	while (left-- > 0)
		if (!get_byte(c, &byte))
			return false;
	atomic_fetch_add(&c->h->requests, 1);
	c->begun = false;

	return true;
}

static bool
step_take(struct connection *c, long n)
{
	char byte;

	while (n-- > 0)
		if (!get_byte(c, &byte))
			return false;

	return true;
}

static bool
put(struct connection *c, const char *p, size_t len)
{
	if (len == 0)
		return true;
	if (c->ssl != NULL)
		return SSL_write(c->ssl, p, (int)len) == (int)len;

	return send(c->fd, p, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static size_t
text_len(const struct connection *c)
{
	const struct hostile_spec *s = &c->h->spec;

	return s->textlen > 0 ? s->textlen : strlen(c->text);
}

static bool
step_send(struct connection *c, long n)
{
	return put(c, c->text, n < 0 ? text_len(c) : (size_t)n);
}

/* In large pieces: the count is what matters. */
static bool
step_again(struct connection *c, long n)
{
	const char *more = c->h->spec.more;
	size_t len = strlen(more), i;
	char piece[16384];
	size_t per = sizeof(piece) / len;

	for (i = 0; i < per; i++)
		memcpy(piece + i * len, more, len);
	for (; n > 0 && atomic_load(&c->h->stop) == 0; n -= (long)per)
		if (!put(c, piece, len * ((size_t)n < per ? (size_t)n : per)))
			return false;

	return true;
}

static bool
step_wait(struct connection *c, long n)
{
	struct pollfd p = { c->fd, 0, 0 };

	for (; n > 0 && atomic_load(&c->h->stop) == 0; n -= 10)
		(void)poll(&p, 0, n < 10 ? (int)n : 10);

	return atomic_load(&c->h->stop) == 0;
}

static bool
step_slow(struct connection *c, long n)
{
	size_t i, len = text_len(c);

	for (i = 0; i < len; i++)
		if (!put(c, c->text + i, 1) || !step_wait(c, n))
			return false;

	return true;
}

static bool
step_drip(struct connection *c, long n)
{
	const char *more = c->h->spec.more;

	while (step_wait(c, n))
		if (!put(c, more, strlen(more)))
			return false;

	return false;
}

/* One record, of which nothing is hidden yet; its type, or -1. */
static int
get_record(struct connection *c, uint8_t *body, size_t *len)
{
	uint8_t head[5];

	if (recv(c->fd, head, 5, MSG_WAITALL) != 5)
		return -1;
	*len = (size_t)head[3] << 8 | head[4];
	if (*len > HELLO_MAX ||
	    recv(c->fd, body, *len, MSG_WAITALL) != (ssize_t)*len)
		return -1;

	return head[0];
}

static bool
step_hello(struct connection *c, long n)
{
	int type;

	(void)n;
	while ((type = get_record(c, c->plain, &c->plainlen)) ==
	    SSL3_RT_CHANGE_CIPHER_SPEC)
		;

	return type == SSL3_RT_HANDSHAKE;
}

/* RFC 8446, 4.1.4: asks for a key on P-256, which the client has offered. */
static bool
step_retry(struct connection *c, long n)
{
	static const uint8_t head[] = {
		0x16, 3, 3, 0, 88, 2, 0, 0, 84, 3, 3,
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
		0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
		0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
		0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c }, tail[] = {
		0x13, 0x02, 0, 0, 12, 0, 0x2b, 0, 2, 3, 4,
		0, 0x33, 0, 2, 0, 0x17 };
	uint8_t record[sizeof(head) + 33 + sizeof(tail)];

	(void)n;
	need(c->plainlen > 71 && c->plain[38] == 32, "a session id");
	memcpy(record, head, sizeof(head));
	memcpy(record + sizeof(head), c->plain + 38, 33);
	memcpy(record + sizeof(head) + 33, tail, sizeof(tail));

	return send(c->fd, record, sizeof(record), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(record);
}

static bool
step_alert(struct connection *c, long n)
{
	struct timeval tv = { n / 1000, n % 1000 * 1000 };
	uint8_t body[HELLO_MAX];
	size_t len;
	int type;

	if (n > 0)
		(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &tv,
		    sizeof(tv));
	while ((type = get_record(c, body, &len)) >= 0)
		if (type == SSL3_RT_ALERT && len == 2) {
			atomic_store(&c->h->alert, body[1]);
			return true;
		}

	return false;
}

static bool
step_raw(struct connection *c, long n)
{
	size_t len = n < 0 ? text_len(c) : (size_t)n;

	return send(c->fd, c->h->spec.text, len, MSG_NOSIGNAL) ==
	    (ssize_t)len;
}

static bool
step_flood(struct connection *c, long n)
{
	char piece[16384];
	size_t len = text_len(c), i, per = sizeof(piece) / len;

	for (i = 0; i < per; i++)
		memcpy(piece + i * len, c->h->spec.text, len);
	for (; n > 0 && atomic_load(&c->h->stop) == 0; n -= (long)per)
		if (send(c->fd, piece, per * len, MSG_NOSIGNAL) < 0)
			break;

	return true;
}

static bool
step_notify(struct connection *c, long n)
{
	(void)n;

	return c->ssl != NULL && SSL_shutdown(c->ssl) >= 0;
}

static bool
step_fin(struct connection *c, long n)
{
	(void)n;

	return shutdown(c->fd, SHUT_WR) == 0;
}

static bool
step_rst(struct connection *c, long n)
{
	struct linger l = { 1, 0 };

	(void)n;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	pthread_mutex_lock(&c->h->lock);
	close(c->fd);
	c->closed = true;
	pthread_mutex_unlock(&c->h->lock);

	return false;
}

static bool
step_renegotiate(struct connection *c, long n)
{
	(void)n;

	return SSL_renegotiate(c->ssl) == 1 && SSL_do_handshake(c->ssl) == 1;
}

static bool
step_tickets(struct connection *c, long n)
{
	for (; n > 0 && atomic_load(&c->h->stop) == 0; n--)
		if (SSL_new_session_ticket(c->ssl) != 1 ||
		    SSL_do_handshake(c->ssl) != 1)
			return false;

	return true;
}

static bool
step_updates(struct connection *c, long n)
{
	for (; n > 0 && atomic_load(&c->h->stop) == 0; n--)
		if (SSL_key_update(c->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) !=
		    1 || SSL_do_handshake(c->ssl) != 1)
			return false;

	return true;
}

static const struct step {
	const char	*name;
	bool		(*run)(struct connection *, long);
} steps[] = {
	{ "tls", step_tls },	{ "read", step_read },
	{ "take", step_take },	{ "send", step_send },
	{ "again", step_again }, { "slow", step_slow },
	{ "drip", step_drip },
	{ "wait", step_wait },	{ "hello", step_hello },
	{ "raw", step_raw },	{ "notify", step_notify },
	{ "fin", step_fin },	{ "rst", step_rst },
	{ "retry", step_retry },	{ "alert", step_alert },
	{ "flood", step_flood },
	{ "renegotiate", step_renegotiate },
	{ "tickets", step_tickets }, { "updates", step_updates }
};

/* One step of the plan at *p, which moves on to the next. */
static bool
run_step(struct connection *c, const char **p)
{
	char word[24];
	size_t i, len;
	long n = -1;

	*p += strspn(*p, " ;");
	len = strcspn(*p, " ;");
	need(len > 0 && len < sizeof(word), "plan");
	memcpy(word, *p, len);
	word[len] = '\0';
	*p += len;
	if (**p == ' ')
		n = strtol(*p, NULL, 10);
	*p += strcspn(*p, ";");
	for (i = 0; i < OKI_COUNT(steps); i++)
		if (strcmp(steps[i].name, word) == 0)
			return steps[i].run(c, n);
	need(false, word);

	return false;
}

static void
walk(struct connection *c)
{
	const char *p = c->h->spec.plan, *top = p;

	while (*p != '\0' && atomic_load(&c->h->stop) == 0) {
		if (strcmp(p + strspn(p, " ;"), "loop") == 0)
			p = top;
		if (!run_step(c, &p))
			return;
		if (c->ssl != NULL && top == c->h->spec.plan)
			top = p;	/* after tls */
	}
}

static void
no_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *
serve(void *arg)
{
	struct connection *c = arg;
	char drain[4096];

	no_sigpipe();
	walk(c);
	/* What came unread would turn the end into a reset. */
	if (!c->closed) {
		shutdown(c->fd, SHUT_WR);
		while (recv(c->fd, drain, sizeof(drain), MSG_DONTWAIT) > 0)
			;
	}
	SSL_free(c->ssl);
	pthread_mutex_lock(&c->h->lock);
	if (!c->closed)
		close(c->fd);
	c->closed = true;
	c->fd = -1;
	pthread_mutex_unlock(&c->h->lock);
	ERR_clear_error();

	return NULL;
}

/* The oldest connection gives its place to the newest. */
static const char *
text_of(const struct hostile *h, int n)
{
	const char *const *turn = h->spec.turns;

	while (turn != NULL && *turn != NULL && n > 0) {
		turn++;
		n--;
	}

	return turn == NULL || *turn == NULL ? h->spec.text : *turn;
}

static void
take_one(struct hostile *h, int fd)
{
	int n = atomic_load(&h->connections), one = 1;
	struct connection *c = &h->c[n % CONNECTIONS];

	if (n >= CONNECTIONS) {
		pthread_join(c->thread, NULL);
		memset(c, 0, sizeof(*c));
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->h = h;
	c->fd = fd;
	c->text = text_of(h, n);
	atomic_fetch_add(&h->connections, 1);
	need(pthread_create(&c->thread, NULL, serve, c) == 0, "thread");
}

static void *
listen_on(void *arg)
{
	struct hostile *h = arg;
	struct pollfd p = { h->fd, POLLIN, 0 };
	int fd;

	no_sigpipe();
	while (atomic_load(&h->stop) == 0)
		if (poll(&p, 1, 1000) == 1 &&
		    (fd = accept(h->fd, NULL, NULL)) >= 0)
			take_one(h, fd);

	return NULL;
}

static bool
bind_4(struct hostile *h)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((h->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
	    bind(h->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(h->fd, (struct sockaddr *)&at, &len) != 0)
		return false;
	h->port = ntohs(at.sin_port);

	return true;
}

static bool
bind_6(struct hostile *h)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t len = sizeof(at);

	if ((h->fd = socket(AF_INET6, SOCK_STREAM, 0)) < 0 ||
	    bind(h->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(h->fd, (struct sockaddr *)&at, &len) != 0)
		return false;
	h->port = ntohs(at.sin6_port);

	return true;
}

struct hostile *
hostile_start(const struct hostile_spec *spec)
{
	struct hostile *h = calloc(1, sizeof(*h));

	need(h != NULL, "memory");
	h->spec = *spec;
	atomic_init(&h->alert, -1);
	if (h->spec.plan == NULL)
		h->spec.plan = "tls; read; send; loop";
	if (h->spec.text == NULL)
		h->spec.text = "";
	need(pthread_mutex_init(&h->lock, NULL) == 0, "lock");
	make_context(h);
	if (!(spec->ipv6 ? bind_6(h) : bind_4(h))) {
		need(spec->ipv6, "socket");
		SSL_CTX_free(h->ctx);
		free(h);
		return NULL;
	}
	need(listen(h->fd, 64) == 0, "listen");
	need(pthread_create(&h->thread, NULL, listen_on, h) == 0, "thread");

	return h;
}

void
hostile_stop(struct hostile **hp)
{
	struct hostile *h = *hp;
	int i, n;

	atomic_store(&h->stop, 1);
	shutdown(h->fd, SHUT_RDWR);	/* wakes the listener */
	pthread_join(h->thread, NULL);
	n = atomic_load(&h->connections);
	for (i = 0; i < n && i < CONNECTIONS; i++) {
		pthread_mutex_lock(&h->lock);
		if (!h->c[i].closed && h->c[i].fd >= 0)
			shutdown(h->c[i].fd, SHUT_RDWR);
		pthread_mutex_unlock(&h->lock);
		pthread_join(h->c[i].thread, NULL);
	}
	close(h->fd);
	SSL_CTX_free(h->ctx);
	pthread_mutex_destroy(&h->lock);
	free(h);
	*hp = NULL;
}

uint16_t
hostile_port(const struct hostile *h)
{
	return h->port;
}

int
hostile_connections(const struct hostile *h)
{
	return atomic_load(&h->connections);
}

int
hostile_requests(const struct hostile *h)
{
	return atomic_load(&h->requests);
}

int
hostile_begun(const struct hostile *h)
{
	return atomic_load(&h->begun);
}

int
hostile_alert(const struct hostile *h)
{
	return atomic_load(&h->alert);
}

const char *
hostile_log(const struct hostile *h)
{
	return h->log;
}

const uint8_t *
hostile_hello(const struct hostile *h, size_t *len)
{
	*len = h->hellolen;

	return h->hello;
}

pid_t
hostile_apart(const struct hostile_spec *spec, uint16_t *port)
{
	struct hostile *h;
	int to[2];
	pid_t pid;

	need(pipe(to) == 0, "pipe");
	if ((pid = fork()) == 0) {
		h = hostile_start(spec);
		if (write(to[1], &h->port, sizeof(h->port)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	need(pid > 0 && read(to[0], port, sizeof(*port)) == sizeof(*port),
	    "server apart");
	close(to[0]);
	close(to[1]);

	return pid;
}

void
hostile_apart_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
