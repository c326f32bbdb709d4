/*
 * Two desks, and at each two people with a card each, several operators and a
 * visit, in any order of calls, while cards are changed, lines break, time
 * passes and answers are odd. A model of ID-9, ID-10, CO-2 to CO-5, CO-10,
 * CO-12, CO-13, PU-1 and TI-4 stands beside them, and one of DI and EM for the
 * exceptional modes that go on meanwhile (desk_urgent.c): nothing of one person, desk
 * or operator is seen, spent or recorded for another. Drivers: t_model, by
 * random numbers, and the fuzz target, by bytes.
 */
#ifndef TESTS_VISIT_DESK_H
#define TESTS_VISIT_DESK_H

#include "fake.h"

#define DESK_OPERATORS	5

enum { DESK_ANSWERED, DESK_GIVEN_OUT, DESK_REFUSED, DESK_READ,
    DESK_URGENT_STEPS, DESK_URGENT_GIVEN, DESK_URGENT_REFUSED, DESK_COUNTS };

/* An exceptional mode beside the visit, and what the model knows of it (DI, EM):
 * persons are 0, 1 or, nobody, -1. */
struct urgent {
	struct onshi_operator	*ops[DESK_OPERATORS];
	struct onshi_emergency	*e;
	struct onshi_answer	*a;
	int			 category;
	int			 kind, who, way;
	int			 number, name;	/* whose was typed */
	int			 birth;
	bool			 sex, fourth;
	int			 basis, consenter, identified, want;
	bool			 reason, own;
	bool			 shown, acknowledged, ended, grace;
	int			 found, opened;
	int64_t			 since_ms;
};

struct desk {
	struct fake		 f;		/* comes first */
	struct onshi		*o;
	struct onshi_operator	*ops[DESK_OPERATORS];
	struct onshi_visit	*v;
	struct onshi_answer	*a;		/* of the category */
	int			 category;
	int			 number;	/* 1 or 2 */
	int64_t			 start_ms;
	unsigned long		 counts[DESK_COUNTS];
	/* the model */
	int			 purpose;
	int			 person;	/* whose card lies there */
	int			 first;		/* whose visit it is; -1 */
	int			 method;
	bool			 part;		/* a part of the reader's name */
	bool			 advanced, answered, ended;
	bool			 lets_go;	/* the card, by the next advance */
	bool			 waits;		/* calls do not */
	bool			 pin;		/* given, not yet shown */
	bool			 spend;
	int			 compared;	/* operator; -1 */
	int			 compared_at;	/* cards let go by then */
	bool			 given[7], withdrawn[7];
	/* what the service was asked last, and said */
	unsigned int		 seen_grants;
	bool			 seen_grace;
	int64_t			 seen_ms;	/* by the clock nobody sets */
	int			 seen_seconds;
	bool			 seen_told, seen_lines;
	bool			 unsure;	/* whose it is */
	int			 said;		/* by whom; -1 nothing yet */
	struct urgent		 u;
};

/* What must hold. */
#ifndef MUST
#define MUST(cond)							\
	((cond) ? (void)0 : desk_fail(__FILE__, __LINE__, #cond))
#endif
_Noreturn void desk_fail(const char *file, int line, const char *what);

/* desk_urgent.c */
void	urgent_open(struct desk *d);
void	urgent_close(struct desk *d);
void	urgent_call(struct desk *d, unsigned int op, unsigned int x);
void	urgent_watch(struct desk *d, const char *prefix, const char *body);

void	desk_open(struct desk *d, int number);
void	desk_close(struct desk *d);
/* One call at d, or one turn of its world; beside nothing happens. */
void	desk_call(struct desk *d, const struct desk *beside, unsigned int op,
	    unsigned int x);

#endif
