/*
 * Stands in for the official application: a thread that takes requests out of
 * a folder and puts answers into another, as well or as badly as it is told.
 * The answer to <Q>TEXT</Q> is <A><Q>TEXT</Q></A>, or what make writes.
 */
#ifndef TESTS_LINK_STAND_IN_H
#define TESTS_LINK_STAND_IN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum stand_in_fault {
	STAND_HALF	= 1,	/* under the final name, half, then the rest */
	STAND_TWICE	= 2,	/* the same answer again, a little later */
	STAND_REJECT	= 4,	/* the request comes back, with an .err */
	STAND_FOREIGN	= 8,	/* answers to nobody of ours lie beside it */
	STAND_BLIND	= 16,	/* takes nothing */
	STAND_MUTE	= 32,	/* takes, and answers nothing */
	STAND_HOLD	= 128,	/* does not answer before this is over */
	STAND_CUT	= 64	/* half an answer, and no more of it */
};

struct stand_in {
	char		req[256], res[256];
	atomic_int	faults;
	atomic_int	delay_ms;
	const char	*ending;	/* ".xml" */
	/* Bytes of an answer; the name is the request's, of its file. */
	size_t		(*make)(const char *name, const char *body,
			    size_t len, char *to, size_t room);
	/* what it saw */
	atomic_int	taken, answered;
	atomic_int	scans;	/* of the folder, to their ends */
	char		names[4096][48];
	/* its own */
	pthread_t	thread;
	atomic_int	stop;
};

/* Folders top/reqN and top/resN are made. */
void	stand_in_start(struct stand_in *s, const char *top, int n);
void	stand_in_stop(struct stand_in *s);
/* After a stop, with all that it has seen. */
void	stand_in_go(struct stand_in *s);
/* Files in a folder, hidden ones too; the last one's name into last. */
int	files_in(const char *dir, char last[256]);
/* The same without hidden ones. */
int	files_seen(const char *dir);
void	remove_tree(const char *path);

#endif
