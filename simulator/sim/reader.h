/* reader.h: a face reader in software, which a client's adapter speaks to. */
#ifndef ONSHIKAKU_READER_H
#define ONSHIKAKU_READER_H

#include <stdint.h>
#include <stdio.h>

#include "sim.h"

enum { FACE_METHOD, PIN_METHOD, VISUAL_METHOD, METHODS };
extern const char *const reader_methods[METHODS];

/* Who stands before it, what they do, and what its software gets wrong. */
struct patient {
	struct patient	*next;
	char		*who;		/* profile of the card */
	char		*face;		/* whose face; NULL: the card's */
	char		*pin;
	char		*fault;		/* or NULL */
	int		 method;
	int		 by_phone;
	int64_t		 after, due;	/* so long after a client waits: then */
	int		 flags[CATEGORIES];
};

/* What a client wants: one patient. */
struct wanted {
	FILE		*in, *f;	/* from and to; NULL: nobody waits */
	char		 id[64];
	int64_t		 until;		/* by the clock that goes on */
	int		 registers;
	int		 allows[METHODS];
	int		 asks[CATEGORIES];
	char		*texts[CATEGORIES + 1];	/* the last: guidance */
};

struct reader {
	const char	*pki;
	const char	*terminal;	/* institution code */
	int		 by_hand;	/* at the terminal */
	struct patient	*patients;
	struct wanted	 wanted;
	int		 checks;
	char		*last_proof;	/* of the patient before */
	char		 last_id[64];
	struct {
		char	*who;
		int	 left;
	}		 tries[16];
};

/* reader_talk.c: the patient and the client, until one word ends it. */
void	 reader_check(struct reader *rd, struct patient *p);
void	 patient_free(struct patient *p);
int	 patient_consents(const char *list, int flags[CATEGORIES]);
/* reader_hand.c: asks whoever sits there; NULL: they went. */
struct patient *reader_ask(struct reader *rd);

#endif
