/* folder.h: what the files of the official application in software share. */
#ifndef ONSHIKAKU_SIM_FOLDER_H
#define ONSHIKAKU_SIM_FOLDER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "sim.h"

enum { DIR_REQ, DIR_RES, DIR_FACE, DIRS };

/* One act on the share, at its time. */
enum {
	STEP_PUT,	/* data under the name, at once (temporary name, rename) */
	STEP_GROW,	/* more data into the file that is there under the name */
	STEP_AWAY,	/* the file goes away under another name … */
	STEP_BACK,	/* … and is there again */
	STEP_CLOSE,	/* opened by somebody, for nobody else to read */
	STEP_AGAIN,	/* the data once more, when the file has been taken */
	STEP_TAKE,	/* a request is looked at */
	STEP_COMMAND	/* a line of control */
};
struct step {
	struct step	*next;
	int64_t		 due;		/* ms on the clock that nobody sets */
	int		 what;
	int		 dir;
	char		*name;
	char		*data;
	size_t		 len;
	int64_t		 after;		/* ms, of STEP_AGAIN; 0 for GROW: anew */
	int64_t		 mtime;		/* the share's time; 0: now */
	struct blob	*blob;		/* whose bytes data is, or NULL */
	int		 armed;		/* STEP_AGAIN: it has been there */
	struct fault_set faults;	/* of STEP_TAKE */
};

struct rule {			/* of encrypt.conf */
	struct rule	*next;
	char		*name;
	int		 plain;
};

/* What is set for every terminal. */
struct folder_settings {
	int		 sjis;
	char		*password;	/* NULL: plain */
	struct rule	*rules;
	int64_t		 stay_minutes;	/* 0: nobody looks */
	int64_t		 zip_over;	/* bytes of a bulk answer; 0: never */
};

/* A terminal of an institution, and its three folders. */
struct folder {
	struct folder	*next;
	struct sim	*sim;
	struct folder_settings *settings;
	char		 code[TERMINAL_LEN + 1];
	char		*path;
	int		 fd[DIRS];
	int		 notify, wake, watch[DIRS];
	pthread_t	 thread;
	int		 runs;
	pthread_mutex_t	 lock;		/* over everything below */
	int		 stop, halted;
	struct step	*steps;		/* by time */
	struct name {
		struct name *next;
		char	    *name;
	}		*kept,		/* requests that were not removed */
			*reported;	/* forgotten answers, told of */
	unsigned	 serial;
};

/* folder.c */
int	 folder_add(struct sim *sim, const char *spec);
int	 folder_start(struct sim *sim);
void	 folder_stop(struct sim *sim);
struct folder *folder_at(struct sim *sim, int64_t n);
void	 folder_wake(struct folder *f);
int	 folder_halt(struct folder *f, int yes);

/* folder_conf.c: settings of --encoding, --zip-password-file, --encrypt-conf, --stay-minutes */
extern struct folder_settings folder_settings;
int	 folder_setting(const char *name, const char *value);
void	 folder_settings_free(void);
int	 folder_is_plain(const struct folder_settings *s, const char *prefix);

/* steps.c */
int64_t	 step_now(void);
struct step *step_new(int what, int dir, const char *name, int64_t due);
void	 step_add(struct folder *f, struct step *s);
void	 step_run(struct folder *f, int with_takes);
int64_t	 step_next(struct folder *f);
void	 step_free(struct step *s);
void	 step_vanished(struct folder *f, int dir, const char *name);
int	 step_waits(struct folder *f, const char *name);

/* share.c: files on the share */
int	 share_dir(const char *path, const char *name);
char	*share_read(int dir, const char *name, size_t *len);
int	 share_settled(int dir, const char *name);
int	 share_has(int dir, const char *name);
void	 share_do(struct folder *f, const struct step *s);
char	**share_names(int dir, int *count);

/* take.c: from a request to its answer */
int	 take_is_request(const char *name);
void	 take_arrived(struct folder *f, const char *name);
void	 take_now(struct folder *f, const char *name,
	    const struct fault_set *faults);

/* plan.c: an answer, and what befalls it, as steps */
void	 plan_answer(struct folder *f, const char *request,
	    const struct reply *rep, int64_t now, const char *raw,
	    size_t len);
void	 plan_face(struct folder *f, const char *name,
	    const struct reply *rep, int64_t now);

/* zip.c */
char	*zip_pack(const char *name, const char *data, size_t len,
	    const char *password, const struct fault_set *faults,
	    size_t *outlen);
char	*zip_unpack(const char *data, size_t len, const char *password,
	    size_t *outlen);

/* face.c: a patient at the face reader */
char	*face_touch(struct sim *sim, int argc, char **argv);

/* forgotten.c: answers that nobody deletes */
int	 forgotten_look(struct folder *f);

#endif
