/* The card among the things around it: reader, holder, clock. */
#ifndef SIMULATOR_WORLD_H
#define SIMULATOR_WORLD_H

#include "vcard.h"

#include <signal.h>

enum {
	VC_CLIENTS_MAX	= 8,
	VC_FRAME_MAX	= 2 + 65535,
	VC_REQUEST_MAX	= 256
};

/*
 * The way to the reader. After a card is taken away the driver has to notice
 * before another may come, or the swap would go unseen: LEAVING waits for it
 * to close its end.
 */
enum vc_link { LINK_NONE, LINK_CONNECTING, LINK_UP, LINK_LEAVING };

struct vc_reader {
	char		 host[64];
	char		 port[8];
	enum vc_link	 link;
	int		 fd;
	uint8_t		 in[VC_FRAME_MAX];
	size_t		 have;
	int64_t		 up_since;
	int64_t		 leave_by;	/* LEAVING ends then at the latest */
	int64_t		 not_before;	/* no connection earlier than this */
};

enum vc_want { WANT_REQUEST, WANT_VISIBLE, WANT_ABSENT };

struct vc_client {
	int		 fd;		/* -1: free */
	enum vc_want	 want;
	int64_t		 until;
	char		 request[VC_REQUEST_MAX];
	size_t		 have;
};

struct vc_world {
	const struct vc_options *options;
	struct vc_card	 card;
	struct vc_tries	 tries;
	struct vc_faults faults;
	struct vc_log	 log;
	char		 label[24];	/* tells cards in one log apart */
	struct vc_reader reader;
	struct vc_reply	 reply;
	bool		 inserted;
	bool		 powered;
	bool		 visible;	/* the reader has taken its ATR */
	unsigned int	 looks;		/* of the reader, before power-on */
	bool		 told_ready;
	bool		 busy;		/* a command without an answer yet */
	int64_t		 due;		/* when the answer goes; 0: never */
	size_t		 answer_len;
	int		 listener;
	sigset_t	 awake;
	struct vc_client client[VC_CLIENTS_MAX];
};

/* Reader: each returns false when the reader is gone. */
int	vc_reader_set(struct vc_reader *r, const char *address);
void	vc_reader_connect(struct vc_reader *r);
void	vc_reader_settle(struct vc_reader *r);
bool	vc_reader_fill(struct vc_reader *r);
bool	vc_reader_take(struct vc_reader *r, uint8_t *out, size_t *len);
bool	vc_reader_send(struct vc_reader *r, const uint8_t *data, size_t len);
void	vc_reader_leave(struct vc_reader *r);
void	vc_reader_close(struct vc_reader *r);

/* Control. */
int	vc_control_open(struct vc_world *w);
void	vc_control_accept(struct vc_world *w);
void	vc_control_read(struct vc_world *w, struct vc_client *k);
bool	vc_control_progress(struct vc_world *w);
void	vc_control_close(struct vc_world *w);

/* What the holder does. */
const char *vc_world_insert(struct vc_world *w, const char *profile);
void	vc_world_remove(struct vc_world *w);

#endif
