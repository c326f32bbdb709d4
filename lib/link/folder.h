/* Between the files of the folder link (messages.md 1), and nobody else. */
#ifndef OKI_LINK_FOLDER_H
#define OKI_LINK_FOLDER_H

#include "link/inside.h"

#define OKI_NAME	129	/* of a file, with its NUL (SEC-56) */
#define OKI_PATH_ROOM	1025
#define OKI_RUN		9	/* name of a run, with its NUL */
#define OKI_UNDER_WAY	20	/* most requests at one terminal */

/* ---- the journal: journal.c, journal_entry.c ----------------------------- */

/*
 * A file per request in a directory of this machine; nothing of a patient is
 * in it. Its ending says how the request stands, so that a rename changes it.
 * A run is a journal that is open: it holds a lock on a file of its own, and
 * what it has not brought to an end is anybody's once that lock is free.
 */
enum oki_stand {
	OKI_PREPARED,	/* not published yet */
	OKI_FAILED,	/* never published: what it left is to go */
	OKI_AWAITED,	/* about to be published, or published */
	OKI_UNCERTAIN,	/* no answer in time; its session may ask again */
	OKI_LEFT,	/* the same, and its session has ended */
	OKI_TAKEN,	/* answered; the answer may not be handed over yet */
	OKI_LATE,	/* answered when nobody was there to take it */
	OKI_SPENT,	/* finished; a second answer would be nobody's */
	OKI_STANDS
};

struct oki_entry {
	char		name[OKI_NAME];	/* of the request, no extension */
	char		prefix[68];
	char		request_id[OKI_REQUEST_ID];
	char		run[OKI_RUN];	/* that answers for it */
	char		mark[OKI_RUN];	/* that made it: in its marker */
	char		req[OKI_PATH_ROOM];
	char		res[OKI_PATH_ROOM];
	bool		zip;		/* the request is one */
	int64_t		since;		/* seconds UTC */
	enum oki_stand	stand;
	bool		marked;		/* the marker is ours: we made it */
	bool		cleared;	/* nothing of it is in the folders */
	struct oki_entry *next;		/* of its session */
};

struct oki_journal;
int	oki_journal_open(struct oki_env *env, struct oki_journal **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_journal_close(struct oki_journal **jp);
/* One at a time, on this machine, for w at most. */
int	oki_journal_lock(struct oki_journal *j, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
void	oki_journal_unlock(struct oki_journal *j);
/* The same of cleaning up, which may take longer: false if another does. */
bool	oki_journal_sweep_lock(struct oki_journal *j, int32_t ms);
void	oki_journal_sweep_unlock(struct oki_journal *j);
/* Whether the run that wrote an entry is still there. */
bool	oki_journal_is_alive(struct oki_journal *j, const char *run);
/* A run of this journal; not every one that is not alive is known to be. */
bool	oki_journal_has_ended(struct oki_journal *j, const char *run);
/* Removes the files of runs that are not. */
void	oki_journal_forget_runs(struct oki_journal *j);
struct oki_env *oki_journal_env(const struct oki_journal *j);
struct oki_dir *oki_journal_dir(struct oki_journal *j);
const char *oki_journal_run(const struct oki_journal *j);

/* With the lock held: how many are under way at a terminal. */
int	oki_journal_count(struct oki_journal *j, const char *req, size_t *n)
	    OKI_CHECK;
/* With the lock held: the next name of that prefix into k->name. */
int	oki_journal_name(struct oki_journal *j, struct oki_entry *k) OKI_CHECK;
/* A new entry; durable is up to oki_journal_move. */
int	oki_journal_add(struct oki_journal *j, const struct oki_entry *k)
	    OKI_CHECK;
/* To another stand; durable: it has to be true after the power is gone. */
int	oki_journal_move(struct oki_journal *j, struct oki_entry *k,
	    enum oki_stand to, bool durable);
/* The entry is this run's from now on. */
int	oki_journal_adopt(struct oki_journal *j, struct oki_entry *k) OKI_CHECK;
void	oki_journal_remove(struct oki_journal *j, const struct oki_entry *k);
/* The names of all entries, sorted; oki_dir_names_free. */
int	oki_journal_names(struct oki_journal *j, char ***names, size_t *n)
	    OKI_CHECK;
bool	oki_journal_stand_of(const char *file, enum oki_stand *stand);
/* ONSHI_ABSENT: it is gone, or none of ours. */
int	oki_journal_read(struct oki_journal *j, const char *file,
	    struct oki_entry *k) OKI_CHECK;
int	oki_journal_find(struct oki_journal *j, const char *request_id,
	    struct oki_entry *k) OKI_CHECK;

/* ---- what link.* says: folder_config.c ------------------------------------ */

struct oki_terminal {
	char	*req;
	char	*res;
};

/* Where the files of a function go. */
struct oki_route {
	char			 prefix[68];	/* "": of all others */
	struct oki_terminal	*terminals;
	size_t			 n;
};

/* For a place at a terminal: in this process the one whose time ends first goes
 * first. */
struct oki_waiter {
	const struct oki_route	*route;
	int64_t			 end_ms;
	struct oki_waiter	*next;
};

struct oki_folder {
	struct oki_env		*env;		/* borrowed from the link */
	struct oki_journal	*journal;
	struct oki_route	*routes;	/* [0] is that of all others */
	size_t			 nroutes;
	struct oki_secret	*password;	/* of ZIP; NULL: none */
	int32_t			 scan_ms;
	int32_t			 settle_ms;
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_waiter	*waiters;
	int64_t			 swept_ms;	/* steady; 0 never */
};

int	oki_folder_config(struct oki_env *env, struct oki_folder **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_folder_free(struct oki_folder **fp);
const struct oki_route *oki_folder_route(const struct oki_folder *f,
	    const char *prefix);
/* Whether requests of that prefix go as ZIP. */
bool	oki_folder_zips(const struct oki_folder *f, const char *prefix);

/* ---- names: folder_name.c -------------------------------------------------- */

enum { OKI_NAMES_IN_RES = 6 };

/* The i-th name that what comes back may have in res: the answer's three, the
 * .err, the request's own two. */
bool	oki_answer_name(const struct oki_entry *k, size_t i,
	    char to[OKI_NAME + 8]);
bool	oki_answer_is_err(size_t i);
bool	oki_answer_is_own(size_t i);
/* "OQSsiquc01res_X.xml" to what a finished request stands as in the journal;
 * false: no name of ours. */
bool	oki_spent_file(const char *name, char to[OKI_NAME + 8]);
void	oki_request_name(const struct oki_entry *k, char to[OKI_NAME + 8]);
void	oki_request_temp(const struct oki_entry *k, char to[OKI_NAME + 8]);
/* What keeps the name for us in the folder, against who has the same desk. */
void	oki_request_mark(const struct oki_entry *k, char to[OKI_NAME + 8]);
/* A bulk's answer may be asked for by a later run. */
bool	oki_is_bulk(const struct oki_entry *k);
/* Removes what is in the folders under any of these, if it is ours by the
 * marker; true when all of it is gone. answers: it was answered, and what is
 * in res goes, too. */
bool	oki_folder_clear(const struct oki_entry *k, bool answers);
/* The same of one that was published, where its i-th name was read: few steps,
 * for each is a journey on a share. */
bool	oki_folder_finish(const struct oki_entry *k, size_t i);

/* ---- out: folder_send.c ---------------------------------------------------- */

/* Queues, names, writes and publishes. On ONSHI_OK, or once x->sent is
 * ONSHI_SENT_UNKNOWN, k is an entry to wait for. */
int	oki_folder_send(struct oki_folder *f, struct onshi_exchange *x,
	    struct oki_entry *k, struct onshi_error *e) OKI_CHECK;

/* ---- back: folder_read.c, folder_wait.c ------------------------------------- */

/* One file as it was seen last, to tell whether it stands still. */
struct oki_sight {
	bool	seen;
	int64_t	size;
	int64_t	changed_ns;
	uint8_t	digest[OKI_SHA256];
	int64_t	since_ms;		/* steady: it stands still since then */
};

/* Whether the bytes are a document to its end: XML, or a ZIP. */
bool	oki_is_whole(const uint8_t *p, size_t len);
bool	oki_is_zip(const uint8_t *p, size_t len);
/* Whether an answer names another request than that mark's: it lies under our
 * name, and is somebody else's. Where it names none it may be ours. */
bool	oki_is_others(const uint8_t *p, size_t len, const char *mark);
/*
 * A file, read twice alike, into out. ONSHI_ABSENT: there is none.
 * ONSHI_NEED_WAIT: it is not whole, or does not stand still, or somebody has
 * it; look again. opaque: of a kind whose end cannot be told.
 */
/* The same of a file that is not held in memory: its beginning and end come to
 * edges, and all of it is handed on when it stands; ONSHI_NEED_WAIT: it was
 * another then. */
bool	oki_folder_is_large(struct oki_dir *d, const char *name);
int	oki_folder_weigh(struct oki_folder *f, struct oki_dir *d,
	    const char *name, struct oki_sight *s, struct oki_buf *edges)
	    OKI_CHECK;
int	oki_folder_hand_on(struct oki_dir *d, const char *name,
	    const struct oki_sight *s, struct onshi_exchange *x) OKI_CHECK;
int	oki_folder_read(struct oki_folder *f, struct oki_dir *d,
	    const char *name, bool opaque, struct oki_sight *s,
	    struct oki_buf *out) OKI_CHECK;
/* Until the answer is in x, and no longer in the folder. */
int	oki_folder_await(struct oki_folder *f, struct onshi_exchange *x,
	    struct oki_entry *k, struct onshi_error *e) OKI_CHECK;

/* ---- what was left: folder_sweep.c ------------------------------------------ */

/* What ended runs and sessions have left, in folders and journal; once in a
 * while, or now. */
void	oki_folder_sweep(struct oki_folder *f, bool now);
/* Brings one entry that nobody holds to where it can be; *state is
 * ONSHI_REQUEST_…, 0: it is none to be told of. */
void	oki_folder_settle(struct oki_folder *f, struct oki_entry *k,
	    int *state);

int	oki_folder_journal_at(struct oki_folder *f, size_t i,
	    struct oki_request *out) OKI_CHECK;

/* ---- ZIP: zip_libzip.c ------------------------------------------------------- */

/* ONSHI_E_UNSUPPORTED, with why in e, where it is not built. */
int	oki_zip_check(struct onshi_error *e) OKI_CHECK;
/* What link.zip_password_file says; NULL where it is not set. */
int	oki_zip_password(struct oki_env *env, struct oki_secret **out,
	    struct onshi_error *e) OKI_CHECK;
/* The document in a ZIP that should be called name, to the sink of x. */
int	oki_zip_read(const uint8_t *zip, size_t len, const char *name,
	    const struct oki_secret *password, struct onshi_exchange *x,
	    struct onshi_error *e) OKI_CHECK;
/* bytes as the one entry of an encrypted ZIP. */
int	oki_zip_write(const char *name, const uint8_t *bytes, size_t len,
	    const struct oki_secret *password, struct oki_buf *out,
	    struct onshi_error *e) OKI_CHECK;

#endif
