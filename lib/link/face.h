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
	char	run[OKI_RUN];		/* of this machine; "": not known */
};

struct oki_marks;
int	oki_marks_open(struct oki_env *env, struct oki_marks **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_marks_close(struct oki_marks **mp);
const char *oki_marks_run(const struct oki_marks *m);
bool	oki_marks_is_alive(struct oki_marks *m, const char *run);
bool	oki_marks_has_ended(struct oki_marks *m, const char *run);
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
/* Whether that content was taken under another name. */
bool	oki_mark_is_copy(struct oki_marks *m, const char *name,
	    const uint8_t *digest);
int	oki_mark_done(struct oki_marks *m, const char *name) OKI_CHECK;
void	oki_mark_remove(struct oki_marks *m, const char *name,
	    const uint8_t *digest);

/* ---- what is in a file: face_zip.c ------------------------------------------ */

/* What a ZIP holds that is called name, in its place in bytes. Not ONSHI_OK:
 * bytes is empty. */
int	oki_face_unpack(const struct oki_folder *f, const char *name,
	    struct oki_buf *bytes, struct onshi_error *e) OKI_CHECK;

/* ---- names: face_name.c ------------------------------------------------------ */

/* "OQSsiquc01res_face_<10 digits><id>_<14 digits>.xml" or ".zip", and behind it,
 * once it is claimed, ".<desk>.<run>.<milliseconds>". */
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
/* Both forms of a check-in are known by one name, that of the XML. */
void	oki_face_known_by(const char *name, char to[OKI_FACE_NAME]);
/* False: it would be longer than there is room. */
bool	oki_face_claim_name(const char *name, int desk, const char *run,
	    int64_t since_ms, char to[OKI_FACE_NAME]);

/* ---- the folders: face.c ------------------------------------------------------ */

#define OKI_FACE_FOLDERS	16
#define OKI_FACE_BUCKETS	1024

struct oki_seen;
struct oki_face_folder {
	char			*path;
	struct oki_dir_watch	*watch;
};

struct oki_faces {
	oki_atomic_int	 refs;
	struct oki_env	*env;
	struct oki_marks *marks;
	struct oki_face_folder folder[OKI_FACE_FOLDERS];
	size_t		 nfolders;
	bool		 is_owner;
	int		 desk;
	int64_t		 claim_ms;
	size_t		 max;
	int32_t		 scan_ms;
	struct oki_folder reading;	/* for oki_folder_read alone */
	struct oki_seen	*seen[OKI_FACE_BUCKETS];	/* of who scans */
	int		 round;
};

int	oki_face_dir(const struct oki_faces *f, size_t folder,
	    struct oki_dir **d, struct onshi_error *e) OKI_CHECK;
/* Whether its name says this institution. */
bool	oki_face_is_ours(const struct oki_faces *f,
	    const struct oki_face_parts *parts);
void	oki_faces_forget(struct oki_faces *f);	/* what was seen */

/* One folder as it is looked at now. */
struct oki_face_look {
	struct oki_faces	*f;
	size_t			 folder;
	struct oki_dir		*dir;
	char			**names;	/* NULL: not listed yet */
	size_t			 n;
	int64_t			 now_ms;	/* its clock; 0: not asked yet */
};

/* ---- whose it is: face_whose.c ------------------------------------------------ */

/* Listing a folder costs what is in it: only where it is asked for. */
bool	oki_face_list(struct oki_face_look *l) OKI_CHECK;

/* Asked where there is something to be judged by it, for a file of ours is made
 * for a moment; where that may not be, the wall has to do. */
int64_t	oki_face_now(struct oki_face_look *l);
/* One that nobody has claimed, or a copy of one that somebody had. A run that
 * ended before its rename has taken nothing. */
bool	oki_face_is_free(struct oki_face_look *l,
	    const struct oki_face_parts *parts);
/* One that a run which has ended had claimed, or ours without having it; what
 * it was done with goes. */
bool	oki_face_is_left(struct oki_face_look *l,
	    const struct oki_face_parts *parts, const char *file);

#endif
