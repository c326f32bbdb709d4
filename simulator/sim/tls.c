/* tls.c: who may speak: the certificates, and the terminal's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

#include "sim.h"

static char *
load(const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name);
	char *text = text_file(path, NULL);

	free(path);
	return text;
}

int
pki_load(struct pki *p, const char *dir)
{
	p->ca = load(dir, "ca.pem");
	p->cert = load(dir, "server.pem");
	p->key = load(dir, "server.key");
	return p->ca == NULL || p->cert == NULL || p->key == NULL ? -1 : 0;
}

void
pki_free(struct pki *p)
{
	free(p->ca);
	free(p->cert);
	free(p->key);
}

static gnutls_session_t
session_of(struct MHD_Connection *con)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(con,
	    MHD_CONNECTION_INFO_GNUTLS_SESSION);
	return info == NULL ? NULL : (gnutls_session_t)info->tls_session;
}

static int
is_verified(gnutls_session_t s)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID };
	static char client[] = GNUTLS_KP_TLS_WWW_CLIENT;
	unsigned int status = 0;

	purpose.data = (unsigned char *)client;
	return gnutls_certificate_verify_peers(s, &purpose, 1, &status) ==
	    GNUTLS_E_SUCCESS && status == 0;
}

/* Runs in the handshake: who is not known hears an alert and nothing more. */
static int
refuse_strangers(gnutls_session_t s)
{
	unsigned int n = 0;

	if (gnutls_certificate_get_peers(s, &n) == NULL || n == 0) {
		gnutls_alert_send(s, GNUTLS_AL_FATAL,
		    GNUTLS_A_CERTIFICATE_REQUIRED);
		return GNUTLS_E_NO_CERTIFICATE_FOUND;
	}
	if (is_verified(s))
		return 0;
	gnutls_alert_send(s, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
	return GNUTLS_E_CERTIFICATE_ERROR;
}

void
tls_guard(struct MHD_Connection *con)
{
	gnutls_session_t s = session_of(con);

	if (s == NULL)
		return;
	gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_function(s, refuse_strangers);
}

/* The institution code, from the subject's CN of a verified certificate. */
int
tls_terminal(struct MHD_Connection *con, char out[TERMINAL_LEN + 1])
{
	gnutls_session_t s = session_of(con);
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t crt;
	char cn[64];
	size_t len = sizeof(cn);
	unsigned int n = 0;
	int r = -1;

	if (s == NULL || !is_verified(s) ||
	    (chain = gnutls_certificate_get_peers(s, &n)) == NULL ||
	    n == 0 || gnutls_x509_crt_init(&crt) != GNUTLS_E_SUCCESS)
		return -1;
	if (gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER) ==
	    GNUTLS_E_SUCCESS && gnutls_x509_crt_get_dn_by_oid(crt,
	    GNUTLS_OID_X520_COMMON_NAME, 0, 0, cn, &len) ==
	    GNUTLS_E_SUCCESS && len == TERMINAL_LEN) {
		memcpy(out, cn, TERMINAL_LEN);
		out[TERMINAL_LEN] = '\0';
		r = text_digits(out, TERMINAL_LEN) ? 0 : -1;
	}
	gnutls_x509_crt_deinit(crt);
	return r;
}
