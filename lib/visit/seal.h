/* Between the files of sealed visits, and nobody else. */
#ifndef OKI_VISIT_SEAL_H
#define OKI_VISIT_SEAL_H

#include "visit/inside.h"

#define OKI_SEAL_ID	32
#define OKI_SEAL_FILE	(OKI_SEAL_ID + 24)	/* a file's name and NUL */

struct oki_seal {
	struct oki_secret	*name;
	char			 id[OKI_SEAL_ID + 1];
	oki_atomic_int		 stands;	/* others may open it */
	oki_atomic_int		 untold;	/* they could not be told */
	int64_t			 looked_ms;	/* visit's thread; steady */
};

/* ---- names: seal_name.c -------------------------------------------------- */

bool	oki_is_seal_name(const char *name);
int	oki_seal_new(const char *name, struct oki_seal **out) OKI_CHECK;
int	oki_seal_first(struct oki_seal **out) OKI_CHECK; /* of a new name */
const char *oki_seal_name(const struct oki_seal *s);
/* A digest of the name for one use, "file" or "key". */
int	oki_seal_derive(const char *what, const char *name,
	    uint8_t out[OKI_SHA256]) OKI_CHECK;

/* ---- the directory: seal_dir.c ------------------------------------------- */

int	oki_seal_disk(struct onshi_error *e, int r, int64_t sys,
	    const char *what);
int	oki_seal_dir(const struct onshi_visit *v, struct oki_dir **d,
	    struct onshi_error *e) OKI_CHECK;
void	oki_seal_file(const struct oki_seal *s, const char *ending,
	    char to[OKI_SEAL_FILE]);
int	oki_seal_temp(char to[OKI_SEAL_FILE]) OKI_CHECK;
int	oki_seal_is_there(struct oki_dir *d, const struct oki_seal *s,
	    const char *ending, bool *there, struct onshi_error *e) OKI_CHECK;
int	oki_seal_mark(struct oki_dir *d, const struct oki_seal *s,
	    const char *ending) OKI_CHECK;
int	oki_seal_clock(struct oki_dir *d, int64_t *ms, struct onshi_error *e)
	    OKI_CHECK;
void	oki_seal_sweep(const struct onshi_visit *v, struct oki_dir *d);

/* ---- what is in a file: seal_case.c -------------------------------------- */

int	oki_seal_case(struct onshi_visit *v, const struct oki_seal *s,
	    struct oki_buf *out, struct onshi_error *e) OKI_CHECK;
/* ago_ms: since it was written, by the directory's clock. */
int	oki_unseal_case(struct onshi_visit *v, const struct oki_seal *s,
	    const struct oki_buf *bytes, int64_t ago_ms,
	    struct onshi_error *e) OKI_CHECK;

/* ---- looking, telling: seal_look.c --------------------------------------- */

int	oki_seal_gone(struct onshi_error *e);
int	oki_seal_look(struct onshi_visit *v, struct oki_dir *d,
	    const struct oki_seal *s, struct onshi_error *e) OKI_CHECK;
/* From here on v is one of several; takes *sp over where it is not NULL. */
void	oki_seal_join(struct onshi_visit *v, struct oki_seal **sp);

/* ---- the record: seal.c -------------------------------------------------- */

int	oki_seal_note(struct onshi_visit *v, enum oki_audit_event event,
	    const struct onshi_operator *op, int result,
	    const struct oki_wait *w, struct onshi_error *e);

#endif
