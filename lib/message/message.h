/*
 * message: the interface's messages as tables, and the one engine that reads,
 * checks, judges and writes from them. No I/O, no clock. May include core.
 *
 * A kind is a prefix as "OQSsiquc01req", or "challenge".
 */
#ifndef OKI_MESSAGE_H
#define OKI_MESSAGE_H

#include "core/core.h"
#include "onshikaku/answer.h"
#include "onshikaku/message.h"

/* ---- documents: doc.c --------------------------------------------------- */

/* A tree of records in memory that wipes when freed. */
struct oki_doc;

/* Empty, for writing: the root with MessageHeader and MessageBody in it, or
 * <Challenge>. kind NULL: a tree of our own (lines.c). ONSHI_E_ARG, _NOMEM. */
int	oki_doc_new(const char *kind, struct oki_doc **out) OKI_CHECK;
void	oki_doc_free(struct oki_doc **dp);
/* Wiped and empty, with what memory one person takes: for the next. NULL where
 * another shares its texts. */
void	oki_doc_reset(struct oki_doc **dp);
size_t	oki_doc_size(const struct oki_doc *doc);	/* in memory */

/*
 * Zeroes every text in place; the tree stays, and what is read from it from
 * then on is ONSHI_E_EXPIRED. Texts handed out before read "".
 */
void	oki_doc_wipe(struct oki_doc *doc);

/* Wipes and takes out every record of those elements, 0 after the last, at any
 * depth. What was handed out of it before reads "". */
void	oki_doc_cut(struct oki_doc *doc, const int *els);

/* Asked by every public getter of records, for the record that is read:
 * ONSHI_OK or ONSHI_E_EXPIRED. */
void	oki_doc_set_guard(struct oki_doc *doc, int (*readable)(void *self,
	    const struct onshi_record *rec), void *self);

/* "" where it cannot be told: then those it can be, NULL after the last. */
const char *oki_doc_kind(const struct oki_doc *doc);
const char *oki_doc_candidate(const struct oki_doc *doc, size_t i);

/* header and body: NULL where there is none. */
struct onshi_record *oki_doc_root(const struct oki_doc *doc);
struct onshi_record *oki_doc_header(const struct oki_doc *doc);
struct onshi_record *oki_doc_body(const struct oki_doc *doc);

/* Paths of elements that the tables do not know: NULL after the last. */
const char *oki_doc_unknown(const struct oki_doc *doc, size_t i);

/*
 * Reading without asking the guard, for the rooms above. get: the text of a
 * child, aliases too, NULL if absent or empty. next: the next record of that
 * element below rec at any depth, in order; prev NULL for the first.
 */
const char *oki_record_get(const struct onshi_record *rec, int el);
struct onshi_record *oki_record_next_of(const struct onshi_record *rec, int el,
	    const struct onshi_record *prev);
/* The first text of that element anywhere below, NULL if there is none. */
const char *oki_record_search(const struct onshi_record *rec, int el);
/* The child of that element, NULL if there is none. */
struct onshi_record *oki_record_within(const struct onshi_record *rec, int el);

/* The header of the document it is of, NULL. And what holds all of one person's
 * results: the unit of a bulk answer, else the body, else the root. */
const struct onshi_record *oki_record_header(const struct onshi_record *rec);
const struct onshi_record *oki_record_unit(const struct onshi_record *rec);

/* Whether it is one of that element, or lies within one. */
bool	oki_record_is_within(const struct onshi_record *rec, int el);

/*
 * Writing. put: text NULL puts nothing, "" an empty element; checked by the
 * tables (SEC-51): ONSHI_E_VALUE names the element, never the value. An element
 * put twice where the tables have one takes the place of the first.
 */
int	oki_record_put(struct onshi_record *rec, int el, const char *text,
	    struct onshi_error *e) OKI_CHECK;
int	oki_record_open(struct onshi_record *rec, int el,
	    struct onshi_record **child, struct onshi_error *e) OKI_CHECK;
/* The name of the first element in it that has to be there and is not; NULL. */
const char *oki_record_lacks(const struct onshi_record *rec);
/* Wipes and takes out the children of that element. */
void	oki_record_drop(struct onshi_record *rec, int el);
/* What the one that it is in was judged to say: ONSHI_OUTCOME_… (judge.c). */
void	oki_doc_set_outcome(struct oki_doc *doc, int outcome);
/* One text against the table's type and length, for setters. */
int	oki_element_check(int el, const char *text, struct onshi_error *e)
	    OKI_CHECK;

/* The same for what people type: days and months that there are (but of a day
 * of birth, messages.md 6.2), an insurer number of 6 or 8 digits. */
int	oki_input_check(int el, const char *text, struct onshi_error *e)
	    OKI_CHECK;

/* ---- kinds: tables.c, kind.c -------------------------------------------- */

/* The kind's own static name, NULL if it is none. */
const char *oki_kind(const char *name);
/* "OQSsiquc01req" to "OQSsiquc01res"; NULL for what has no answer. */
const char *oki_kind_answer(const char *kind);
bool	oki_kind_is_request(const char *kind);
/* Bytes of unknown encoding, the first kilobyte, as one line (opaque.c). */
void	oki_message_opaque(const uint8_t *p, size_t len, char *to,
	    size_t room);
/* Bulk or medical information: the larger limits, read in pieces. */
bool	oki_kind_is_large(const char *kind);
/* From a file's name, as "OQSsiquc01res_face_1319999996….xml": NULL. */
const char *oki_kind_of_name(const char *filename);
/* Whether it is named as of a function that is not carried, for its body is not
 * public, as "OQSsihvq01res_….xml": then the prefix is in to. */
bool	oki_kind_is_foreign(const char *filename, char to[16]);
/* Japanese name of a code of an element, "" if unknown. Static. And the code
 * of a name, NULL. */
const char *oki_code_name(int el, const char *code);
const char *oki_code_of(int el, const char *name);

/* ---- reading: read.c ---------------------------------------------------- */

struct oki_limits {
	size_t	bytes;
	size_t	depth;
	size_t	elements;
	size_t	tag;		/* bytes of one start tag */
	size_t	attributes;	/* of one element */
	size_t	name;		/* bytes */
	size_t	text;		/* bytes of one element's text */
	const struct oki_wait *wait;	/* asked while reading; NULL: none */
	bool	is_json;	/* not XML: what the link carries it as */
};

/* The defaults of security.md 18 for a kind; NULL: for a single answer. */
void	oki_limits_init(struct oki_limits *l, const char *kind);
/* The same with the settings of [limits]. */
void	oki_limits_config(struct oki_limits *l, const char *kind,
	    const struct onshi_config *c);

/*
 * Bytes to a document. kind: what is awaited, or NULL: told by the content.
 * ONSHI_E_ANSWER_REFUSED with e->reason hostile, wrong_encoding, too_big,
 * truncated, malformed: the first that holds, in that order. limits NULL: the
 * defaults.
 */
int	oki_message_parse(const char *kind, const uint8_t *bytes, size_t len,
	    const struct oki_limits *limits, struct oki_doc **out,
	    struct onshi_error *e) OKI_CHECK;

/*
 * The same in pieces. With each, the records of large answers (persons of a
 * bulk answer, months of drugs, checkups) are handed out as they are read, each
 * the root of a document of its own, which each takes or leaves; one that it has
 * no more use of may stand in its place. All are provisional until finish. It
 * returns ONSHI_OK, or the result that ends the reading. The
 * limit on elements is of each then. feed refuses as soon as nothing can be
 * saved; the verdict is finish's in any case.
 */
struct oki_parser;
int	oki_parser_new(const char *kind, const struct oki_limits *limits,
	    int (*each)(void *self, struct oki_doc **one),
	    void *self, struct oki_parser **out) OKI_CHECK;
int	oki_parser_feed(struct oki_parser *p, const uint8_t *bytes,
	    size_t len) OKI_CHECK;
int	oki_parser_finish(struct oki_parser *p, struct oki_doc **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_parser_free(struct oki_parser **pp);

/*
 * JSON (messages.md 1.8), the other form of the same documents, by the same
 * limits and reasons; in pieces too, but read when it is whole. check:
 * ONSHI_E_UNSUPPORTED where jansson is not built in. is: begins as it does.
 */
int	oki_json_check(struct onshi_error *e) OKI_CHECK;
bool	oki_json_is(const uint8_t *bytes, size_t len);

/* One text, or number, of JSON that is no message: by the names of its members,
 * as "result/idToken". ONSHI_ABSENT; e may be NULL. */
int	oki_json_find(const uint8_t *bytes, size_t len, const char *path,
	    struct oki_buf *out, struct onshi_error *e) OKI_CHECK;

/* Refuses an answer: sets reason and phase, returns ONSHI_E_ANSWER_REFUSED. */
int	oki_refuse(struct onshi_error *e, const char *reason, const char *fmt,
	    ...) OKI_PRINTF(3, 4);

/* ---- writing: write.c --------------------------------------------------- */

enum oki_encoding {			/* as the words of link.encoding */
	OKI_UTF_8,
	OKI_SHIFT_JIS			/* code page 932 */
};

/* In the order of the tables, unknown elements after those that are known.
 * ONSHI_E_VALUE names the element that lacks, whose text code page 932 cannot
 * hold, or of which reading could not keep all (attributes, a name space, text
 * beside elements). out is initialised by the caller. */
int	oki_message_write(const struct oki_doc *doc, enum oki_encoding enc,
	    struct oki_buf *out, struct onshi_error *e) OKI_CHECK;

/* The same as JSON: json_write.c. */
int	oki_json_write(const struct oki_doc *doc, struct oki_buf *out,
	    struct onshi_error *e) OKI_CHECK;

/* ---- judging: judge.c, codes.c ------------------------------------------ */

/* What was asked; NULL: not compared. The texts are borrowed. */
struct oki_expect {
	const char	*kind;		/* of the answer */
	const char	*institution;	/* MedicalInstitutionCode */
	const char	*date;		/* QualificationConfirmationDate */
	const char	*file_id;	/* ArbitraryFileIdentifier */
	const char	*reception;	/* ReceptionNumber */
	const char	*person_id;	/* ArbitraryIdentifier */
	const char	*birthdate;
	const char	*insurer_number;	/* these of the echo alone */
	const char	*symbol;
	const char	*number;
	const char	*branch;
};

/* Filled from the request: what it holds is expected back. */
void	oki_expect_request(struct oki_expect *x, const struct oki_doc *request);

/* Codes of the service and what they mean: ours, and the deployment's. */
struct oki_codes;
/* "CODE=outcome,CODE=outcome" (rules.codes); NULL or "": ours alone. */
int	oki_codes_new(const char *text, struct oki_codes **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_codes_free(struct oki_codes **cp);

struct oki_verdict {
	int	outcome;	/* ONSHI_OUTCOME_… */
	int	result;		/* ONSHI_OK, or the ONSHI_E_… to it */
	bool	is_note;	/* code and text go with a success */
	char	code[64];	/* the service's own, "" where it sent none;
				 * of what is not provided for the record */
	char	text[1024];
};

/*
 * What a document says, layer by layer (messages.md 7.1). ONSHI_OK: *v holds,
 * be the outcome good or bad. ONSHI_E_ANSWER_REFUSED: reason malformed or
 * not_for_us. codes NULL: ours alone. For a request the outcome is NONE.
 */
int	oki_message_judge(const struct oki_doc *doc,
	    const struct oki_expect *expect, const struct oki_codes *codes,
	    struct oki_verdict *v, struct onshi_error *e) OKI_CHECK;
/* The same for one person of a bulk answer: a BulkConfirmUnit or
 * BulkRegistrationUnit. */
int	oki_unit_judge(const struct onshi_record *unit,
	    const struct oki_expect *expect, const struct oki_codes *codes,
	    struct oki_verdict *v, struct onshi_error *e) OKI_CHECK;

/* The service's refusal as an error: code, text, outcome, phase. Returns
 * v->result; ONSHI_OK leaves e alone. */
int	oki_verdict_error(const struct oki_verdict *v, struct onshi_error *e);

/* ---- whose it is: person.c, kana.c -------------------------------------- */

/* Whom an answer names: "" where it does not say. Wipe it after use. */
struct oki_person {
	char	name[256];
	char	other_name[256];	/* 通称 */
	char	kana[256];
	char	other_kana[256];
	char	birthdate[32];
	char	sex[2][8];		/* Sex1, Sex2 */
};

/* By degrees (ID-10), the worse the higher. */
enum oki_whose {
	OKI_WHOSE_SAME,		/* equal: handed out in silence */
	OKI_WHOSE_UNSURE,	/* to be confirmed by who asked */
	OKI_WHOSE_OTHER		/* refused */
};
enum oki_whose oki_person_compare(const struct oki_person *visit,
	    const struct oki_person *answer);

/* The person of a result, a QuaInf or a QualificationsInfo; false and nobody
 * for any other record, and for NULL. */
bool	oki_person_of(struct oki_person *p, const struct onshi_record *rec);
/* The first person that a document names; false if it names none. */
bool	oki_message_person(const struct oki_doc *doc, struct oki_person *p);
/* All that it names against the person of the visit: the worst counts, and
 * nobody named is to be confirmed. For answers of ResultCode 1. */
enum oki_whose oki_message_whose(const struct oki_doc *doc,
	    const struct oki_person *visit);
/* A person as one record, the root, by the names of a result. */
int	oki_person_doc(const struct oki_person *p, struct oki_doc **out)
	    OKI_CHECK;

/* Texts as they are compared, character by character, 0 at the end: start
 * with { text, 0 }. Kana: one width, katakana, large, marks joined, one long
 * vowel, nothing between. Names: one width, variants (異体字) made one. */
struct oki_fold {
	const char	*s;
	uint32_t	 before;
};
uint32_t oki_kana_next(struct oki_fold *f);
uint32_t oki_name_next(struct oki_fold *f);
/* The same with small kana small, and with variants as they stand. */
uint32_t oki_reading_next(struct oki_fold *f);
uint32_t oki_plain_next(struct oki_fold *f);
/* 記号, 番号: one width, one hyphen for all that look like it, marks joined,
 * nothing that is not seen, no spaces (messages.md 6.4); variants stay. */
uint32_t oki_symbol_next(struct oki_fold *f);

/* One character: the next of good UTF-8; half-width kana made full, with their
 * mark; a kana with a mark, itself where it takes none; as katakana; small ones
 * large; what nobody sees; that, and what parts a name. */
uint32_t oki_utf8_get(const char **s);
size_t	oki_utf8_put(uint8_t to[4], uint32_t c);
uint32_t oki_wide_get(const char **s);
uint32_t oki_kana_voice(uint32_t c, uint32_t mark);
uint32_t oki_katakana(uint32_t c);
uint32_t oki_kana_large(uint32_t c);
bool	oki_is_unseen(uint32_t c);
bool	oki_is_nothing(uint32_t c);
bool	oki_is_hyphen(uint32_t c);	/* all that look like one */
bool	oki_is_wave(uint32_t c);

/* variant.c: what stands for a character and its variants, itself where it has
 * none; whether JIS X 0208 has it; one of its variants that is there, or 0. */
uint32_t oki_variant(uint32_t c);
bool	oki_is_jis(uint32_t c);
uint32_t oki_variant_jis(uint32_t c);

/* Wipes and takes out what the outcome does not give: results, persons,
 * medical information. Do it before anything is handed out. */
void	oki_message_withhold(struct oki_doc *doc, int outcome);
void	oki_unit_withhold(struct onshi_record *unit, int outcome);

/* ---- neutral lines: lines.c --------------------------------------------- */

/*
 * New documents whose root's children are flat lines (messages.md 5.5), all of
 * them, duplicates too. Drugs say where they come from in ONSHI_EL_SOURCE:
 * "claim", "prescribed", "dispensed". Fields: lines.def; what a line or the
 * blocks around it hold beyond these is kept by its own name. The texts are
 * those of doc, wiped with it, and stay as long as either does.
 */
enum oki_lines {
	OKI_LINES_NONE,
	OKI_LINES_DRUGS,
	OKI_LINES_CARE,			/* all but surgery */
	OKI_LINES_SURGERY,		/* 診療識別 50 */
	OKI_LINES_CHECKUPS,
	OKI_LINES_CLAIMED,		/* drugs by where they come from */
	OKI_LINES_PRESCRIBED,
	OKI_LINES_DISPENSED
};
/* wait is asked now and then; NULL: none. ONSHI_E_TOO_BIG: more different names
 * than a document holds. */
int	oki_message_lines(const struct oki_doc *doc, enum oki_lines what,
	    const struct oki_wait *wait, struct oki_doc **out) OKI_CHECK;

/* Header and body's own values as one flat record: the root of *out. */
int	oki_message_head(const struct oki_doc *doc, struct oki_doc **out)
	    OKI_CHECK;

/* ---- checking: check.c -------------------------------------------------- */

/* What is wrong with a document beyond what reading refuses: one call each. */
int	oki_message_check(const struct oki_doc *doc,
	    int (*finding)(void *self, const char *path, const char *text),
	    void *self) OKI_CHECK;

/* Check digit of insurer numbers and the like (messages.md 6.3). */
bool	oki_check_digit(const char *digits);

const char *oki_xml_version(void);
const char *oki_json_version(void);	/* "-": not built in */

#endif
