/* What the files of room message share among themselves, and nobody else. */
#ifndef OKI_MESSAGE_INSIDE_H
#define OKI_MESSAGE_INSIDE_H

#include "message/message.h"

/* ---- tables: tables.c, cp932_table.c are made from the .def files ------- */

struct onshi_record;

struct oki_element {
	uint16_t	 number;
	char		 type;		/* G N X W D B I: elements.def */
	uint16_t	 least;
	uint16_t	 most;		/* characters; 0 not known */
	uint16_t	 codes;		/* code table, 0 none */
	const char	*name;
	const char	*title;
};
struct oki_row {
	uint16_t	 el;
	char		 often;		/* 1 ? * = m a A: messages.def */
	uint8_t		 group;		/* what stands within; 0: a value */
};
struct oki_group {
	uint16_t	 first;
	uint16_t	 n;
};
struct oki_kind {
	const char	*name;
	uint16_t	 root;		/* element */
	uint8_t		 group;		/* below the root */
};
struct oki_code {
	uint16_t	 table;
	const char	*code;
	const char	*name;
};

extern const struct oki_element oki_elements[];
extern const size_t oki_elements_n;
extern const uint32_t oki_hash_factor;
extern const uint16_t oki_hash_shift[];
extern const uint16_t oki_hash_slots[];
extern const struct oki_row oki_rows[];
extern const size_t oki_rows_n;
extern const struct oki_row oki_streamed[];
extern const size_t oki_streamed_n;
extern const struct oki_group oki_groups[];
extern const struct oki_kind oki_kinds[];
extern const size_t oki_kinds_n;
extern const struct oki_code oki_code_rows[];
extern const size_t oki_code_rows_n;
extern const uint16_t oki_cp932_rows[50][188];

#define OKI_HASH_BUCKETS 64	/* as in gen-tables.awk */
#define OKI_HASH_SLOTS	512
#define OKI_EL_MAX	1023u	/* of numbers: gen-tables.awk looks, too */
#define OKI_GROUP_MAX	128	/* rows of one group: gen-tables.awk looks */

/* element.c */
const struct oki_element *oki_element(int number);
const struct oki_element *oki_element_named(const char *name, size_t len);
const struct oki_row *oki_row_of(uint8_t group, int el);
bool	oki_row_is_many(const struct oki_row *row);
/* rec has what row is about: with a text, unless it may be empty. */
bool	oki_row_is_filled(const struct onshi_record *rec,
	    const struct oki_row *row);
/* The first of those one of which has to be filled, where none is; NULL. */
const struct oki_row *oki_row_unchosen(const struct onshi_record *rec);
const struct oki_row *oki_row_streamed(int el);
/* What an element is also called; 0: nothing else. */
int	oki_element_alias(int el);
/* Nothing but spaces, of either width. */
bool	oki_is_blank(const char *text);
/* A list: wherever it stands, it holds nothing but records of one element. */
bool	oki_element_wraps(int el);
/* NULL if the text fits, else what is wrong with it. */
const char *oki_element_fault(const struct oki_element *el, const char *text);

/* kind.c */
const struct oki_kind *oki_kind_find(const char *name);

/* cp932.c */
uint32_t oki_cp932_char(unsigned int lead, unsigned int trail);	/* 0 none */
unsigned int oki_cp932_code(uint32_t c);			/* 0 none */

/* ---- documents: doc.c --------------------------------------------------- */

enum {
	OKI_REC_MIXED	= 1,	/* text beside elements */
	OKI_REC_UNKNOWN	= 2,	/* not where the tables have it */
	OKI_REC_WIDE	= 4,	/* its children have an index */
	OKI_REC_SHARED	= 8,	/* stands for the values of another */
	OKI_REC_MORE	= 16	/* had attributes or a name space, not kept */
};

/*
 * Forty bytes, for an answer may be of little else: what can be told from the
 * tree is not kept. An answer costs at most twelve times its bytes in all.
 */
struct onshi_record {
	struct onshi_record	*parent;
	struct onshi_record	*next;
	struct onshi_record	*first;
	union {
		char			*text;	 /* NULL: none */
		struct onshi_record	*shared; /* of OKI_REC_SHARED alone */
	};
	uint32_t		 place;	/* among those of its name, from 1;
					 * 0: the only one. How many values
					 * OKI_REC_SHARED stands for */
	uint16_t		 el;	/* from OKI_NAMED on: a name */
	uint8_t			 group;	/* of its children; 0: none */
	uint8_t			 flags;
};

/* Names that the tables do not have are kept once, by number. Of different
 * ones a document that is read has so many at most. */
#define OKI_NAMED	0x8000u
#define OKI_NAMES_READ	20000u
#define OKI_NAMES_MOST	0x7fffu

/* The children of a record that has many: every eighth. */
struct oki_index {
	const struct onshi_record *rec;
	size_t			 n;
	struct onshi_record	**at;
};

struct oki_block {
	struct oki_block	*next;	/* the one before */
	size_t			 room;
	size_t			 used;
	/* the room follows */
};

struct oki_arena {
	struct oki_block	*last;
	size_t			 want;	/* of the next block */
};

/* Where an arena stood, to drop what came after. */
struct oki_mark {
	struct oki_block	*last;
	size_t			 used;
};

struct oki_names {
	char			**at;
	size_t			 n;
	size_t			 room;
	uint16_t		*slots;	/* open addressing: number + 1 */
	size_t			 n_slots;
	struct oki_arena	 arena;
};

/* The texts of a document, and of those that were made from it. */
struct oki_texts {
	struct oki_arena	 arena;
	size_t			 refs;
};

#define OKI_CANDIDATES	8

struct oki_doc {
	struct onshi_record	 top;		/* the root, where there is one */
	struct onshi_record	*root;
	struct oki_arena	 records;
	struct oki_texts	*texts;
	struct oki_names	 names;
	struct onshi_record	*apart;		/* no children of any */
	struct onshi_record	*added;		/* last; NULL: or it may be cut */
	struct oki_index	*wide;		/* by address of the record */
	size_t			 n_wide;
	const struct oki_kind	*kind;		/* the tables it is read by */
	const struct oki_kind	*candidates[OKI_CANDIDATES];
	size_t			 n_candidates;	/* 1: told */
	size_t			 n_unknown;
	const struct onshi_record *seen;	/* the unknown one last asked for */
	size_t			 n_seen;
	size_t			 n_handed;	/* records handed out */
	struct oki_buf		 path;		/* of the last one asked for */
	int			 encoding;	/* enum oki_encoding */
	int			 outcome;	/* ONSHI_OUTCOME_… */
	bool			 has_private;	/* 外字 of cp932's own area */
	bool			 wiped;
	int			(*readable)(void *self,
				    const struct onshi_record *rec);
	void			*self;
};

/* from: whose texts it may refer to; NULL: it has texts of its own. */
int	oki_doc_bare(struct oki_doc *from, struct oki_doc **out) OKI_CHECK;
/* A record and what stands below it, with texts of its own. */
int	oki_doc_copy(const struct onshi_record *rec, struct oki_doc **out)
	    OKI_CHECK;
struct oki_doc *oki_record_doc(const struct onshi_record *rec);
const char *oki_record_name(const struct onshi_record *rec);
/* After prev, the last of parent's children, NULL: before it had any. A name
 * that the tables do not have is len bytes. NULL: no memory, or no room for
 * one more name. */
struct onshi_record *oki_record_after(struct oki_doc *doc,
	    struct onshi_record *parent, struct onshi_record *prev, int el,
	    const char *name, size_t len);
struct onshi_record *oki_record_add(struct oki_doc *doc,
	    struct onshi_record *parent, int el, const char *name, size_t len);
/* A record that is no child of any: for OKI_REC_SHARED. */
struct onshi_record *oki_record_apart(struct oki_doc *doc);
int	oki_record_set(struct onshi_record *rec, const char *text, size_t len)
	    OKI_CHECK;
/* A copy that lives as long as the texts of the document. */
int	oki_doc_text(struct oki_doc *doc, const char *text, size_t len,
	    char **out) OKI_CHECK;
void	oki_record_cut(struct onshi_record *rec);	/* wipes its texts */
/* Takes out, in one go, what is to go of the children of rec. */
void	oki_record_filter(struct onshi_record *rec,
	    bool (*goes)(const struct onshi_record *rec, const int *els),
	    const int *els);

/* The next record of the tree below top, in order, past what stands below rec;
 * NULL after the last. */
static inline struct onshi_record *
oki_record_past(const struct onshi_record *rec, const struct onshi_record *top)
{
	while (rec != top && rec->next == NULL)
		rec = rec->parent;

	return rec == top ? NULL : rec->next;
}

/* The same with what stands below rec. */
static inline struct onshi_record *
oki_record_walk(const struct onshi_record *rec, const struct onshi_record *top)
{
	return rec->first != NULL ? rec->first : oki_record_past(rec, top);
}

/* Once a tree is as it stays: numbers those of one name, makes the indices.
 * Cutting takes an index away. */
int	oki_doc_index(struct oki_doc *doc) OKI_CHECK;
/* The next, from the first on (prev NULL), that the tables do not have there. */
const struct onshi_record *oki_doc_next_unknown(const struct oki_doc *doc,
	    const struct onshi_record *prev);
struct onshi_record *oki_record_ith(const struct onshi_record *rec, size_t i);
/* ONSHI_OK, or what a getter answers in place of a value. */
int	oki_record_readable(const struct onshi_record *rec);

#define OKI_DEEPEST	80	/* more than any limit of security.md 18 */

/* path.c: "/XmlMsg/A/B[2]" */
int	oki_record_path(const struct onshi_record *rec, struct oki_buf *out)
	    OKI_CHECK;

/* write.c: what both writers refuse: a request that lacks something, a record
 * of which reading could not keep all. */
int	oki_message_lacks(const struct oki_doc *doc, struct onshi_error *e)
	    OKI_CHECK;
int	oki_record_unwritable(const struct onshi_record *rec,
	    struct onshi_error *e) OKI_CHECK;

/* bind.c: lays the tables over a tree; or over one record that is a document of
 * its own, and indexes it. */
int	oki_doc_bind(struct oki_doc *doc, const char *kind,
	    struct onshi_error *e) OKI_CHECK;
int	oki_one_bind(struct oki_doc *one, uint8_t group,
	    struct onshi_error *e) OKI_CHECK;

/* whose.c: not_for_us if something from top on is another than expected; NULL
 * expects nothing. */
int	oki_look_whose(const struct onshi_record *top,
	    const struct oki_expect *x, struct onshi_error *e) OKI_CHECK;

/* ---- reading: scan.c, xml_sax.c ----------------------------------------- */

enum oki_reason {			/* in the order of onshi_message(3) */
	OKI_HOSTILE,
	OKI_WRONG_ENCODING,
	OKI_TOO_BIG,
	OKI_TRUNCATED,
	OKI_MALFORMED,
	OKI_NOT_FOR_US,
	OKI_REASONS
};
extern const char *const oki_reasons[OKI_REASONS];

/* The gate before the parser (SEC-41, -42, -47, -48): bytes in, UTF-8 out. */
struct oki_scan;
int	oki_scan_new(const struct oki_limits *limits,
	    int (*out)(void *self, const uint8_t *utf8, size_t len),
	    void *self, struct oki_scan **sp) OKI_CHECK;
void	oki_scan_free(struct oki_scan **sp);
int	oki_scan_feed(struct oki_scan *s, const uint8_t *bytes, size_t len)
	    OKI_CHECK;
int	oki_scan_finish(struct oki_scan *s) OKI_CHECK;
/* The first of the reasons met so far, -1 for none; where and which rule. */
int	oki_scan_fault(const struct oki_scan *s, unsigned long *line,
	    const char **rule);
bool	oki_scan_is_whole(const struct oki_scan *s);
int	oki_scan_encoding(const struct oki_scan *s);
bool	oki_scan_has_private(const struct oki_scan *s);
/* Line on which the first byte stood that was handed out. */
unsigned long oki_scan_first_line(const struct oki_scan *s);

/* JSON to a document, by limits: json_gate.c, json_jansson.c. */
int	oki_json_parse(const char *kind, const uint8_t *bytes, size_t len,
	    const struct oki_limits *limits, struct oki_doc **out,
	    struct onshi_error *e) OKI_CHECK;

/* libxml2 behind three calls. A call that returns other than ONSHI_OK stops
 * the parser. el: NULL if the tables do not have it, or it is of a name
 * space. */
struct oki_xml_calls {
	int	(*start)(void *self, const struct oki_element *el,
		    const char *prefix, const char *name, bool in_namespace,
		    bool has_attributes);
	int	(*end)(void *self);
	int	(*text)(void *self, const char *s, size_t len);
};
struct oki_xml;
int	oki_xml_new(const struct oki_xml_calls *calls, void *self,
	    struct oki_xml **out) OKI_CHECK;
void	oki_xml_free(struct oki_xml **xp);
/* ONSHI_OK; ONSHI_E_NOMEM; ONSHI_E_ANSWER_REFUSED: not well-formed; or what a
 * call returned. Once it fails it stays so. */
int	oki_xml_feed(struct oki_xml *x, const uint8_t *utf8, size_t len)
	    OKI_CHECK;
int	oki_xml_finish(struct oki_xml *x) OKI_CHECK;
/* The line and libxml2's number of the first fault. */
unsigned long oki_xml_line(const struct oki_xml *x);
int	oki_xml_code(const struct oki_xml *x);

#endif
