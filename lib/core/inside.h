/*
 * Between the files of room core: the table of the config and what is plugged
 * into it, what the environment writes for the log, descriptors. Other rooms
 * have core.h.
 */
#ifndef OKI_CORE_INSIDE_H
#define OKI_CORE_INSIDE_H

#include "core/core.h"

/* ---- configuration: config.c, config_check.c, config_load.c, config_file.c */

bool	oki_config_is_secret(enum oki_key key);

/* A row of the table, and its checks: config_check.c. */
enum oki_config_type {
	OKI_TEXT, OKI_DIGITS, OKI_NUMBER, OKI_WORD, OKI_PATH, OKI_PATHS,
	OKI_FILE, OKI_SECRET, OKI_URL, OKI_NETWORKS, OKI_ADDRESSES, OKI_PINS
};
struct oki_config_row {
	const char		*key;
	enum oki_config_type	 type;
	const char		*preset;
	int64_t			 low;
	int64_t			 high;
	const char		*words;
	const char		*text[2];	/* English, Japanese */
};
/* NULL, or what is wrong with text; may take blanks out of it. */
const char *oki_config_check(const struct oki_config_row *row, char *text);
int	oki_word_index(const char *words, const char *word);	/* -1: none */
/* Whether a key begins with "name."; sets a key in a config that is not
 * frozen: ONSHI_E_CONFIG and *why, and *twice if it is set already. */
bool	oki_config_is_section(const char *name);
int	oki_config_put(struct onshi_config *c, const char *key,
	    const char *value, const char **why, bool *twice) OKI_CHECK;
/* Moves all that is set in from over what is set in to; cannot fail. */
void	oki_config_take(struct onshi_config *to, struct onshi_config *from);
/* ONSHI_OK if c may be changed now; clears its error. */
int	oki_config_enter(struct onshi_config *c) OKI_CHECK;

struct onshi_config *oki_config_ref(struct onshi_config *c);

/* ---- what is plugged into it: config_ops.c ------------------------------ */

/* Tables that a program plugged in; NULL where it did not. */
struct oki_config_ops {
	struct onshi_clock_ops	clock;
	struct onshi_log_ops	log;
	struct onshi_link_ops	link;
	struct onshi_audit_ops	audit;
	struct onshi_face_ops	face;
	void			*clock_self, *log_self, *link_self;
	void			*audit_self, *face_self;
	oki_atomic_int		*face_taken;	/* somebody is at it (ID-3) */
	struct oki_config_copy {		/* beside the sink, in order */
		struct onshi_audit_ops	 ops;
		void			*self;
	}			copy[8];
	size_t			copies;
	struct oki_config_reader {
		struct onshi_reader_ops	 ops;
		char			*name;
		void			*self;
	}			reader[16];
	size_t			readers;
};
struct oki_config_ops *oki_config_ops(struct onshi_config *c);
const struct oki_config_ops *oki_config_ops_of(const struct onshi_config *c);
void	oki_config_ops_free(struct oki_config_ops *o);	/* calls each done */
const struct onshi_clock_ops *oki_config_clock(const struct onshi_config *c,
    void **self);
const struct onshi_log_ops *oki_config_log(const struct onshi_config *c,
    void **self);

/* ---- the environment: env.c, secret.c ------------------------------------ */

void	oki_env_line(const struct oki_env *env, const char *line);
/* True once, if a secret could not be locked. */
bool	oki_env_says_unlocked(const struct oki_env *env);
/* Whether the system let us lock all secrets so far; if not, the log says so
 * once per root. */
bool	oki_secrets_are_locked(void);

/* ---- POSIX: os_posix.c --------------------------------------------------- */

/* A descriptor above those of input, output and errors in place of fd, which
 * is closed then; -1 stays -1 (errno says why). */
int	oki_os_high(int fd);

#endif
