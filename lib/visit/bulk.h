/* What the files of onshi_bulk share with one another, and with nobody else. */
#ifndef OKI_VISIT_BULK_H
#define OKI_VISIT_BULK_H

#include "onshikaku/bulk.h"
#include "visit/inside.h"

enum oki_bulk_stage {
	OKI_BULK_MADE,		/* not handed in, as far as we know */
	OKI_BULK_ACCEPTED,	/* there is a receipt number */
	OKI_BULK_READING,	/* units come, and are provisional */
	OKI_BULK_WHOLE,		/* all of them are there, and count */
	OKI_BULK_VOID,		/* those that came do not */
	OKI_BULK_OVER
};

/* One unit of the answer on its way. */
struct oki_unit {
	struct oki_unit		*next;
	struct oki_doc		*doc;
	size_t			 place;
};

/* A visit that came of a provisional unit. */
struct oki_carried {
	struct oki_carried	*next;
	struct onshi_visit	*visit;		/* counted */
};

struct onshi_bulk {
	oki_atomic_int		 refs;		/* the handle, its thread, calls */
	oki_atomic_int		 busy;
	oki_atomic_int		 closed;
	int64_t			 process;
	struct onshi		*root;		/* counted */
	struct onshi_error	 error;
	struct onshi_operator	*operator;	/* NULL: the program by itself */
	struct oki_cancel	 cancel;
	int			 blocking;
	int32_t			 deadline_ms;	/* 0: the config's */
	char			 ticket[OKI_BULK_TICKET];
	enum oki_bulk_stage	 stage;
	int			 result;	/* of what is void */
	int32_t			 pause_s;	/* between two questions */
	int64_t			 next_ms;	/* steady: not asked before */
	struct oki_unit		*unit;		/* in hand: one of these, */
	struct oki_unit		*batch;		/* fetched out of the queue, */
	struct oki_unit		**batch_last;
	struct oki_unit		*ours;		/* and next of them */
	size_t			 taken;
	struct oki_carried	*carried;

	/* the thread's while a job is under way */
	struct oki_case		 k;
	struct oki_bulk		 b;
	struct oki_wait		 wait;		/* of that job */
	struct oki_unit		*spare;		/* empty, to be used again */
	bool			 came;		/* one did, since the last look */
	struct onshi_error	 why;
	int			 job_result;

	struct oki_runner	*runner;
	struct oki_job		*task;
	struct oki_event	*there;		/* something to be said */
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_unit		*spent;		/* which the thread wipes */
	struct oki_cond		*changed;
	bool			 begun;		/* the thread counts us */
	bool			 working;	/* a job is under way, */
	bool			 done;		/* or done and not collected */
	struct oki_unit		*first;
	struct oki_unit		**last;
	size_t			 size;		/* of those, in bytes */
	bool			 told;		/* there is set */
	bool			 waits;		/* to be woken by the next unit */
};

int32_t	oki_bulk_budget(const struct onshi_bulk *b);
void	oki_units_free(struct oki_unit **first);

/* bulk_thread.c: starts the job of the stage that it is at. */
int	oki_bulk_thread_new(struct onshi_bulk *b) OKI_CHECK;
int	oki_bulk_start(struct onshi_bulk *b) OKI_CHECK;
/* Until a unit is there or the job is done: ONSHI_OK; ONSHI_NEED_WAIT; or that
 * it took too long, and is told to end. */
int	oki_bulk_await(struct onshi_bulk *b) OKI_CHECK;
/* What the job has come to, once it is done and no unit is left of it. */
bool	oki_bulk_collect(struct onshi_bulk *b, int *result);
/* The next unit comes into hand: false, there is none. */
bool	oki_bulk_pop(struct onshi_bulk *b) OKI_CHECK;
/* All that it has in hand, waits, and came back, is wiped. */
void	oki_bulk_drop(struct onshi_bulk *b);
void	oki_bulk_leave(struct onshi_bulk *b);
void	oki_bulk_ref(struct onshi_bulk *b);
void	oki_bulk_unref(struct onshi_bulk *b);

/* bulk_visit.c: the answer counts, or it does not. */
void	oki_carried_settle(struct onshi_bulk *b, bool counts);
int	oki_carried_make(struct onshi_bulk *b, int purpose,
	    struct onshi_visit **out) OKI_CHECK;

#endif
