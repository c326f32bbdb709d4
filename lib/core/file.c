/* What the rooms do with files, in terms of os.h. */
#include "core/inside.h"

int
oki_file_make(struct oki_dir *d, const char *name, int shared, const void *p,
    size_t len, bool durable, int64_t *sys)
{
	struct oki_file *f;
	int r;

	if ((r = oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW |
	    shared, &f, sys)) != ONSHI_OK)
		return r;
	if ((r = oki_file_write(f, 0, p, len, sys)) == ONSHI_OK && durable)
		r = oki_file_sync(f, sys);
	oki_file_close(&f);
	if (r != ONSHI_OK)
		(void)oki_dir_remove(d, name, NULL);

	return r;
}
