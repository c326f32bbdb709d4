/* blob.c: bytes that are too many for memory: written to a file that has no
 * name, and mapped. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sim.h"

FILE *
blob_file(void)
{
	FILE *f = tmpfile();

	if (f == NULL)
		perror("onshikaku-sim: temporary file");
	return f;
}

/* What was written, to be dropped by its owner; the file is closed. */
struct blob *
blob_from(FILE *f)
{
	struct blob *b = calloc(1, sizeof(*b));
	long len = fflush(f) == 0 ? ftell(f) : -1;

	if (b != NULL && len >= 0) {
		b->refs = 1;
		b->len = (size_t)len;
		b->data = len == 0 ? NULL : mmap(NULL, b->len, PROT_READ,
		    MAP_SHARED, fileno(f), 0);
	}
	if (b != NULL && (len < 0 || b->data == MAP_FAILED)) {
		perror("onshikaku-sim: temporary file");
		free(b);
		b = NULL;
	}
	fclose(f);
	return b;
}

struct blob *
blob_hold(struct blob *b)
{
	b->refs++;
	return b;
}

void
blob_drop(struct blob *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	if (b->len > 0)
		munmap(b->data, b->len);
	free(b);
}
