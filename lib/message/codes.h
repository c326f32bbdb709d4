/* What codes.c knows, for judge.c. */
#ifndef OKI_MESSAGE_CODES_H
#define OKI_MESSAGE_CODES_H

#include "message/message.h"

bool	oki_codes_find(const struct oki_codes *c, const char *code,
	    int *outcome, int *result);
bool	oki_codes_is_label(const char *code);
int	oki_outcome_result(int outcome);
bool	oki_outcome_gives(int outcome);

#endif
