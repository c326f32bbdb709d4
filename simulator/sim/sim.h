/* sim.h: what the files of onshikaku-sim, the simulated service, share. */
#ifndef ONSHIKAKU_SIM_H
#define ONSHIKAKU_SIM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <libxml/tree.h>
#include <sqlite3.h>

#define SHARE_TEMP	".sim-"		/* what the application writes just now */
#define TERMINAL_LEN	10		/* 医療機関等コード */
#define BODY_MAX	(1024 * 1024)
#define BULK_MAX	(128 * 1024 * 1024)	/* of many at once */
#define CHALLENGE_LEN	32
#define CHALLENGE_LIFE	60		/* seconds */
#define DAY		86400

/* text.c: plain bytes and texts, independent of any locale */
char	*text_dup(const char *s);
char	*text_format(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
int	 text_number(const char *s, int64_t *out);
int	 text_digits(const char *s, size_t len);
char	*text_key(const char *s);
char	*text_key_number(const char *s);
char	*text_base64(const unsigned char *data, size_t len);
unsigned char *text_unbase64(const char *s, size_t *len);
void	 text_hex(const unsigned char *data, size_t len, char *out);
int	 text_is_file(const char *path);
char	*text_file(const char *path, size_t *len);
char	*text_from_cp932(const char *data, size_t len, size_t *outlen);
char	*text_half_kana(const char *kana);
char	*text_to_cp932(const char *utf8, size_t len, size_t *outlen);

/* prng.c: numbers that the seed decides; nothing secret is made of them */
struct prng {
	uint64_t state;
};
uint64_t prng_next(struct prng *p);
int	 prng_below(struct prng *p, int n);

/* clock.c: Japan time, dates as yyyymmdd, months as yyyymm */
struct clock {
	int64_t offset;
};
int64_t	 clock_now(const struct clock *c);
int	 clock_set(struct clock *c, const char *spec);
void	 clock_stamp(int64_t t, char out[15]);
int32_t	 clock_date(int64_t t);
int64_t	 clock_at(int32_t date, int seconds);
int32_t	 date_days(int32_t date, int days);
int32_t	 month_add(int32_t month, int months);
int	 month_days(int32_t month);
int	 date_read(const char *s, int32_t *out);

/* db.c: SQLite with little ceremony */
struct db {
	sqlite3	*handle;
	struct {
		const char	*sql;
		sqlite3_stmt	*stmt;
	} cache[128];
	struct {
		const char	*sql;
		sqlite3_stmt	*stmt;
		int		 lent;
	} pool[16];
};
int	 db_open(struct db *db, const char *path);
void	 db_close(struct db *db);
/* types: t text, i int64_t, b bytes (pointer, size_t) */
sqlite3_stmt *db_query(struct db *db, const char *sql, const char *types, ...);
int	 db_run(struct db *db, const char *sql, const char *types, ...);
int64_t	 db_int(struct db *db, const char *sql, const char *types, ...);
const char *db_text(sqlite3_stmt *st, const char *column);
int64_t	 db_number(sqlite3_stmt *st, const char *column);
int64_t	 db_last_id(struct db *db);
/* As db_query, from a pool and back to it: for what is asked for each of many. */
sqlite3_stmt *db_take(struct db *db, const char *sql, const char *types, ...);
void	 db_give(struct db *db, sqlite3_stmt *st);

/* blob.c: bytes that are too many for memory: in a file without a name */
struct blob {
	_Atomic int refs;
	char	   *data;
	size_t	    len;
};
FILE	*blob_file(void);
struct blob *blob_from(FILE *f);
struct blob *blob_hold(struct blob *b);
void	 blob_drop(struct blob *b);

/* faults.c */
enum {
	FAULT_DELAY, FAULT_CUT, FAULT_STATUS, FAULT_SJIS, FAULT_SHUFFLE,
	FAULT_UNKNOWN, FAULT_RENAMED, FAULT_ERR, FAULT_DROP, FAULT_LATE,
	FAULT_BOM, FAULT_IDLE, FAULT_HASTY, FAULT_KEPT, FAULT_PIECES,
	FAULT_GONE, FAULT_TWICE, FAULT_LOCKED, FAULT_SLOW, FAULT_SKEW,
	FAULT_STALE, FAULT_FOREIGN, FAULT_OTHERS, FAULT_OLD, FAULT_COPIED,
	FAULT_REPLAYED, FAULT_ZIP, FAULT_ZIPKEY, FAULT_ZIPNAME, FAULT_ZIPBOMB,
	FAULT_PROCESSING, FAULT_FAILED, FAULT_OMIT, FAULT_SWAPPED,
	FAULT_UNDONE, FAULT_TWINS, FAULT_NUMBERS, FAULT_DEEP,
	FAULTS
};
struct fault {
	struct fault	*next;
	char		*prefix;	/* NULL: every answer */
	int		 kind;
	int64_t		 value;
	int64_t		 count;		/* how often still; -1: for ever */
	int64_t		 percent;	/* of the answers, as the seed says */
};
struct fault_set {
	int64_t	v[FAULTS];
	char	has[FAULTS];
};
struct faults {
	struct fault *first;
	struct prng   prng;
};
int	 fault_add(struct faults *f, const char *spec);
void	 fault_clear(struct faults *f);
void	 fault_pick(struct faults *f, const char *prefix,
	    struct fault_set *out);
int	 fault_armed(const struct faults *f, const char *prefix, int kind);
char	*fault_list(const struct faults *f);

/* The six consents of CardProof, in the order that the card signs. */
enum {
	CAT_LIMIT, CAT_DISEASES, CAT_CHECKUPS, CAT_DRUGS, CAT_CARE,
	CAT_SURGERY, CATEGORIES
};
struct category {
	const char	*element;	/* …ConsFlg, …ConsTime */
	const char	*name;		/* in the record */
	int		 medical;	/* has …AvailableTime */
};
extern const struct category categories[CATEGORIES];

struct trigger {
	struct trigger	*next;
	char		*prefix;
	char		*command;
};

/* cert.c: the card's certificate as the centre and J-LIS see it */
struct cards;
enum cert_state {
	CERT_VALID, CERT_SOON, CERT_GRACE, CERT_LAPSED, CERT_EARLY
};
struct cert {
	void	*x509;
	char	 serial[64];
};
struct cards *cards_new(const char *ca_file);
void	 cards_free(struct cards *c);
int	 cert_parse(struct cert *c, const unsigned char *der, size_t len);
void	 cert_free(struct cert *c);
int	 cert_is_ours(const struct cards *cards, const struct cert *c);
enum cert_state cert_state(const struct cert *c, int64_t now);
int	 cert_verify(const struct cert *c, const char *data, size_t len,
	    const unsigned char *sig, size_t siglen);

struct sim {
	pthread_mutex_t	 lock;		/* over everything below */
	pthread_cond_t	 stopping;
	int		 stop;
	struct db	 db;
	struct clock	 clock;
	struct faults	 faults;
	struct trigger	*triggers;
	struct prng	 prng;
	struct cards	*cards;
	int64_t		 consent_seconds;
	int		 down;		/* the line: nobody gets through */
	const char	*pki;
	struct folder	*folders;	/* of terminals, folder.h */
	struct spool	*spools;	/* of bulk answers, bulk.h */
	int		 verbose;
};

/* card.c */
char	*card_file(const struct sim *sim, const char *who, const char *name,
	    size_t *len);
char	*card_value(const char *ini, const char *key);

/* What stands on papers; NULL where it is absent. */
struct numbers {
	const char *insurer, *symbol, *number, *branch;
	int32_t	    birth;		/* where they are searched by */
};

/* One request as it came, and its answer. */
struct request {
	const char	*prefix;
	const char	*terminal;	/* CN of the client certificate */
	int		 by_folder;	/* no id, no token */
	int		 by_webapi;	/* no id; the token is a login's */
	const char	*id;		/* Onshi-Request-Id */
	const char	*token;		/* Onshi-Visit */
	const char	*body;
	size_t		 len;
	int64_t		 now;
	xmlDocPtr	 doc;
	xmlNodePtr	 header;	/* MessageHeader */
	xmlNodePtr	 content;	/* MessageBody */
	int64_t		 receipt;	/* of a list: its persons are stored */
	int64_t		 persons;
	const char	*refused;	/* why the whole list is */
};
struct reply {
	int		 status;
	int		 is_err;
	int		 is_json;
	char		 token[65];
	char		*body;
	size_t		 len;
	struct blob	*blob;		/* whose bytes body is, or NULL */
	char		*stale;		/* an older answer, to somebody else */
	size_t		 stale_len;
	struct fault_set faults;
};

/* What a handler says besides filling header and body of the answer. */
enum { SAID_ANSWER = 0, SAID_ERR = -1 };	/* or an HTTP status */

void	 reply_free(struct reply *rep);

/* service.c */
#define SUSPENDED	"XSUS0001E"
#define SUSPENDED_TEXT	"オンライン資格確認等システムの利用を停止しています。"
void	 service_answer(struct sim *sim, struct request *req,
	    struct reply *rep);
void	 service_by_folder(struct sim *sim, struct request *req,
	    struct reply *rep);
/* Whether the agency has stopped that facility, wholly or for this function
 * (PU-4). */
int	 service_is_stopped(struct sim *sim, const struct request *req);

void	 service_by_webapi(struct sim *sim, struct request *req,
	    struct reply *rep);

/* Commands that a scenario hung on an answer of this function. */
void	 service_pull(struct sim *sim, const char *prefix);

/* webapi.c: JSON; paths that directly connected sites use */
#define WEBAPI_LOGIN	"login"
int	 webapi_is(const char *url);
void	 webapi_answer(struct sim *sim, const char *url, struct request *req,
	    struct reply *rep);
char	*webapi_write(xmlDocPtr doc, const struct fault_set *f, size_t *len);
void	 webapi_log_out(struct sim *sim);

/* bend.c */
void	 bend_write(struct sim *sim, xmlDocPtr doc, int64_t now,
	    struct reply *rep);
const char *bend_other_institution(const char *terminal);
void	 bend_tree(struct sim *sim, xmlNodePtr root,
	    const struct fault_set *f);
void	 bend_stale(xmlDocPtr doc, int64_t now, struct reply *rep);

/* xml.c */
xmlDocPtr xml_read(const char *data, size_t len);
char	*xml_utf8(const char *data, size_t len, size_t *outlen);
const char *xml_text(xmlNodePtr parent, const char *name);
xmlNodePtr xml_child(xmlNodePtr parent, const char *name);
xmlNodePtr xml_add(xmlNodePtr parent, const char *name, const char *text);
xmlNodePtr xml_put(xmlNodePtr parent, const char *name, const char *text);
void	 xml_echo(xmlNodePtr to, xmlNodePtr from, const char *const *names);
void	 xml_shuffle(xmlNodePtr node, struct prng *p);
void	 xml_strangers(xmlNodePtr node);
char	*xml_write(xmlDocPtr doc, int sjis, size_t *len);

/* answer.c: rows of the database as elements, by tables */
struct field {
	const char		*element;
	const char		*column;	/* or */
	const struct field	*group;		/* an element around these */
};
int	 answer_row(xmlNodePtr to, const struct field *f, sqlite3_stmt *row);

/* challenge.c */
int	 challenge_new(struct sim *sim, const char *terminal, char **body,
	    size_t *len);
int	 challenge_take(struct sim *sim, const char *terminal, const char *id,
	    unsigned char value[CHALLENGE_LEN]);

/* proof.c */
struct proof {
	int		 method;
	int		 registers;
	int		 flags[CATEGORIES];
	enum cert_state	 state;
	int64_t		 person;
	const char	*code;		/* why not, or NULL */
};
int	 proof_check(struct sim *sim, const struct request *req,
	    xmlNodePtr node, struct proof *p);
const char *proof_of_reader(struct sim *sim, const struct request *req,
	    const struct cert *cert, struct proof *p);

/* pinless.c */
char	*pinless_make(const char *pki, const char *terminal, int method,
	    const unsigned char *der, size_t derlen, const char *nonce);
int	 pinless_check(struct sim *sim, const char *terminal, int method,
	    const unsigned char *der, size_t derlen,
	    const unsigned char *proof, size_t len);

/* eligibility.c */
int	 eligibility_answer(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
int	 eligibility_by_card(struct sim *sim, const struct request *req,
	    struct proof *p, int32_t date, struct reply *rep, xmlNodePtr body);
void	 eligibility_header(xmlNodePtr header, int64_t now,
	    const char *terminal, const char *identifier, const char *date,
	    int by_card);
void	 eligibility_say(xmlNodePtr body, const char *status,
	    const char *code);
void	 eligibility_end(xmlNodePtr header, const char *code,
	    const char *text);

/* register.c */
int	 registration_answer(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
const char *registration_take(struct sim *sim, const char *terminal,
	    const struct numbers *n, const char *reference,
	    int64_t *coverage);

/* find.c: whose, and how it stands on a day */
#define FOUND_MAX	4
struct found {
	int64_t	person;
	int	validity;
	int64_t	coverage[FOUND_MAX];
	int	n;
};
void	 find_by_number(struct sim *sim, xmlNodePtr search, int32_t date,
	    int32_t today, struct found *out);
void	 find_by_numbers(struct sim *sim, const struct numbers *n,
	    int32_t date, int32_t today, struct found *out);
void	 find_assistance(struct sim *sim, int32_t date, int32_t today,
	    struct found *out);
void	 find_by_person(struct sim *sim, int64_t person, int32_t date,
	    int32_t today, const char *terminal, struct found *out);

/* visit.c: what a visit token opens */
int	 visit_open(struct sim *sim, const struct request *req, int64_t person,
	    int method, const int *granted, char token[65]);
int	 visit_find(struct sim *sim, const struct request *req,
	    int64_t *visit, int64_t *person);
int	 visit_mode(struct sim *sim, int64_t visit, int *want);
int64_t	 visit_last(struct sim *sim, const char *terminal, int64_t person);
int	 visit_may(struct sim *sim, int64_t visit, int category, int64_t now);

/* The exceptional modes: disaster.c, emergency.c. */
enum { MODE_ORDINARY, MODE_DISASTER, MODE_HOSPITAL, MODE_CARRIED };
const char *disaster_why_not(struct sim *sim, const char *terminal,
	    int64_t now);
char	*disaster_control(struct sim *sim, int argc, char **argv);
int	 disaster_search(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
int	 disaster_visit(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
char	*emergency_control(struct sim *sim, int argc, char **argv);
int	 emergency_search(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
int	 emergency_visit(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
int	 urgent_has_items(xmlNodePtr search);
void	 urgent_search(struct sim *sim, const struct request *req,
	    xmlNodePtr search, struct found *out);
void	 urgent_say(xmlNodePtr body, const char *code);
void	 urgent_write(struct sim *sim, const struct request *req,
	    xmlNodePtr body, const struct found *f);
int	 urgent_open(struct sim *sim, struct request *req, struct reply *rep,
	    const struct found *f, const int *granted, int mode, int want);

/* result.c; 同意区分 OQSCD016 */
enum { CONSENT_NONE, CONSENT_GIVEN, CONSENT_OVER, CONSENT_HARD };
struct consents {
	const int	*flags;		/* NULL: the consent to limit only */
	int		 limit;
	int64_t		 at, until;
	int		 first;
	int		 bulk;		/* changed or not, no details */
	char		 reference[64];	/* of the result, if it is bulk */
};
void	 result_write(struct sim *sim, xmlNodePtr list, int64_t coverage,
	    int32_t today, const char *terminal, struct consents *c);

/* medical.c, drugs.c, checkups.c */
int	 medical_drugs(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
int	 medical_checkups(struct sim *sim, struct request *req,
	    struct reply *rep, xmlNodePtr header, xmlNodePtr body);
struct drug_query {
	int64_t	person;
	int32_t	from, to;		/* months */
	int	eprescription, care, surgery;
	const char *terminal;
};
int	 drugs_write(struct sim *sim, xmlNodePtr body,
	    const struct drug_query *q);
int	 checkups_write(struct sim *sim, xmlNodePtr body, int64_t person);

/* record.c: the centre's own record */
struct entry {
	const char	*request;
	const char	*terminal;
	int		 method;
	int64_t		 person;
	const int	*given, *granted, *viewed;
	const char	*code;
};
void	 record_add(struct sim *sim, int64_t now, const struct entry *e);
int	 record_main(int argc, char **argv);

/* people.c: who they are, and what insurers send about them */
int	 people_import(struct sim *sim, const char *csv);
int	 people_event(struct sim *sim, int argc, char **argv);	/* events.c */
int64_t	 people_find(struct sim *sim, const char *who);
void	 people_name(struct sim *sim, int64_t person, char name[64]);
struct coverage {
	int64_t		 person;
	const char	*class;
	const char	*insurer, *symbol, *number, *branch;
	const char	*insurer_name, *head;
	int		 relation;
	int32_t		 start, end;
	int32_t		 start_notified, end_notified;
	const char	*reason;
	const char	*ratio;
	const char	*elderly_ratio;
};
int64_t	 people_cover(struct sim *sim, const struct coverage *c);
void	 people_limit(struct sim *sim, int64_t coverage, const char *flag,
	    int32_t today);
void	 people_assist(struct sim *sim, int64_t person, int32_t today,
	    const char *institution);

/* generate.c: people, their families and insurances */
struct who {
	const char	*name, *kana, *other, *other_kana;
	const char	*address, *post;
	int		 sex;
	int32_t		 birth;
	int		 hide;		/* 1 medical information, 2 all */
	int		 has_card;	/* a test card: as plain as they come */
};
int64_t	 generate_person(struct sim *sim, const struct who *w);
void	 generate_people(struct sim *sim, int people);

/* generate_name.c: names, addresses, insurers */
enum { INSURER_CITY, INSURER_SOCIETY, INSURER_ELDERLY, INSURER_ASSIST };
int	 generate_family(struct prng *p);
void	 generate_name(struct prng *p, int family, int sex, int32_t birth,
	    char name[64], char kana[64]);
void	 generate_address(struct prng *p, const char *insurer,
	    char address[96], char post[16]);
const char *generate_insurer_name(const char *insurer);
void	 generate_check_digit(const char *head, char out[10]);
const char *generate_insurer(int kind, int which);

/* generate_care.c */
void	 generate_care(struct sim *sim, struct prng *p, int64_t person,
	    int rich);
void	 generate_care_of(struct sim *sim, int64_t person);

/* control.c */
int	 control_start(struct sim *sim, const char *path);
void	 control_stop(void);
char	*control_do(struct sim *sim, const char *line);
int	 control_main(int argc, char **argv);
char	*control_ask(const char *path, const char *line);
int	 control_status(const char *said);	/* the exit status of that */

/* tls.c, http.c */
struct MHD_Connection;
struct pki {
	char	*ca, *cert, *key;
};
int	 pki_load(struct pki *p, const char *dir);
void	 pki_free(struct pki *p);
void	 tls_guard(struct MHD_Connection *con);
int	 tls_terminal(struct MHD_Connection *con, char out[TERMINAL_LEN + 1]);
int	 http_start(struct sim *sim, const struct pki *pki,
	    const char *listen, int *port);
void	 http_stop(void);

/* serve.c, scenario.c */
int	 serve_main(int argc, char **argv);
int	 scenario_main(int argc, char **argv);
int	 drill_main(int argc, char **argv);
int	 face_main(int argc, char **argv);

#endif
