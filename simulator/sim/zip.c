/* zip.c: files of the exchange as encrypted ZIP, by libzip. */
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "folder.h"

#define BOMB	((size_t)16 * 1024 * 1024)

/* A document that goes on for much longer than anybody expects. */
static char *
swell(const char *data, size_t len, size_t *out)
{
	char *big = malloc(BOMB);

	if (big == NULL || len > BOMB) {
		free(big);
		return NULL;
	}
	memcpy(big, data, len);
	memset(big + len, ' ', BOMB - len);
	*out = BOMB;
	return big;
}

static int
add_entry(zip_t *z, const char *name, const char *data, size_t len,
    const char *password)
{
	zip_source_t *s = zip_source_buffer(z, data, len, 0);
	zip_int64_t i;

	if (s == NULL)
		return -1;
	if ((i = zip_file_add(z, name, s, 0)) < 0) {
		zip_source_free(s);
		return -1;
	}
	return password == NULL ? 0 : zip_file_set_encryption(z,
	    (zip_uint64_t)i, ZIP_EM_AES_256, password);
}

static char *
bytes_of(zip_source_t *s, size_t *len)
{
	zip_stat_t st;
	char *data = NULL;

	if (zip_source_stat(s, &st) != 0 || zip_source_open(s) != 0)
		return NULL;
	*len = (size_t)st.size;
	data = malloc(*len + 1);
	if (data != NULL && zip_source_read(s, data, st.size) !=
	    (zip_int64_t)st.size) {
		free(data);
		data = NULL;
	}
	zip_source_close(s);
	return data;
}

static int
add_all(zip_t *z, const char *name, const char *data, size_t len,
    const char *password, const struct fault_set *f)
{
	if (f->has[FAULT_ZIPKEY])
		password = "an other password";
	if (!f->has[FAULT_ZIPNAME])
		return add_entry(z, name, data, len, password);
	/* names that lead elsewhere, and one that is no name at all */
	return add_entry(z, "../../../tmp/evil.xml", data, len, password) |
	    add_entry(z, "C:\\OQS\\req\\evil.xml", data, len, password);
}

char *
zip_pack(const char *name, const char *data, size_t len,
    const char *password, const struct fault_set *faults, size_t *outlen)
{
	zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *z = s == NULL ? NULL : zip_open_from_source(s, ZIP_TRUNCATE,
	    NULL);
	char *big = NULL, *out = NULL;

	if (z == NULL) {
		zip_source_free(s);
		return NULL;
	}
	zip_source_keep(s);
	if (faults->has[FAULT_ZIPBOMB] &&
	    (big = swell(data, len, &len)) != NULL)
		data = big;
	if (add_all(z, name, data, len, password, faults) != 0)
		zip_discard(z);
	else if (zip_close(z) != 0)
		zip_discard(z);
	else
		out = bytes_of(s, outlen);
	zip_source_free(s);
	free(big);
	return out;
}

static char *
read_entry(zip_t *z, size_t *len)
{
	zip_stat_t st;
	zip_file_t *e;
	char *data = NULL;

	if (zip_get_num_entries(z, 0) != 1 ||
	    zip_stat_index(z, 0, 0, &st) != 0 || st.size > BULK_MAX ||
	    (e = zip_fopen_index(z, 0, 0)) == NULL)
		return NULL;
	*len = (size_t)st.size;
	data = malloc(*len + 1);
	if (data != NULL && zip_fread(e, data, st.size) !=
	    (zip_int64_t)st.size) {
		free(data);
		data = NULL;
	}
	zip_fclose(e);
	return data;
}

/* The one entry of a ZIP; NULL if that cannot be had. */
char *
zip_unpack(const char *data, size_t len, const char *password,
    size_t *outlen)
{
	zip_source_t *s = zip_source_buffer_create(data, len, 0, NULL);
	zip_t *z = s == NULL ? NULL : zip_open_from_source(s, ZIP_RDONLY,
	    NULL);
	char *out;

	if (z == NULL) {
		zip_source_free(s);
		return NULL;
	}
	if (password != NULL)
		zip_set_default_password(z, password);
	out = read_entry(z, outlen);
	zip_discard(z);
	return out;
}
