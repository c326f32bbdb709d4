/* bulk.h: what the files of onshikaku bulk share. */
#ifndef TOOLS_BULK_H
#define TOOLS_BULK_H

#include "csv.h"

#define OUTCOMES	40		/* room for the counts, by outcome */

/* ---- bulk_keep.c: OUT's neighbours: ticket, temporary name, lock --------- */

struct keep {
	const char	*out;
	char		*ticket;	/* OUT.ticket: by what it goes on */
	char		*fresh;		/* OUT.ticket.new */
	char		*part;		/* OUT.part: locked as long as we run */
	int		 fd;		/* of part */
	bool		 is_there;	/* a ticket was found */
	bool		 is_done;	/* and OUT is what came of it */
	char		 text[1200];	/* the ticket's line */
	char		 last[400];	/* the counts of what is done */
};

/* Locks OUT against another run, and reads the ticket where there is one: 0, or
 * the exit status. */
int	keep_begin(struct keep *k, struct tool *t, const char *out);
/* The ticket, durably; last is what is done, or NULL. 0, or errno. */
int	keep_ticket(struct keep *k, const char *text, const char *last);
/* OUT.part gets its name, if nobody else's has it: 0, or errno. */
int	keep_publish(struct keep *k);
int	keep_forget_ticket(struct keep *k);
void	keep_end(struct keep *k);

/* ---- bulk_in.c: the persons ---------------------------------------------- */

struct in {
	struct table	table;		/* columns 0: none is given */
	size_t		id;		/* column, or columns: none */
};

int	in_read(struct tool *t, int kind, const char *path, struct in *in);
/* All of them into b, and what is asked of all: 0, or the exit status. */
int	in_give(struct tool *t, int kind, const struct in *in,
	    struct onshi_bulk *b);

/* ---- bulk_compare.c: what the host has on file --------------------------- */

struct compare {
	struct table	 table;		/* columns 0: not compared */
	size_t		 id;
	int		*element;	/* of each column, 0: of none */
	size_t		*by_id;		/* rows, sorted */
};

/* What is said of one result. */
struct compared {
	const char	*verdict;	/* "": not compared */
	int		 severity;	/* the greatest, 0: none */
	char		 differences[2000];
};

int	compare_read(struct tool *t, const struct in *in, struct compare *c);
void	compare_free(struct compare *c);
/* The file's row of that person into m: ONSHI_ABSENT where it has none. */
int	compare_fill(const struct compare *c, const char *id,
	    struct onshi_match *m);

/* ---- bulk_out.c: the rows of OUT ----------------------------------------- */

struct entry {
	size_t	place;		/* SIZE_MAX: nobody that was asked for */
	int64_t	at;
	size_t	len;
};

/* Rows wait in a file without a name until the answer is whole. */
struct rows {
	struct tool		*t;
	int			 kind;
	const struct in		*in;
	const struct compare	*compare;
	struct task_list		*report;	/* NULL: none */
	struct onshi_match	*match;
	struct pen		 spool;
	struct entry		*entry;
	size_t			 n;
	size_t			 room;
	size_t			 count[OUTCOMES];	/* persons */
	bool			*seen;		/* by place */
	char			*cell;		/* a list's items */
	size_t			 cell_room;
};

int	rows_begin(struct rows *r, struct tool *t, const char *out);
/* The unit in hand: ONSHI_OK, or the first thing that went wrong. */
int	rows_take(struct rows *r, struct onshi_bulk *b,
	    const struct onshi_record *unit);
/* All that was taken is void. */
void	rows_void(struct rows *r);
/* Who was not named, and then all of it to fd: 0, or errno. */
int	rows_write(struct rows *r, int fd);
void	rows_end(struct rows *r);

/* ---- bulk_report.c: what the clerk has to do ----------------------------- */

enum task {
	TASK_LOST, TASK_NEWER, TASK_DIFFERS, TASK_NOT_FOUND, TASK_EXPIRING,
	TASK_UNANSWERED, TASK_COUNT
};

struct note {
	enum task	 task;
	size_t		 place;
	size_t		 n;		/* in the order they came */
	char		*text;		/* fields, each ended by NUL */
	size_t		 len;
};

struct task_list {
	struct tool	*t;
	const char	*path;
	bool		 is_html;
	int32_t		 day;		/* as of which; 0: today */
	struct note	*note;
	size_t		 n;
	size_t		 room;
	bool		 failed;
};

int	task_begin(struct task_list *r, struct tool *t);
/* One result of a person, or none (rec NULL). */
void	task_take(struct task_list *r, const struct in *in, size_t place,
	    int outcome, const struct onshi_record *rec,
	    const struct onshi_match *m, const struct compared *c);
void	task_void(struct task_list *r);
/* 0, or errno. */
int	task_write(struct task_list *r);
void	task_end(struct task_list *r);

#endif
