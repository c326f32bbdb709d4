/* bulk.h: what the files about many at once share: two steps, one receipt. */
#ifndef ONSHIKAKU_BULK_H
#define ONSHIKAKU_BULK_H

#include "sim.h"

/* Codes of this simulator, for a whole file. */
#define BULK_UNKNOWN	"XBLK0001E"	/* no such receipt of yours */
#define BULK_FORM	"XBLK0002E"	/* an element that it has not */
#define BULK_NOBODY	"XBLK0003E"	/* nobody is asked for */
#define BULK_RANGE	"XBLK0004E"	/* days, month or kind of treatment */
#define BULK_FAILED	"XBLK0005E"	/* the fault of that name */

enum {
	BULK_ELIGIBILITY, BULK_REGISTER, BULK_ASSISTANCE, BULK_HOME,
	BULK_ONLINE, BULKS
};
struct bulk_form {
	const char	  *function;	/* OQSmuquc */
	const char	  *item;	/* of 01: repeated, or one */
	int		   repeats;
	const char *const *header, *const *fields;
	const char	  *flag;	/* MedicalTreatmentFlag */
};
extern const struct bulk_form bulk_forms[BULKS];

struct receipt {
	int64_t	id, made, persons, asked, failed;
	int	kind;
	char	identifier[64];		/* as long as 3.1 has it */
	char	number[32];
	int32_t	date, first, last;	/* of confirmation; of what is asked */
	int	by_examination;
};

/* The units of an answer, made once: a receipt brings the same again. */
struct spool {
	struct spool *next;
	int64_t	      receipt;
	struct blob  *units;
	int64_t	      all, errors;
};

/* bulk.c: the two steps */
int	 bulk_kind(const char *prefix);
const char *bulk_text(const char *code);
int	 bulk_strange(xmlNodePtr node, const char *const *allowed);
int	 bulk_upload(struct sim *sim, struct request *req, struct reply *rep,
	    xmlNodePtr header, xmlNodePtr body);
int	 bulk_fetch(struct sim *sim, struct request *req, struct reply *rep,
	    xmlNodePtr header, xmlNodePtr body);
void	 bulk_stop(struct sim *sim);
/* Long answers that an id brings again. */
int	 bulk_keep(struct sim *sim, const struct request *req,
	    const struct reply *rep);
int	 bulk_again(struct sim *sim, const struct request *req,
	    struct reply *rep);

/* bulk_read.c: lists, person by person, into the database */
int	 bulk_is_list(const char *prefix);
int	 bulk_read(struct sim *sim, struct request *req);
void	 bulk_read_end(struct sim *sim, struct request *req, int answered);

/* bulk_unit.c: each person's part of an answer */
struct spool *bulk_units(struct sim *sim, const struct request *req,
	    const struct receipt *r);
void	 bulk_register(struct sim *sim, const struct request *req);

/* bulk_write.c: header and units become the answer's bytes */
int	 bulk_write(struct sim *sim, struct request *req, struct reply *rep,
	    xmlDocPtr doc, const struct spool *units);

/* carried.c: consents given once, for home visits and telemedicine (CO-11) */
sqlite3_stmt *carried_between(struct sim *sim, const char *terminal,
	    const struct receipt *r);
void	 carried_flags(sqlite3_stmt *row, int64_t now, int flags[CATEGORIES]);
int	 carried_open(struct sim *sim, const struct request *req,
	    const struct receipt *r, struct reply *rep);
int64_t	 carried_find(struct sim *sim, const char *terminal, int64_t person,
	    int flag, int64_t receipt);
int	 carried_may(struct sim *sim, int64_t carried, int category,
	    int64_t now);
int	 carried_give(struct sim *sim, int64_t person, int32_t today,
	    int argc, char **argv);
int	 carried_withdraw(struct sim *sim, int64_t person);

#endif
