/*
 * What an entry of the record costs: `b_audit DIR [N]` prints rates and their
 * ratios to bare loops of the same calls (DIR is made and left behind);
 * `b_audit DIR N append` and `... verify` do one thing, for callgrind.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/inside.h"

static char key[OKI_AUDIT_KEY_TEXT];

static double
seconds(void)
{
	return (double)oki_os_steady_ms() / 1000;
}

static int
append(const char *dir, int n)
{
	struct oki_audit_entry entry = {
		.event = OKI_AUDIT_RESULT_READ, .operator_id = "D0001",
		.licence = "doctor:two-factor", .terminal = "1",
		.patient = "P-000123", .categories = "drugs,care",
		.purpose = "care:consent", .identity = "pin:12",
		.consent = "granted:20261005101500:20261006101500",
		.request_id = "0123456789abcdef",
		.link = "TLSv1.3:0123456789abcdef",
		.result = "ONSHI_OK:records=12:bytes=34567"
	};
	struct onshi_config *c;
	struct oki_env *env = NULL;
	struct oki_audit *a = NULL;
	int i, r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_set(c, "audit.dir", dir)) != ONSHI_OK ||
	    (r = onshi_config_set(c, "facility.institution_code",
	    "1319999996")) != ONSHI_OK ||
	    (r = oki_env_new(c, &env)) != ONSHI_OK ||
	    (r = oki_audit_open(env, &a, NULL)) != ONSHI_OK)
		goto out;
	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = oki_audit_append(a, &entry, NULL, NULL);
out:
	oki_audit_close(&a);
	oki_env_free(&env);
	onshi_config_free(&c);

	return r;
}

static int
begin(const char *dir)
{
	struct onshi_audit *a;
	int r;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return r;
	r = onshi_audit_init(a, "1319999996", key, sizeof(key));
	onshi_audit_free(&a);

	return r;
}

static int
verify(const char *dir, int64_t *entries)
{
	struct onshi_audit *a;
	int r, verdict;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return r;
	if ((r = onshi_audit_verify(a, key[0] == '\0' ? NULL : key, NULL,
	    &verdict)) == ONSHI_OK && verdict != ONSHI_AUDIT_INTACT &&
	    verdict != ONSHI_AUDIT_NO_KEY)
		r = ONSHI_E_AUDIT;
	*entries = onshi_audit_entries(a);
	onshi_audit_free(&a);

	return r;
}

/* The same bytes and syncs, and nothing else. */
static int
bare(const char *dir, int n)
{
	static const char line[420], slot[OKI_AUDIT_SLOT];
	char path[512];
	int i, log, state;

	(void)snprintf(path, sizeof(path), "%s/bare.log", dir);
	log = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)snprintf(path, sizeof(path), "%s/bare.state", dir);
	state = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (log < 0 || state < 0)
		return ONSHI_E_DISK;
	for (i = 0; i < n; i++)
		if (write(log, line, sizeof(line)) != (ssize_t)sizeof(line) ||
		    fdatasync(log) != 0 ||
		    pwrite(state, slot, sizeof(slot), i % 2 * 512) < 0 ||
		    fdatasync(state) != 0 ||
		    pwrite(state, slot, sizeof(slot), (i + 1) % 2 * 512) < 0 ||
		    fdatasync(state) != 0)
			return ONSHI_E_DISK;
	(void)close(log);
	(void)close(state);

	return ONSHI_OK;
}

/* SHA-256 of as many bytes as the record has. */
static int
hash_only(int64_t bytes)
{
	static const uint8_t chunk[65536];
	struct oki_hash *h;
	uint8_t sum[OKI_SHA256];
	int r;

	if ((r = oki_hash_new(&h)) != ONSHI_OK)
		return r;
	for (; r == ONSHI_OK && bytes > 0; bytes -= (int64_t)sizeof(chunk))
		r = oki_hash_update(h, chunk, sizeof(chunk));
	if (r == ONSHI_OK)
		r = oki_hash_final(h, sum);
	oki_hash_free(&h);

	return r;
}

static int
all(const char *dir, int n)
{
	double t0, t1, t2, t3, t4;
	int64_t entries;
	int r;

	t0 = seconds();
	if ((r = begin(dir)) != ONSHI_OK || (r = append(dir, n)) != ONSHI_OK)
		return r;
	t1 = seconds();
	if ((r = bare(dir, n)) != ONSHI_OK)
		return r;
	t2 = seconds();
	if ((r = verify(dir, &entries)) != ONSHI_OK)
		return r;
	t3 = seconds();
	if ((r = hash_only((int64_t)n * 420)) != ONSHI_OK)
		return r;
	t4 = seconds();
	printf("append: %.0f entries/s, %.2f of the time of bare writes and "
	    "syncs\n", n / (t1 - t0), (t1 - t0) / (t2 - t1));
	printf("verify with the key: %.0f entries/s, %.1f of the time of "
	    "SHA-256 alone\n", (double)entries / (t3 - t2),
	    t4 > t3 ? (t3 - t2) / (t4 - t3) : 0);

	return ONSHI_OK;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 20000;
	int64_t entries;
	int r;

	if (argc < 2) {
		fprintf(stderr, "usage: b_audit DIR [N [append|verify]]\n");
		return 2;
	}
	if (argc == 4 && strcmp(argv[3], "append") == 0) {
		(void)begin(argv[1]);
		r = append(argv[1], n);
	} else if (argc == 4)
		r = verify(argv[1], &entries);
	else
		r = all(argv[1], n);
	if (r != ONSHI_OK)
		fprintf(stderr, "b_audit: %d\n", r);

	return r == ONSHI_OK ? 0 : 1;
}
