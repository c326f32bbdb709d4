/* For kill.sh: begins a record and gives its key, adds to it and says how many
 * were acknowledged, proves it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"

static int
begin(const char *dir)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct onshi_audit *a;
	int r;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return r;
	if ((r = onshi_audit_init(a, "1319999996", key, sizeof(key))) ==
	    ONSHI_OK)
		puts(key);
	onshi_audit_free(&a);

	return r;
}

/* Each line of output is one entry that was acknowledged. */
static int
add(const char *dir, int n, int64_t segment_bytes)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ,
	    .operator_id = "D0001", .link = "TLSv1.3:0123456789abcdef" };
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
	oki_audit_tune(a, segment_bytes, 1000);
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if ((r = oki_audit_append(a, &entry, NULL)) == ONSHI_OK) {
			puts("acknowledged");
			(void)fflush(stdout);
		}
out:
	oki_audit_close(&a);
	oki_env_free(&env);
	onshi_config_free(&c);

	return r;
}

/* The exit status is the verdict; the entries go to standard output. */
static int
prove(const char *dir, const char *key)
{
	struct onshi_audit *a;
	int r, verdict;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return 99;
	if ((r = onshi_audit_verify(a, key, NULL, &verdict)) != ONSHI_OK)
		verdict = 99;
	printf("%ld\n", (long)onshi_audit_entries(a));
	onshi_audit_free(&a);

	return verdict;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "begin") == 0)
		return begin(argv[2]) == ONSHI_OK ? 0 : 1;
	if (argc == 5 && strcmp(argv[1], "add") == 0)
		return add(argv[2], (int)strtol(argv[3], NULL, 10),
		    strtol(argv[4], NULL, 10)) == ONSHI_OK ? 0 : 1;
	if (argc == 4 && strcmp(argv[1], "prove") == 0)
		return prove(argv[2], argv[3]);

	return 98;
}
