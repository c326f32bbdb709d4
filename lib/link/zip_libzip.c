/* Encrypted exchange (messages.md 1.5): ZIP with AES, by libzip (SEC-60). */
#include "config.h"

#include "link/folder.h"

#ifdef HAVE_LIBZIP
#include <string.h>

#include <zip.h>

#define ENTRIES_MAX	16
#define RATIO_MAX	200
#define RATIO_FREE	65536	/* what is small may be packed as it likes */
#define CHUNK		16384

int
oki_zip_check(struct onshi_error *e)
{
	(void)e;

	return ONSHI_OK;
}

static int
refuse(struct onshi_error *e, const char *text)
{
	return oki_link_fail(e, ONSHI_E_ANSWER_REFUSED, "malformed", text);
}

/* What memory lacked for is not damaged: it is tried again. */
static int
failed(struct onshi_error *e, int code, const char *text)
{
	if (code == ZIP_ER_MEMORY)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a ZIP");

	return code != ZIP_ER_WRONGPASSWD ? refuse(e, text) :
	    oki_link_fail(e, ONSHI_E_CONFIG, "", "the password of "
	    "link.zip_password_file does not open a ZIP");
}

/* Its directory has to agree with what it lists. */
static zip_t *
open_bytes(const uint8_t *bytes, size_t len, int *code)
{
	zip_source_t *source;
	zip_error_t error;
	zip_t *z = NULL;

	zip_error_init(&error);
	if ((source = zip_source_buffer_create(bytes, len, 0, &error)) !=
	    NULL && (z = zip_open_from_source(source, ZIP_RDONLY |
	    ZIP_CHECKCONS, &error)) == NULL)
		zip_source_free(source);
	*code = zip_error_code_zip(&error);
	zip_error_fini(&error);

	return z;
}

/* Of one entry its name does not matter; of several the one that is called as
 * the answer is. -1: none, or more than one. */
static zip_int64_t
choose(zip_t *z, const char *name)
{
	zip_int64_t i, n = zip_get_num_entries(z, 0), found = -1;
	const char *stored;

	if (n < 1 || n > ENTRIES_MAX)
		return -1;
	if (n == 1)
		return 0;
	for (i = 0; i < n; i++) {
		stored = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
		if (stored == NULL || strcmp(stored, name) != 0)
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}

	return found;
}

static zip_file_t *
open_entry(zip_t *z, zip_uint64_t i, const struct oki_secret *password)
{
	const uint8_t *secret;
	size_t len;

	secret = oki_secret_bytes(password, &len);

	return secret == NULL ? zip_fopen_index(z, i, 0) :
	    zip_fopen_index_encrypted(z, i, 0, (const char *)secret);
}

/* What it unpacks to is counted, whatever it says of itself. */
static int
unpack(zip_file_t *file, size_t packed, struct onshi_exchange *x,
    struct onshi_error *e)
{
	uint8_t chunk[CHUNK];
	zip_int64_t n;
	size_t all = 0;
	int r = ONSHI_OK;

	while (r == ONSHI_OK && (n = zip_fread(file, chunk, sizeof(chunk))) >
	    0) {
		all += (size_t)n;
		if (all > RATIO_FREE && all / RATIO_MAX > packed)
			r = x->refused = ONSHI_E_TOO_BIG;
		else
			r = oki_exchange_take(x, chunk, (size_t)n);
	}
	oki_wipe(chunk, sizeof(chunk));
	if (r != ONSHI_OK)
		return oki_link_fail(e, r, oki_exchange_reason(r),
		    "what is in a ZIP was not taken");

	return n < 0 ? failed(e, zip_error_code_zip(zip_file_get_error(
	    file)), "a ZIP is damaged") : r;
}

static int
read_entry(zip_t *z, size_t packed, const char *name,
    const struct oki_secret *password, struct onshi_exchange *x,
    struct onshi_error *e)
{
	zip_int64_t i = choose(z, name);
	zip_file_t *file;
	zip_stat_t st;
	int r;

	if (i < 0 || zip_stat_index(z, (zip_uint64_t)i, 0, &st) != 0 ||
	    (st.valid & ZIP_STAT_ENCRYPTION_METHOD) == 0)
		return refuse(e, "a ZIP has not the one document");
	if (st.encryption_method != ZIP_EM_NONE &&
	    st.encryption_method != ZIP_EM_AES_256)
		return refuse(e, "a ZIP is not encrypted by AES-256");
	if (st.encryption_method != ZIP_EM_NONE && password == NULL)
		return oki_link_fail(e, ONSHI_E_CONFIG, "", "a ZIP is "
		    "encrypted, and link.zip_password_file is not set");
	if ((file = open_entry(z, (zip_uint64_t)i, password)) == NULL)
		return failed(e, zip_error_code_zip(zip_get_error(z)),
		    "a ZIP cannot be read");
	r = unpack(file, packed, x, e);
	(void)zip_fclose(file);

	return r;
}

int
oki_zip_read(const uint8_t *zip, size_t len, const char *name,
    const struct oki_secret *password, struct onshi_exchange *x,
    struct onshi_error *e)
{
	zip_t *z;
	int code, r;

	if ((z = open_bytes(zip, len, &code)) == NULL)
		return failed(e, code, "a ZIP is none");
	r = read_entry(z, len, name, password, x, e);
	zip_discard(z);

	return r;
}

/* ---- writing ------------------------------------------------------------------ */

static bool
add_entry(zip_t *z, const char *name, const uint8_t *bytes, size_t len,
    const struct oki_secret *password)
{
	zip_source_t *source;
	zip_int64_t i;
	size_t secretlen;
	const uint8_t *secret = oki_secret_bytes(password, &secretlen);

	if (secret == NULL ||
	    (source = zip_source_buffer(z, bytes, len, 0)) == NULL)
		return false;
	if ((i = zip_file_add(z, name, source, ZIP_FL_ENC_UTF_8)) < 0) {
		zip_source_free(source);
		return false;
	}

	return zip_file_set_encryption(z, (zip_uint64_t)i, ZIP_EM_AES_256,
	    (const char *)secret) == 0;
}

static int
copy_out(zip_source_t *whole, struct oki_buf *out)
{
	uint8_t chunk[CHUNK];
	zip_int64_t n;
	int r = ONSHI_OK;

	if (zip_source_open(whole) != 0)
		return ONSHI_E_NOMEM;
	while (r == ONSHI_OK && (n = zip_source_read(whole, chunk,
	    sizeof(chunk))) > 0)
		r = oki_buf_append(out, chunk, (size_t)n);
	(void)zip_source_close(whole);

	return r;
}

int
oki_zip_write(const char *name, const uint8_t *bytes, size_t len,
    const struct oki_secret *password, struct oki_buf *out,
    struct onshi_error *e)
{
	zip_source_t *whole;
	zip_error_t error;
	zip_t *z = NULL;
	int r = ONSHI_E_NOMEM;

	zip_error_init(&error);
	if ((whole = zip_source_buffer_create(NULL, 0, 0, &error)) == NULL)
		goto out;
	zip_source_keep(whole);		/* to be read when z is closed */
	if ((z = zip_open_from_source(whole, ZIP_TRUNCATE, &error)) == NULL) {
		zip_source_free(whole);
		goto out;
	}
	if (!add_entry(z, name, bytes, len, password) || zip_close(z) != 0)
		zip_discard(z);
	else
		r = copy_out(whole, out);
out:
	zip_source_free(whole);
	zip_error_fini(&error);

	return r == ONSHI_OK ? r : oki_fail(e, r, "no memory for a ZIP");
}

#else

#define LACKS	"ZIP is not built into this library (--with-libzip)"

int
oki_zip_check(struct onshi_error *e)
{
	return oki_fail(e, ONSHI_E_UNSUPPORTED, "link.zip_password_file: "
	    LACKS);
}

int
oki_zip_read(const uint8_t *zip, size_t len, const char *name,
    const struct oki_secret *password, struct onshi_exchange *x,
    struct onshi_error *e)
{
	(void)zip;
	(void)len;
	(void)name;
	(void)password;
	(void)x;

	return oki_fail(e, ONSHI_E_UNSUPPORTED, "a file is a ZIP: " LACKS);
}

int
oki_zip_write(const char *name, const uint8_t *bytes, size_t len,
    const struct oki_secret *password, struct oki_buf *out,
    struct onshi_error *e)
{
	(void)name;
	(void)bytes;
	(void)len;
	(void)password;
	(void)out;

	return oki_zip_check(e);
}
#endif
