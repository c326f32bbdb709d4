/*
 * match: what the host has on file against what was answered; and which papers
 * do where nothing was. Pure, nothing kept but in a handle: no I/O, no clock,
 * but for the table and the day of onshi_fallback. May include core and
 * message.
 */
#ifndef OKI_MATCH_INSIDE_H
#define OKI_MATCH_INSIDE_H

#include "core/core.h"
#include "message/message.h"
#include "onshikaku/fallback.h"
#include "onshikaku/match.h"

#define OKI_DIFFERENCE_NONE	0
#define OKI_ITEMS_MOST		16

/* How two texts of an element are compared; NOT: alone it is not. */
enum oki_how {
	OKI_HOW_NOT, OKI_HOW_NAME, OKI_HOW_KANA, OKI_HOW_BIRTH, OKI_HOW_SEX,
	OKI_HOW_INSURER, OKI_HOW_SYMBOL, OKI_HOW_NUMBER, OKI_HOW_BRANCH,
	OKI_HOW_REFERENCE, OKI_HOW_RATIO, OKI_HOW_CODE, OKI_HOW_DAY,
	OKI_HOW_AMOUNT, OKI_HOW_TITLE
};

/* One element that is compared, and its reasons; one of those that repeat, by
 * lists, the first of each being its key: rows.c, from elements.def. */
struct oki_match_row {
	int		 element;
	int		 group;
	enum oki_how	 how;
	int		 differs;
	int		 not_on_file;
	int		 not_answered;
};
struct oki_match_item {
	int		 list;
	int		 item;
	int		 element;
	enum oki_how	 how;
	int		 differs;
};
#define E(el, group, how, differs, file, answer)	+ 1
#define I(list, item, el, how, differs)
enum { OKI_MATCH_ROWS = 0
#include "match/elements.def"
};
#undef E
#undef I
#define E(el, group, how, differs, file, answer)
#define I(list, item, el, how, differs)			+ 1
enum { OKI_MATCH_ITEMS = 0
#include "match/elements.def"
};
#undef E
#undef I
extern const struct oki_match_row oki_match_rows[OKI_MATCH_ROWS];
extern const struct oki_match_item oki_match_items[OKI_MATCH_ITEMS];

struct oki_difference {
	int	 element;
	int	 why;
	char	*on_file;
	char	*answered;
};
struct onshi_match {
	char			*file[OKI_MATCH_ROWS];
	char			*items[OKI_ITEMS_MOST][OKI_MATCH_ITEMS];
	struct oki_difference	*found;
	size_t			 n;
	size_t			 room;
	char			*keep[3];	/* of oki_match_kept */
	struct onshi_error	 error;
};
extern const int oki_match_kept[3];

/* Forgets what was found: match.c. */
void	oki_match_forget(struct onshi_match *m);
/* Nothing but spaces and what nobody sees. */
bool	oki_says_nothing(const char *text);

/* name.c: a text as it is compared, character by character. */
#define OKI_CHARS	200

struct oki_chars {
	uint32_t	c[OKI_CHARS];
	size_t		n;
	size_t		family;		/* before the first space, 0: none */
	bool		over;		/* there is more than fits */
};

void	oki_chars_name(struct oki_chars *to, const char *text);
void	oki_chars_kana(struct oki_chars *to, const char *text);

/* Why two names, or two kana, are not the same: OKI_DIFFERENCE_NONE,
 * UNREADABLE, VARIANT, SPELLING, VOICED (kana); NAME or KANA for all else. */
int	oki_name_why(const char *on_file, const char *answered);
int	oki_kana_why(const char *on_file, const char *answered);
/* Both are parted, and what follows the family name agrees. */
bool	oki_given_agrees(const char *on_file, const char *answered, bool kana);

/*
 * value.c: the same for all others: NONE, SPELLING, UNCLEAR, CODE_NEW,
 * CODE_UNKNOWN; differs for all else.
 */
int	oki_value_why(int element, enum oki_how how, const char *on_file,
	    const char *answered, int differs);
/* Insurance or medical assistance, by kind of card or payer's number. */
bool	oki_is_assistance(const char *kind, const char *insurer);
/* The share in percent, -1 if it cannot be read. */
int	oki_ratio(const char *text);

/* canonical.c: what two are compared by: UTF-8, all of it or false. */
bool	oki_canonical(enum oki_how how, const char *text, char *buf,
	    size_t len);
/* By elements.def; NOT for what is not compared. */
enum oki_how oki_how_of(int element);

/* ---- fallback.c, fallback_table.c, fallback_builtin.c -------------------- */

/* How a desk stands without an answer: bits, by fallback.def. */
enum oki_situation {
	OKI_SITUATION_SERVED		= 0,
	OKI_SITUATION_NO_ANSWER		= 1,
	OKI_SITUATION_UNUSABLE		= 2,
	OKI_SITUATION_NO_CARD		= 4,
	OKI_SITUATION_PHONE		= 8,
	OKI_SITUATION_LAG		= 16,
	OKI_SITUATION_ASSISTANCE	= 32
};

#define OKI_PAPERS_MOST		100

/* An entry of the table; its texts are the table's. */
struct oki_paper {
	size_t		 line;
	int		 paper;
	unsigned int	 when;		/* of enum oki_situation */
	int32_t		 since;		/* 0: ever */
	int32_t		 until;		/* 0: open */
	int		 standing;
	int		 share;
	uint32_t	 fields;	/* 1 << ONSHI_FIELD_... */
	const char	*text[2];	/* English, Japanese */
	const char	*ask[2];	/* NULL where it is accepted */
};
struct oki_papers {
	struct oki_paper entry[OKI_PAPERS_MOST];
	size_t		 n;
};

extern const char *const oki_papers_builtin[];	/* NULL after the last */
/* Reads a table, in place: ONSHI_E_CONFIG names the line that is wrong. */
int	oki_papers_read(char *table, struct oki_papers *out,
	    struct onshi_error *e) OKI_CHECK;
/* The number of a name of a closed list of fallback.h, 0: terms.c. */
int	oki_number_of(const char *(*name_of)(int), const char *name);

#endif
