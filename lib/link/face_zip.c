/* Face files that travel encrypted (messages.md 1.5): out of their ZIP. */
#include "config.h"

#include "link/face.h"

#define PREFIX	"OQSsiquc01res"

int
oki_face_unpack(const struct oki_folder *f, const char *name,
    struct oki_buf *bytes, struct onshi_error *e)
{
	char inside[OKI_FACE_NAME];
	struct onshi_exchange x;
	struct oki_wait w;
	int r;

	oki_face_known_by(name, inside);
	oki_wait_init(&w, f->env, (int32_t)oki_config_number(
	    oki_env_config(f->env), OKI_LINK_DEADLINE_MS), NULL);
	oki_exchange_init(&x, PREFIX, &w, bytes->max);
	r = oki_zip_read(bytes->data, bytes->len, inside, f->password, &x, e);
	oki_buf_reset(bytes);
	if (r == ONSHI_OK)
		oki_buf_move(bytes, &x.answer);
	oki_exchange_free(&x);

	return r;
}
