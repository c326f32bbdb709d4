/*
 * Plays the corpora back to one fuzz target, without a fuzzer: every file, and
 * a few changed copies of it that are the same on every machine. With names of
 * files: these, as they are.
 *
 * FUZZ_TARGET is the target's name, FUZZ_ROUNDS in the environment how many
 * copies. Each file has a process of its own unless CK_FORK is "no".
 */
#include "config.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define FILES_MAX	4096
#define BYTES_MAX	65536
#define ROUNDS		12
#define SECONDS		60	/* of one file, on a machine with much to do */

struct corpus {
	char	*path[FILES_MAX];
	size_t	 n;
};

/* Kept between calls, so that each input is a block of its own size: what
 * reads beyond it is seen. */
static void
play(const uint8_t *bytes, size_t len)
{
	uint8_t *copy;

	if ((copy = malloc(len == 0 ? 1 : len)) == NULL)
		exit(2);
	if (len > 0)
		memcpy(copy, bytes, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static size_t
load(const char *path, uint8_t *to)
{
	size_t len;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	len = fread(to, 1, BYTES_MAX, f);
	fclose(f);

	return len;
}

static unsigned int
dice(uint64_t *state, size_t n)
{
	*state = *state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);

	return (unsigned int)((*state >> 33) % n);
}

/* A few changes of the kinds that parsers dislike; returns the new length. */
static size_t
change(uint8_t *p, size_t len, uint64_t *state)
{
	size_t at, n, times = 1 + dice(state, 4);

	for (; times > 0 && len > 0; times--) {
		at = dice(state, len);
		switch (dice(state, 6)) {
		case 0:
			p[at] ^= (uint8_t)(1u << dice(state, 8));
			break;
		case 1:
			p[at] = (uint8_t)dice(state, 256);
			break;
		case 2:
			len = at;
			break;
		case 3:			/* taken out */
			n = 1 + dice(state, len - at < 16 ? len - at : 16);
			memmove(p + at, p + at + n, len - at - n);
			len -= n;
			break;
		case 4:			/* twice */
			n = 1 + dice(state, len - at < 64 ? len - at : 64);
			if (len + n > BYTES_MAX)
				break;
			memmove(p + at + n, p + at, len - at);
			len += n;
			break;
		default:
			p[at] = dice(state, 2) == 0 ? 0 : 0xff;
			break;
		}
	}

	return len;
}

static void
play_file(const char *path, int rounds)
{
	static uint8_t bytes[BYTES_MAX], copy[BYTES_MAX];
	uint64_t state = 1;
	size_t len = load(path, bytes), n;

	play(bytes, len);
	for (; rounds > 0; rounds--) {
		memcpy(copy, bytes, len);
		n = change(copy, len, &state);
		play(copy, n);
	}
}

/* 0, or 1 if it failed. */
static int
run_file(const char *path, int rounds)
{
	const char *mode = getenv("CK_FORK");
	int status = 0;
	pid_t pid;

	if (mode != NULL && strcmp(mode, "no") == 0) {
		play_file(path, rounds);
		return 0;
	}
	if ((pid = fork()) == -1)
		return 1;
	if (pid == 0) {
		alarm(SECONDS);
		play_file(path, rounds);
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "%s: status %#x\n", path, (unsigned)status);
		return 1;
	}

	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of a folder, sorted; a folder that is not there has none. */
static void
collect(struct corpus *c, const char *top, const char *folder)
{
	char path[4096];
	struct dirent *d;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%s", top, folder);
	if ((dir = opendir(path)) == NULL)
		return;
	while ((d = readdir(dir)) != NULL && c->n < FILES_MAX) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", top, folder,
		    d->d_name);
		if ((c->path[c->n++] = strdup(path)) == NULL)
			exit(2);
	}
	closedir(dir);
	qsort(c->path, c->n, sizeof(c->path[0]), by_name);
}

int
main(int argc, char **argv)
{
	static struct corpus c;
	const char *top = getenv("top_srcdir"), *text;
	size_t failed = 0, i;
	int rounds = ROUNDS;

	if (argc > 1) {
		for (i = 1; i < (size_t)argc; i++)
			play_file(argv[i], 0);
		return 0;
	}
	if ((text = getenv("FUZZ_ROUNDS")) != NULL)
		rounds = (int)strtol(text, NULL, 10);
	collect(&c, top == NULL ? "." : top, "tests/fuzz/corpus/" FUZZ_TARGET);
#ifdef FUZZ_MESSAGES
	collect(&c, top == NULL ? "." : top, "tests/message/samples");
	collect(&c, top == NULL ? "." : top, "tests/fuzz/message");
#endif
	for (i = 0; i < c.n; i++) {
		failed += (size_t)run_file(c.path[i], rounds);
		free(c.path[i]);
	}
	/* A corpus that was not found must not look like one that passed. */
	if (c.n == 0)
		failed = 1;
	printf("replay_%s: files and %d changed copies of each\n", FUZZ_TARGET,
	    rounds);
	printf("%zu%%: Checks: %zu, Failures: %zu, Errors: 0\n",
	    c.n == 0 ? 0 : 100 * (c.n - failed) / c.n, c.n, failed);

	return failed == 0 ? 0 : 1;
}
