/* Between the files that know face files (messages.md 1.2), and nobody else. */
#ifndef OKI_LINK_FACE_H
#define OKI_LINK_FACE_H

#include "link/folder.h"

/* ---- what is remembered: face_marks.c -------------------------------------- */

#define OKI_MARK	35	/* "n-", 32 hexadecimal digits, NUL */

/* Who takes or has taken the file of a name. */
struct oki_mark {
	bool	is_there;
	bool	is_done;
	char	run[OKI_RUN];		/* of this machine */
};

struct oki_marks;
int	oki_marks_open(struct oki_env *env, struct oki_marks **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_marks_close(struct oki_marks **mp);
const char *oki_marks_run(const struct oki_marks *m);
bool	oki_marks_is_alive(struct oki_marks *m, const char *run);
/* One of this machine at a time. */
int	oki_marks_lock(struct oki_marks *m, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
void	oki_marks_unlock(struct oki_marks *m);

int	oki_mark_read(struct oki_marks *m, const char *name,
	    struct oki_mark *out) OKI_CHECK;
/* With the lock held: it is this run's. ONSHI_E_ARRIVAL_TAKEN: that content was
 * taken under another name. */
int	oki_mark_take(struct oki_marks *m, const char *name,
	    const uint8_t *digest) OKI_CHECK;
int	oki_mark_done(struct oki_marks *m, const char *name) OKI_CHECK;
void	oki_mark_remove(struct oki_marks *m, const char *name,
	    const uint8_t *digest);

/* ---- names: face_name.c ------------------------------------------------------ */

/* "OQSsiquc01res_face_<10 digits><id>_<14 digits>.xml", and behind it, once it
 * is claimed, ".<desk>.<run>.<milliseconds>". */
struct oki_face_parts {
	char	name[OKI_FACE_NAME];	/* without the claim */
	char	institution[11];
	bool	is_claimed;
	int	desk;
	char	run[OKI_RUN];
	int64_t	since_ms;		/* by the clock of the folder */
};
/* False: a file of another kind. */
bool	oki_face_parse(const char *file, struct oki_face_parts *out);
/* False: it would be longer than there is room. */
bool	oki_face_claim_name(const char *name, int desk, const char *run,
	    int64_t since_ms, char to[OKI_FACE_NAME]);

#endif
