/* A trail for tests: its own clock, few words to begin, add to and prove it. */
#ifndef OKI_TESTS_TRAIL_H
#define OKI_TESTS_TRAIL_H

#include "audit/inside.h"

#define REC_CODE	"1319999996"

/* A config and an environment whose clock stands where it is set and goes on
 * by a millisecond each time that it is asked. */
struct oki_env *rec_env(const char *dir);
void	rec_clock(int64_t wall_ms);
void	rec_clock_split(int64_t wall_ms, int64_t boot_ms);
int64_t	rec_now(void);

/* 2026-10-05 10:15:30 Japan time. */
#define REC_START	1791162930000

/* Begins a trail; k0 takes its key. Fails the test if it cannot. */
void	rec_begin(const char *dir, struct oki_env *env,
	    uint8_t k0[OKI_AUDIT_HASH]);
void	rec_open(struct oki_audit_store *s, const char *dir,
	    struct oki_env *env, int64_t segment_bytes);
/* One entry of a usual size, the i-th: intents and outcomes in turn. */
int	rec_append(struct oki_audit_store *s, int i);
/* The same by a root's trail, whatever its sink; e is cleared first. */
int	rec_put(struct oki_audit *a, int i, struct onshi_error *e);
/* The entry itself; texts are static. */
void	rec_entry(struct oki_audit_entry *e, int i);
struct oki_audit_report rec_verify(const char *dir, const uint8_t *k0,
	    const char *head);
/* By the clock of env, which prune goes by. */
struct oki_audit_report rec_verify_by(const char *dir, const uint8_t *k0,
	    const char *head, const struct oki_env *env);
/* "N:HASH" of a trail. */
void	rec_head(const char *dir, char head[96]);

#endif
