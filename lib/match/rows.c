/* What is compared, as elements.def has it. */
#include "config.h"

#include "match/inside.h"

#define ONSHI_DIFFERENCE_NONE	OKI_DIFFERENCE_NONE
#define ONSHI_EL_0		0
#define E(el, group, how, differs, file, answer)			\
	{ ONSHI_EL_##el, ONSHI_EL_##group, OKI_HOW_##how,		\
	    ONSHI_DIFFERENCE_##differs, ONSHI_DIFFERENCE_##file,	\
	    ONSHI_DIFFERENCE_##answer },
#define I(list, item, el, how, differs)
const struct oki_match_row oki_match_rows[OKI_MATCH_ROWS] = {
#include "match/elements.def"
};
#undef E
#undef I
#define E(el, group, how, differs, file, answer)
#define I(list, item, el, how, differs)					\
	{ ONSHI_EL_##list, ONSHI_EL_##item, ONSHI_EL_##el,		\
	    OKI_HOW_##how, ONSHI_DIFFERENCE_##differs },
const struct oki_match_item oki_match_items[OKI_MATCH_ITEMS] = {
#include "match/elements.def"
};
#undef E
#undef I

const int oki_match_kept[3] = { ONSHI_EL_INSURED_BRANCH_NUMBER,
    ONSHI_EL_REFERENCE_NUMBER, ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE };

enum oki_how
oki_how_of(int element)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(oki_match_rows); i++)
		if (oki_match_rows[i].element == element)
			return oki_match_rows[i].how;
	for (i = 0; i < OKI_COUNT(oki_match_items); i++)
		if (oki_match_items[i].element == element)
			return oki_match_items[i].how;

	return OKI_HOW_NOT;
}
