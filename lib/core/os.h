/*
 * Everything that talks to the operating system stands behind this header;
 * os_posix.c fills it, and a port to Windows is one file beside it. Paths are
 * UTF-8. Results are ONSHI_OK or ONSHI_E_…, with the system's number in *sys
 * where there is one.
 */
#ifndef OKI_OS_H
#define OKI_OS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef atomic_int oki_atomic_int;	/* C11's own type, spelled once */

/* ---- clocks, randomness, process ---------------------------------------- */
int64_t	oki_os_wall_ms(void);
int64_t	oki_os_steady_ms(void);
int64_t	oki_os_boot_ms(void);
void	oki_os_boot_id(char to[9]);		/* 8 hexadecimal digits */
int	oki_os_random(void *to, size_t len);	/* ONSHI_E_SYSTEM */
int64_t	oki_os_process(void);			/* id, to notice a fork */
int64_t	oki_os_thread(void);			/* id of this thread */
bool	oki_os_is_privileged(void);		/* setuid and the like */
bool	oki_os_env_is_set(const char *name);

/* ---- threads ------------------------------------------------------------- */
struct oki_thread;
struct oki_mutex;
struct oki_cond;
struct oki_once { oki_atomic_int state; };
#define OKI_ONCE_INIT	{ 0 }

/* Signals are blocked in the new thread. */
int	oki_thread_start(void (*run)(void *), void *arg,
	    struct oki_thread **out);
void	oki_thread_join(struct oki_thread **tp);
void	oki_thread_detach(struct oki_thread **tp);
int	oki_mutex_new(struct oki_mutex **out);
void	oki_mutex_free(struct oki_mutex **mp);
void	oki_mutex_lock(struct oki_mutex *m);
void	oki_mutex_unlock(struct oki_mutex *m);
int	oki_cond_new(struct oki_cond **out);	/* waits by the steady clock */
void	oki_cond_free(struct oki_cond **cp);
void	oki_cond_signal(struct oki_cond *c);
void	oki_cond_broadcast(struct oki_cond *c);
/* true if woken, false if ms passed. May wake early: look again. */
bool	oki_cond_wait(struct oki_cond *c, struct oki_mutex *m, int32_t ms);
void	oki_once(struct oki_once *o, void (*run)(void));

/* SIGPIPE is kept from the process while a thread does network I/O. */
struct oki_pipe_guard { uint64_t saved[16]; int held; };
void	oki_pipe_guard_take(struct oki_pipe_guard *g);
void	oki_pipe_guard_drop(struct oki_pipe_guard *g);

/* ---- events: something to poll ------------------------------------------- */
struct oki_event;
int	oki_event_new(struct oki_event **out);
void	oki_event_free(struct oki_event **ep);
void	oki_event_set(struct oki_event *e);	/* async-signal-safe */
void	oki_event_clear(struct oki_event *e);
int64_t	oki_event_fd(const struct oki_event *e);
/* Until a is set: true; until b (may be NULL) is, or ms passed: false. */
bool	oki_event_wait(const struct oki_event *a, const struct oki_event *b,
	    int32_t ms);

/* ---- sockets ------------------------------------------------------------- */
/* Not yet connected, closed on exec, never 0 to 2, which programs take for
 * theirs even if they are closed; -1: none to be had. */
int64_t	oki_os_socket(int family, int type, int protocol);
/* Fills 0 to 2 where they are closed, while another library opens something. */
struct oki_low_guard { int fd[3]; int n; };
void	oki_low_guard_take(struct oki_low_guard *g);
void	oki_low_guard_drop(struct oki_low_guard *g);
bool	oki_os_is_no_route(int64_t sys);	/* from here to that network */

/* ---- memory -------------------------------------------------------------- */
/* Whole pages between guards; *locked says whether mlock worked. NULL: none. */
void	*oki_os_guarded(size_t len, bool *locked);
void	oki_os_guarded_free(void *p, size_t len);

/* ---- files --------------------------------------------------------------- */
/*
 * A directory opened once; all names in it are relative to it, without '/',
 * links are never followed, everything new is 0600 (SEC-55, SEC-101).
 */
struct oki_dir;
struct oki_file;

enum {
	OKI_OPEN_READ	= 1,
	OKI_OPEN_WRITE	= 2,	/* read and write, must exist */
	OKI_OPEN_APPEND	= 4,	/* must exist */
	OKI_OPEN_NEW	= 8,	/* with WRITE or APPEND: must not exist */
	OKI_OPEN_SHARED	= 16	/* with NEW: its rights are the share's matter */
};

int	oki_dir_open(const char *path, struct oki_dir **out, int64_t *sys);
/* Whether a path means the same from every working directory. */
bool	oki_os_path_is_whole(const char *path);
/* Of such a path: the directory that it lies in, and its last name; each has so
 * much room. */
bool	oki_os_path_split(const char *path, char *parent, char *name,
	    size_t room);
int	oki_dir_make(const char *path, int64_t *sys);	/* 0700; there is fine */
int	oki_dir_make_in(struct oki_dir *d, const char *name, int64_t *sys);
int	oki_dir_open_in(struct oki_dir *d, const char *name,
	    struct oki_dir **out, int64_t *sys);
void	oki_dir_close(struct oki_dir **dp);
int	oki_dir_sync(struct oki_dir *d, int64_t *sys);
/* Each name but "." and "..", sorted; free with oki_dir_names_free. */
int	oki_dir_names(struct oki_dir *d, char ***names, size_t *n,
	    int64_t *sys);
void	oki_dir_names_free(char ***names, size_t n);
/* rename without overwriting unless replace; unlink. Some shares have no way to
 * do that at once: there it is looked for first, so that who may meet another
 * at that name holds it otherwise. */
int	oki_dir_rename(struct oki_dir *d, const char *from, const char *to,
	    bool replace, int64_t *sys);
int	oki_dir_remove(struct oki_dir *d, const char *name, int64_t *sys);
/* A file from one directory to another of the same disk, under its name;
 * nothing that is there is overwritten. */
int	oki_dir_move(struct oki_dir *from, const char *name,
	    struct oki_dir *to, int64_t *sys);

/* Refuses what is no regular file of link count 1. *sys is ENOENT's number in
 * os_posix; ask oki_os_is_absent. */
int	oki_file_open(struct oki_dir *d, const char *name, int mode,
	    struct oki_file **out, int64_t *sys);
/* By path, for files that the configuration names (read only). */
int	oki_file_open_path(const char *path, struct oki_file **out,
	    int64_t *sys);
void	oki_file_close(struct oki_file **fp);
bool	oki_os_is_absent(int64_t sys);
bool	oki_os_is_denied(int64_t sys);	/* for want of rights */
bool	oki_os_is_there(int64_t sys);	/* what was to be new */

struct oki_file_facts {
	int64_t	size;
	int64_t	changed_ms;		/* by the clock of whoever keeps it; */
	int64_t	changed_ns;		/* to tell two contents apart */
	bool	is_ours;	/* owner is the effective user or root */
	bool	others_read;	/* group or others may read */
	bool	others_write;
};
int	oki_file_facts(struct oki_file *f, struct oki_file_facts *out,
	    int64_t *sys);
int	oki_dir_facts(struct oki_dir *d, struct oki_file_facts *out,
	    int64_t *sys);		/* size says nothing */
/* Whether it lies on another machine's disk, as far as can be told. */
bool	oki_dir_is_remote(struct oki_dir *d);
/* Bytes that may still be written there; -1 where that cannot be told. */
int64_t	oki_dir_room(struct oki_dir *d);
/* The same of a name, without opening it: regular files alone. */
int	oki_dir_look(struct oki_dir *d, const char *name,
	    struct oki_file_facts *out, int64_t *sys);
/* What the clock of a directory's keeper shows, which may be another machine:
 * by a file of that name, which is new and gone afterwards. */
int	oki_dir_clock_ms(struct oki_dir *d, const char *name, int64_t *ms,
	    int64_t *sys);
/* All of len or a failure; EINTR is not one. read: *got < len at the end. */
int	oki_file_read(struct oki_file *f, int64_t at, void *to, size_t len,
	    size_t *got, int64_t *sys);
int	oki_file_write(struct oki_file *f, int64_t at, const void *p,
	    size_t len, int64_t *sys);
int	oki_file_append(struct oki_file *f, const void *p, size_t len,
	    int64_t *sys);		/* one write call */
int	oki_file_sync(struct oki_file *f, int64_t *sys);
/* file.c: a new file with that content and no other, on the disk where it is to
 * be durable. Where that fails there is none, but for who has had the name
 * before (oki_os_is_there). shared: OKI_OPEN_SHARED or 0. */
int	oki_file_make(struct oki_dir *d, const char *name, int shared,
	    const void *p, size_t len, bool durable, int64_t *sys);
int	oki_file_truncate(struct oki_file *f, int64_t size, int64_t *sys);
/* Exclusive lock, up to ms: ONSHI_E_DISK when another holds it all the time. */
int	oki_file_lock(struct oki_file *f, int32_t ms, int64_t *sys);
void	oki_file_unlock(struct oki_file *f);
/* Whether another holds it, or nobody can tell; whoever asks is no other to who
 * asks meanwhile. */
bool	oki_file_is_locked(struct oki_file *f);

/*
 * Tells that files may have come into a directory, but for hidden ones. A share
 * tells nothing: look at times all the same. ONSHI_E_SYSTEM where there are no
 * more watches.
 */
struct oki_dir_watch;
int	oki_dir_watch_new(const char *path, struct oki_dir_watch **out,
	    int64_t *sys);
/* Until a name is told that matters (true; NULL: each), or until stop (may be
 * NULL) is set or ms passed (false). What was told before counts, once. */
bool	oki_dir_watch_wait(struct oki_dir_watch *w,
	    bool (*matters)(const char *name), const struct oki_event *stop,
	    int32_t ms);
void	oki_dir_watch_free(struct oki_dir_watch **wp);

#endif
