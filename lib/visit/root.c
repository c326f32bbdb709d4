/* The root object: what all visits of a program share. */
#include "visit/inside.h"

/* Failures of constructors, each kind once and for good: so that what a thread
 * reads is never another's, and their number has a bound. */
struct failure {
	struct failure		*next;
	struct onshi_error	 error;
};

struct onshi {
	oki_atomic_int		 refs;
	int64_t			 process;
	_Atomic(const struct onshi_error *) last;
	struct onshi_error	 none;		/* nothing has failed yet */
	struct onshi_error	 unsaid;	/* no memory to say what has */
	struct oki_mutex	*lock;		/* guards what follows */
	struct failure		*failures;
	struct oki_env		*env;
	struct oki_link		*link;
	struct oki_audit	*audit;
	struct oki_readers	*readers;
	struct oki_codes	*codes;
	int64_t			 swept_ms;	/* steady; 0 never */
};

static void
root_unref(struct onshi *o)
{
	struct failure *f;

	if (o == NULL || atomic_fetch_sub(&o->refs, 1) != 1)
		return;
	while ((f = o->failures) != NULL) {
		o->failures = f->next;
		oki_free(f);
	}
	oki_readers_free(&o->readers);
	oki_audit_close(&o->audit);
	oki_link_free(&o->link);
	oki_codes_free(&o->codes);
	oki_mutex_free(&o->lock);
	oki_env_free(&o->env);
	oki_free(o);
}

/* What no visit can do without, named before anything else is tried. */
static int
check_config(const struct onshi_config *c, struct onshi_error *e)
{
	static const enum oki_key needed[] = {
		OKI_FACILITY_CODE, OKI_FACILITY_KIND
	};
	size_t i;
	int r;

	if ((r = oki_crypto_check(e)) != ONSHI_OK)
		return r;
	for (i = 0; i < OKI_COUNT(needed); i++)
		if (!oki_config_has(c, needed[i]))
			return oki_fail(e, ONSHI_E_CONFIG, "%s is not set",
			    oki_config_key_name(needed[i]));

	return ONSHI_OK;
}

/* A file of authorities that holds none is better known now than when a card
 * lies there. */
static int
check_card_authorities(const struct onshi_config *c, struct onshi_error *e)
{
	struct oki_buf pem;
	size_t n;
	int r;

	if (!oki_config_has(c, OKI_CARD_CA_FILE))
		return ONSHI_OK;
	oki_buf_init(&pem, 1048576);
	if ((r = oki_config_content(c, OKI_CARD_CA_FILE, 1048576, &pem, e)) ==
	    ONSHI_OK)
		r = oki_authorities_check(oki_config_key_name(
		    OKI_CARD_CA_FILE), pem.data, pem.len, &n, e);
	oki_buf_free(&pem);

	return r;
}

int
onshi_new(uint32_t abi, struct onshi_config *c, struct onshi **out)
{
	struct onshi_error *e;
	struct onshi *o;
	bool froze;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if (c == NULL)
		return ONSHI_E_ARG;
	e = oki_config_error_of(c);
	oki_error_clear(e);
	if (abi > ONSHI_ABI || abi == 0)
		return oki_fail(e, ONSHI_E_ABI, "the program was built for "
		    "ABI %u, this library has %u", (unsigned int)abi,
		    (unsigned int)ONSHI_ABI);
	if ((r = check_config(c, e)) != ONSHI_OK ||
	    (r = check_card_authorities(c, e)) != ONSHI_OK)
		return r;
	if ((o = oki_alloc(sizeof(*o))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "root");
	atomic_init(&o->refs, 1);
	o->process = oki_os_process();
	oki_error_clear(&o->none);
	oki_error_clear(&o->unsaid);
	(void)oki_fail(&o->unsaid, ONSHI_E_NOMEM, "no memory to say more");
	atomic_init(&o->last, &o->none);
	froze = oki_config_freeze(c);
	if ((r = oki_env_new(c, &o->env)) != ONSHI_OK ||
	    (r = oki_mutex_new(&o->lock)) != ONSHI_OK ||
	    (r = oki_codes_new(oki_config_text(c, OKI_RULES_CODES),
	    &o->codes, e)) != ONSHI_OK ||
	    (r = oki_link_new(o->env, &o->link, e)) != ONSHI_OK ||
	    (r = oki_audit_open(o->env, &o->audit, e)) != ONSHI_OK ||
	    (r = oki_readers_new(o->env, &o->readers, e)) != ONSHI_OK) {
		root_unref(o);
		if (froze)	/* so that what is wrong can be corrected */
			oki_config_thaw(c);
		return oki_fail(e, r, "root");
	}
	OKI_LOG(o->env, START, OKI_W(RESULT, onshi_result_name(ONSHI_OK)));
	*out = o;

	return ONSHI_OK;
}

void
onshi_free(struct onshi **op)
{
	if (op == NULL || *op == NULL)
		return;
	root_unref(*op);
	*op = NULL;
}

struct onshi *
oki_root_ref(struct onshi *o)
{
	atomic_fetch_add(&o->refs, 1);
	return o;
}

/* SEC-116: in a forked child nothing but freeing is allowed. */
int
oki_root_enter(struct onshi *o)
{
	if (o == NULL)
		return ONSHI_E_ARG;

	return o->process == oki_os_process() ? ONSHI_OK : ONSHI_E_STATE;
}

/* With the lock held. */
static const struct onshi_error *
find_failure(struct onshi *o, int result, const char *text)
{
	struct failure *f;

	for (f = o->failures; f != NULL; f = f->next)
		if (f->error.code == result &&
		    oki_text_equal(f->error.text, text))
			return &f->error;
	if ((f = oki_alloc(sizeof(*f))) == NULL)
		return &o->unsaid;
	oki_error_clear(&f->error);
	(void)oki_fail(&f->error, result, "%s", text);
	f->next = o->failures;
	o->failures = f;

	return &f->error;
}

int
oki_root_fail(struct onshi *o, int result, const char *text)
{
	oki_mutex_lock(o->lock);
	atomic_store(&o->last, find_failure(o, result, text));
	oki_mutex_unlock(o->lock);

	return result;
}

const struct onshi_error *
onshi_last_error(const struct onshi *o)
{
	return o == NULL ? oki_no_handle() : atomic_load(&o->last);
}

struct oki_readers *
oki_root_readers(struct onshi *o)
{
	return o->readers;
}

struct oki_env *
oki_root_env(const struct onshi *o)
{
	return o->env;
}

struct oki_link *
oki_root_link(struct onshi *o)
{
	return o->link;
}

struct oki_audit *
oki_root_audit(struct onshi *o)
{
	return o->audit;
}

struct oki_codes *
oki_root_codes(struct onshi *o)
{
	return o->codes;
}

bool
oki_root_sweeps(struct onshi *o, int64_t ms)
{
	int64_t now = oki_steady_ms(o->env);
	bool is;

	oki_mutex_lock(o->lock);
	if ((is = o->swept_ms == 0 || now - o->swept_ms >= ms))
		o->swept_ms = now;
	oki_mutex_unlock(o->lock);

	return is;
}
