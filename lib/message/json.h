/* JSON: what its gate and its reader share, and nobody else. */
#ifndef OKI_MESSAGE_JSON_H
#define OKI_MESSAGE_JSON_H

#include "message/inside.h"

#define OKI_JSON_VALUES	300000u	/* each costs the parser up to 300 bytes */

struct oki_json {
	struct oki_limits limits;
	struct oki_buf	 shape;		/* for the parser */
	struct oki_buf	 texts;		/* each with a NUL; by their place */
	const char	*rule[OKI_REASONS];
	unsigned long	 line_of[OKI_REASONS];
	unsigned long	 line;
	size_t		 depth;
	size_t		 values;
	bool		 takes_numbers;	/* as the texts that they are written as */
	bool		 is_cut;
	int		 result;	/* what ended it, but for a refusal */
};

void	oki_json_note(struct oki_json *j, int reason, const char *rule);
/* What is wrong is noted by its reason; the result is memory's or the wait's. */
int	oki_json_scan(struct oki_json *j, const uint8_t *bytes, size_t len)
	    OKI_CHECK;

#endif
