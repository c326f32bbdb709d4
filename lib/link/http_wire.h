/* A connection under libcurl: what http_profile.c and http_curl.c share. */
#ifndef OKI_LINK_HTTP_WIRE_H
#define OKI_LINK_HTTP_WIRE_H

#include <curl/curl.h>

#include "link/inside.h"

/* Why the last check, after TLS and before a request, said no. */
enum veto { VETO_NONE, VETO_AGAIN, VETO_ADDRESS, VETO_LOCAL, VETO_MUTUAL };

struct oki_wire {
	const struct oki_wire_config *c;
	const struct oki_place	*to;
	int64_t			 process;	/* whose it is (SEC-116) */
	CURLM			*multi;
	CURL			*easy;		/* NULL: no connection */
	struct curl_slist	*resolve;
	curl_socket_t		 socket;
	bool			 up;
	bool			 confined;	/* an address was refused */
	bool			 opened;	/* another was not */
	bool			 unknown;	/* a name, by no address */
	bool			 vetted;	/* the last check has run */
	enum veto		 veto;
	struct oki_tls_notes	 notes;
	struct oki_tls		 tls;
	char			 facts[160];
};

/* The whole profile (security.md 4.2) on w->easy; ms is what is left for
 * connection and TLS. */
CURLcode oki_wire_profile(struct oki_wire *w, int32_t ms);

#endif
