/*
 * What the tests on the wire share: certificates made at test time, a server
 * that misbehaves as a plan says, and a client that asks one question.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <openssl/ssl.h>

#include "link/inside.h"

#define NAME		"onshi.example"
#define TERMINAL	"1319999996"

/* ---- certs.c: certificates, keys and lists by name -------------------- */

struct pair {
	const char	*name;
	X509		*cert;
	EVP_PKEY	*key;
};

void	certs_make(void);		/* once, before the tests fork */
void	certs_free(void);
const struct pair *certs_get(const char *name);
/* The issuers to send along with it, in order; count. */
size_t	certs_chain(const char *name, X509 **to, size_t room);
/* PEM into a buffer that is the caller's: certificate, key, list. */
void	certs_pem(const char *name, struct oki_buf *out);
void	certs_key_pem(const char *name, const char *passphrase,
	    struct oki_buf *out);
/* A PKCS#12 container: certificate, its issuers, key. */
void	certs_p12(const char *name, const char *passphrase,
	    struct oki_buf *out);
/* By name: "clean", "revoked", "stale", "leaf-only", "garbage". */
void	certs_crl_pem(const char *name, struct oki_buf *out);
/* base64 of SHA-256 over the key. */
void	certs_pin(const char *name, char to[45]);
/* DER of an OCSP answer for "good"; kind as hostile_spec.staple. */
size_t	certs_staple(const char *kind, uint8_t **der);

/* ---- hostile.c: the server -------------------------------------------- */

/*
 * A plan is a line of steps, by semicolons; each connection walks it from the
 * start, on its own thread:
 *
 *	tls		shakes hands	read		one whole request
 *	take N		N bytes of it	send [N]	text (N bytes of it)
 *	slow MS		text, a byte every MS		again N	more, N times
 *	drip MS		more, every MS, for ever	wait MS
 *	hello		reads a ClientHello without TLS
 *	retry		a HelloRetryRequest to the last of these
 *	alert [MS]	reads on to the client's alert, without TLS
 *	flood N		text without TLS, N times
 *	raw		text without TLS	loop	back to after tls
 *	fin, notify, rst		closes: TCP alone, TLS, by reset
 *	renegotiate, tickets N, updates N
 */
struct hostile_spec {
	const char	*plan;		/* NULL: "tls; read; send; loop" */
	const char	*text;
	size_t		 textlen;	/* 0: strlen */
	const char	*more;
	/* of the first connections, NULL after the last: in place of text */
	const char	*const *turns;
	/* TLS; NULL and 0 are OpenSSL's own, or what is named */
	const char	*cert;		/* "good" */
	int		 version;	/* this one only */
	const char	*suites12;
	const char	*suites13;
	const char	*groups;
	const char	*sigalgs;
	const char	*clients;	/* their authority: "root" */
	const char	*staple;
	bool		 ask_nobody;
	bool		 no_chain;
	bool		 ipv6;		/* on ::1 */
};

struct hostile;

/* NULL if there is no such address here. */
struct hostile *hostile_start(const struct hostile_spec *spec);
uint16_t hostile_port(const struct hostile *h);
int	hostile_connections(const struct hostile *h);
int	hostile_requests(const struct hostile *h);	/* whole ones */
int	hostile_begun(const struct hostile *h);		/* at least a byte */
int	hostile_alert(const struct hostile *h);		/* last read; -1 */
/* All bytes of requests so far, with a NUL; and the last ClientHello. */
const char *hostile_log(const struct hostile *h);
const uint8_t *hostile_hello(const struct hostile *h, size_t *len);
void	hostile_stop(struct hostile **hp);
/* The same in a process of its own, without counts. */
pid_t	hostile_apart(const struct hostile_spec *spec, uint16_t *port);
void	hostile_apart_stop(pid_t pid);

/* ---- client.c: one question ------------------------------------------- */

struct client {
	struct onshi_config	*config;
	struct oki_env		*env;
	struct oki_link		*link;
	struct oki_session	*session;
	struct oki_cancel	 cancel;
	struct oki_wait		 wait;
	struct onshi_exchange	 x;
	struct onshi_error	 error;
	int			 r;
	int64_t			 took_ms;	/* the last call */
};

/* A config that works against port; then keys over it, "key=value" by LF;
 * "@ca", "@cert", "@key", "@p12" and "@crl" name what certs.c makes. */
void	client_config(struct client *c, uint16_t port, const char *keys);
/* oki_link_new; c->r and c->error. */
int	client_new(struct client *c);
int	client_open(struct client *c, int32_t ms);
int	client_ask(struct client *c, const char *prefix, const char *body,
	    size_t len, int32_t ms);
void	client_close(struct client *c);		/* the session alone */
void	client_free(struct client *c);
/* All of the above: config, link, session, one question, "" if it worked. */
int	client_once(struct client *c, uint16_t port, const char *keys,
	    int32_t ms);

int	open_descriptors(void);
bool	run_fully(void);		/* ONSHIKAKU_CHECK_FULL */

#endif
