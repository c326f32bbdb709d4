/* The Web API link: what its two files share, and nobody else. */
#ifndef OKI_LINK_WEBAPI_H
#define OKI_LINK_WEBAPI_H

#include "link/inside.h"
#include "message/message.h"

#define OKI_WEBAPI_HEAD		16384	/* of a request, its token within */
#define OKI_WEBAPI_TOKEN	8192

enum { OKI_AUTH, OKI_SEARCH, OKI_WEBAPI_PLACES };

/* A terminal's; its sessions share the login. */
struct oki_webapi {
	struct oki_https	*https;
	struct oki_place	 places[OKI_WEBAPI_PLACES];
	struct oki_secret	*body;		/* of the login, as configured */
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	bool			 logging_in;	/* somebody is at it */
	struct oki_secret	*token;		/* NULL: none */
	uint64_t		 number;	/* of that token */
};

/* webapi_login.c: appends the token to out, after a login where there is none,
 * and says its number. head: what was said of time and of trying again. */
int	oki_webapi_token(struct oki_webapi *a, const struct oki_wait *w,
	    struct oki_buf *out, uint64_t *number, int32_t *retry_after,
	    struct onshi_error *e) OKI_CHECK;
/* It was refused: the next one who asks logs in anew, but not one who comes
 * with a number that is not this token's any more. */
void	oki_webapi_forget(struct oki_webapi *a, uint64_t number);

#endif
