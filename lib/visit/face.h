/* One patient at the face reader: what it is to do, and what it says. */
#ifndef OKI_VISIT_FACE_H
#define OKI_VISIT_FACE_H

#include "visit/inside.h"

#define OKI_FACE_PROOF		32768
#define OKI_FACE_SIGNATURE	1024

struct onshi_face_exchange {
	struct oki_flow		*f;
	int64_t			 thread;	/* whose calls are taken */
	struct oki_wait		 wait;
	char			 id[OKI_REQUEST_ID];
	int			 refused;	/* once, and for good */

	/* as the reader says; 0, -1, empty: not yet */
	int			 carrier;
	int			 method;
	int			 tries;
	bool			 said[OKI_CATEGORIES];
	bool			 given[OKI_CATEGORIES];
	struct onshi_certificate *certificate;
	struct oki_buf		 proof;
	struct oki_buf		 text;		/* to sign: all else is said */
	struct oki_challenge	 challenge;
	struct oki_buf		 signature;
};

/* face_exchange.c: whether that is all that it has to say, else the result
 * that refuses it. */
int	oki_face_check(struct onshi_face_exchange *x) OKI_CHECK;

#endif
