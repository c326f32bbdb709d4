/*
 * PC/SC without a daemon: the functions of libpcsclite that the library uses,
 * linked into a test in its place. Behind them lies a mock card; any call can
 * be made to fail, and daemon, readers and other programs do what they do.
 */
#ifndef ONSHI_TESTS_PCSC_FAKE_H
#define ONSHI_TESTS_PCSC_FAKE_H

#include "tests/mock/reader_mock.h"

struct pcsc_fake {
	/* set by the test */
	const char	*names[40];	/* NULL last; the first has it */
	bool		 both;		/* the second has a card, too */
	struct mock	*card;
	bool		 no_daemon;
	bool		 exclusive;	/* another program holds the card */
	bool		 shared;	/* or has it open beside us */
	bool		 t0_only;
	bool		 unresponsive;
	int32_t		 largest;	/* of part 10; -1: no such feature */
	const char	*features;	/* hexadecimal; what it says instead */
	const char	*properties;
	unsigned long	 more;		/* bytes that it claims beside these */
	bool		 stopped;	/* the daemon answers nothing */
	int		 fail_at;	/* the n-th call, from 1 */
	long		 code;
	const char	*only;		/* of this function */
	bool		 and_dies;	/* the daemon, at that call */
	bool		 from_there;	/* and every call after it fails */
	bool		 transaction;	/* another program's, without end */
	unsigned long	 state[2];	/* more, of the first two readers */

	/* what happened */
	int		 calls;
	int		 contexts, cards;	/* open now */
	int		 connects, transactions;
	int		 left_powered;	/* closed without power off */
	bool		 powered;
	char		 connected[130];	/* the reader asked last */
	int		 lowest;	/* descriptor that a socket to the
					   service would have got */
};

extern struct pcsc_fake pcsc_fake;

void	pcsc_fake_reset(struct mock *card);	/* before the first thread */
void	pcsc_fake_lock(void);
void	pcsc_fake_unlock(void);
/* The daemon ends, and another is there at once. */
void	pcsc_fake_restart(void);

#endif
