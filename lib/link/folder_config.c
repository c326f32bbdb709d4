/* The folder link: what link.* says of it. */
#include "config.h"

#include <string.h>

#include "link/folder.h"
#include "message/message.h"

#define PASSWORD_MAX	1024
#define REQUESTS	"link.req_dir"
#define ANSWERS		"link.res_dir"
#define ZIPS		"link.zip"

static size_t
count_places(const char *text)
{
	const char *item;
	size_t len, n = 0;

	while (text != NULL && oki_list_next(&text, '|', &item, &len))
		n++;

	return n;
}

/* The i-th of a list, one less than all of whose items came before. */
static int
take_place(const char **rest, char **out)
{
	const char *item;
	size_t len;

	if (!oki_list_next(rest, '|', &item, &len))
		return ONSHI_E_INTERNAL;

	return (*out = oki_strndup(item, len)) == NULL ? ONSHI_E_NOMEM :
	    ONSHI_OK;
}

static int
route_read(struct oki_route *route, const char *req, const char *res,
    struct onshi_error *e)
{
	size_t i;
	int r = ONSHI_OK;

	if (count_places(req) != count_places(res))
		return oki_fail(e, ONSHI_E_CONFIG, REQUESTS " and " ANSWERS
		    "%s%s name a different number of places",
		    route->prefix[0] != '\0' ? ", " : "", route->prefix);
	if ((route->terminals = oki_alloc_array(count_places(req),
	    sizeof(*route->terminals))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	route->n = count_places(req);
	for (i = 0; r == ONSHI_OK && i < route->n; i++)
		if ((r = take_place(&req, &route->terminals[i].req)) ==
		    ONSHI_OK)
			r = take_place(&res, &route->terminals[i].res);
	if (r != ONSHI_OK)
		return oki_fail(e, r, "no memory for the link");
	for (i = 0; i < route->n; i++)
		if (strcmp(route->terminals[i].req,
		    route->terminals[i].res) == 0)
			return oki_fail(e, ONSHI_E_CONFIG, REQUESTS " and "
			    ANSWERS " are the same place");

	return r;
}

/* A place that only one of the two keys names is paired with the other key's
 * common one. */
static int
route_add(struct oki_folder *f, const struct onshi_config *c,
    const char *prefix, struct onshi_error *e)
{
	struct oki_route *route = &f->routes[f->nroutes];
	const char *req = oki_config_text_of(c, REQUESTS, prefix);
	const char *res = oki_config_text_of(c, ANSWERS, prefix);

	if (oki_folder_route(f, prefix) != &f->routes[0])
		return ONSHI_OK;	/* by its other key */
	if (!oki_kind_is_request(oki_kind(prefix)))
		return oki_fail(e, ONSHI_E_CONFIG, "%s.%s: no such function",
		    req != NULL ? REQUESTS : ANSWERS, prefix);
	f->nroutes++;
	(void)oki_copy(route->prefix, sizeof(route->prefix), prefix);

	return route_read(route, req != NULL ? req :
	    oki_config_text(c, OKI_LINK_REQ_DIR), res != NULL ? res :
	    oki_config_text(c, OKI_LINK_RES_DIR), e);
}

static int
routes_read(struct oki_folder *f, const struct onshi_config *c,
    struct onshi_error *e)
{
	static const char *const stems[] = { REQUESTS, ANSWERS };
	const char *prefix;
	size_t i, k, n = 1;
	int r;

	if (!oki_config_has(c, OKI_LINK_REQ_DIR) ||
	    !oki_config_has(c, OKI_LINK_RES_DIR))
		return oki_fail(e, ONSHI_E_CONFIG, "%s is not set",
		    oki_config_has(c, OKI_LINK_REQ_DIR) ? ANSWERS : REQUESTS);
	for (k = 0; k < OKI_COUNT(stems); k++)
		for (i = 0; oki_config_part_at(c, stems[k], i) != NULL; i++)
			n++;
	if ((f->routes = oki_alloc_array(n, sizeof(*f->routes))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	f->nroutes = 1;
	if ((r = route_read(&f->routes[0], oki_config_text(c,
	    OKI_LINK_REQ_DIR), oki_config_text(c, OKI_LINK_RES_DIR), e)) !=
	    ONSHI_OK)
		return r;
	for (k = 0; k < OKI_COUNT(stems); k++)
		for (i = 0; (prefix = oki_config_part_at(c, stems[k], i)) !=
		    NULL; i++)
			if ((r = route_add(f, c, prefix, e)) != ONSHI_OK)
				return r;

	return ONSHI_OK;
}

const struct oki_route *
oki_folder_route(const struct oki_folder *f, const char *prefix)
{
	size_t i;

	for (i = 1; i < f->nroutes; i++)
		if (strcmp(f->routes[i].prefix, prefix) == 0)
			return &f->routes[i];

	return &f->routes[0];
}

bool
oki_folder_zips(const struct oki_folder *f, const char *prefix)
{
	const struct onshi_config *c = oki_env_config(f->env);
	const char *own = oki_config_text_of(c, ZIPS, prefix);

	return own != NULL ? strcmp(own, "yes") == 0 :
	    oki_config_word(c, OKI_LINK_ZIP) == 1;
}

static bool
any_zips(const struct oki_folder *f)
{
	const struct onshi_config *c = oki_env_config(f->env);
	const char *prefix;
	size_t i;

	for (i = 0; (prefix = oki_config_part_at(c, ZIPS, i)) != NULL; i++)
		if (oki_folder_zips(f, prefix))
			return true;

	return oki_config_word(c, OKI_LINK_ZIP) == 1;
}

/* The first line of the file, as an editor leaves it. */
int
oki_zip_password(struct oki_env *env, struct oki_secret **out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_buf b;
	size_t len;
	int r;

	*out = NULL;
	if (!oki_config_has(c, OKI_LINK_ZIP_PASSWORD))
		return ONSHI_OK;
	if ((r = oki_zip_check(e)) != ONSHI_OK)
		return r;
	oki_buf_init(&b, PASSWORD_MAX + 4);
	if ((r = oki_config_content(c, OKI_LINK_ZIP_PASSWORD, PASSWORD_MAX,
	    &b, e)) == ONSHI_OK) {
		len = strcspn((char *)b.data, "\r\n");
		if (len == 0)
			r = oki_fail(e, ONSHI_E_CONFIG,
			    "link.zip_password_file: its first line is empty");
		else
			r = oki_secret_new(b.data, len, out);
	}
	oki_buf_free(&b);

	return r;
}

static int
password_read(struct oki_folder *f, struct onshi_error *e)
{
	int r;

	if ((r = oki_zip_password(f->env, &f->password, e)) != ONSHI_OK)
		return r;

	return f->password != NULL || !any_zips(f) ? ONSHI_OK :
	    oki_fail(e, ONSHI_E_CONFIG,
	    "link.zip: link.zip_password_file is not set");
}

int
oki_folder_config(struct oki_env *env, struct oki_folder **out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_folder *f;
	int r;

	*out = NULL;
	if ((f = oki_alloc(sizeof(*f))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	f->env = env;
	f->scan_ms = (int32_t)oki_config_number(c, OKI_LINK_SCAN_MS);
	f->settle_ms = (int32_t)oki_config_number(c, OKI_LINK_SETTLE_MS);
	if ((r = routes_read(f, c, e)) == ONSHI_OK &&
	    (r = password_read(f, e)) == ONSHI_OK &&
	    (r = oki_mutex_new(&f->lock)) == ONSHI_OK)
		r = oki_journal_open(env, &f->journal, e);
	if (r == ONSHI_OK)
		*out = f;
	else
		oki_folder_free(&f);

	return r == ONSHI_OK ? r : oki_fail(e, r, "the folder link");
}

void
oki_folder_free(struct oki_folder **fp)
{
	struct oki_folder *f;
	size_t i, k;

	if ((f = *fp) == NULL)
		return;
	*fp = NULL;
	oki_journal_close(&f->journal);
	for (i = 0; i < f->nroutes; i++) {
		for (k = 0; k < f->routes[i].n; k++) {
			oki_free(f->routes[i].terminals[k].req);
			oki_free(f->routes[i].terminals[k].res);
		}
		oki_free(f->routes[i].terminals);
	}
	oki_free(f->routes);
	oki_secret_free(&f->password);
	oki_mutex_free(&f->lock);
	oki_free(f);
}
