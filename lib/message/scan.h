/* The state of the gate, shared by its two files alone. */
#ifndef OKI_MESSAGE_SCAN_H
#define OKI_MESSAGE_SCAN_H

#include "message/inside.h"

struct oki_scan {
	struct oki_limits limits;
	int		(*out)(void *self, const uint8_t *utf8, size_t len);
	void		*self;
	int		 out_result;
	const char	*rule[OKI_REASONS];
	unsigned long	 fault_line[OKI_REASONS];
	unsigned long	 line;
	unsigned long	 first_line;
	size_t		 total;
	/* decoding */
	int		 encoding;	/* enum oki_encoding; -1 another */
	bool		 in_head;
	bool		 mark_seen;
	bool		 has_mark;
	bool		 has_private;
	bool		 is_cut;
	unsigned int	 left;		/* bytes that the sequence lacks */
	unsigned int	 sequence;	/* those of it that came */
	unsigned int	 lead;
	uint32_t	 value;
	uint32_t	 least;
	/* shape: scan_lex.c */
	int		 state;
	int		 back;		/* state after a reference */
	size_t		 depth;
	size_t		 elements;
	size_t		 roots;
	size_t		 tag;		/* bytes of the one under way */
	size_t		 attributes;
	size_t		 name;
	size_t		 text;		/* bytes since the last tag */
	size_t		 comment;
	size_t		 matched;	/* of "[CDATA[", of a reference */
	char		 reference[8];
	bool		 slash;		/* the last byte of a tag was "/" */
	uint8_t		 head[1024];
	size_t		 head_len;
	/* What passes goes out as a piece, once that has been looked at; or it
	 * is kept until there is enough of it. */
	bool		 is_direct;
	struct oki_buf	 kept;
};

void	oki_scan_note(struct oki_scan *s, int reason, const char *rule);
/* One character: its ASCII code, or 0x100 for any other, and its bytes. */
void	oki_scan_lex(struct oki_scan *s, unsigned int c, size_t len);
/* How many of the bytes that follow are plain tags and texts, or change no
 * state: these are counted, and need not be looked at one by one. */
size_t	oki_scan_run(struct oki_scan *s, const uint8_t *p, size_t len);

#endif
