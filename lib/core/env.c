/* What every room is handed: the config, the clock and the log, counted. */
#include "config.h"

#include "core/inside.h"

struct oki_env {
	oki_atomic_int			 holders;
	struct onshi_config		*config;
	const struct onshi_clock_ops	*clock;
	void				*clock_self;
	oki_atomic_int			 said_unlocked;
	const struct onshi_log_ops	*log;
	void				*log_self;
	_Atomic int64_t			 service_ms;	/* before boot clock */
};

#define NOT_KNOWN	INT64_MIN

int
oki_env_new(struct onshi_config *frozen, struct oki_env **out)
{
	struct oki_secret *probe;
	struct oki_env *env;

	*out = NULL;
	if (frozen == NULL)
		return ONSHI_E_ARG;
	if ((env = oki_alloc(sizeof(*env))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&env->holders, 1);
	atomic_init(&env->service_ms, NOT_KNOWN);
	(void)oki_config_freeze(frozen);
	env->config = oki_config_ref(frozen);
	env->clock = oki_config_clock(frozen, &env->clock_self);
	env->log = oki_config_log(frozen, &env->log_self);
	if (oki_secret_new("", 0, &probe) == ONSHI_OK)
		oki_secret_free(&probe);
	oki_log(env, OKI_EV_START, NULL, 0);
	*out = env;

	return ONSHI_OK;
}

struct oki_env *
oki_env_ref(struct oki_env *env)
{
	if (env != NULL)
		atomic_fetch_add(&env->holders, 1);

	return env;
}

void
oki_env_free(struct oki_env **ep)
{
	struct oki_env *env;

	if (ep == NULL || (env = *ep) == NULL)
		return;
	*ep = NULL;
	if (atomic_fetch_sub(&env->holders, 1) != 1)
		return;
	onshi_config_free(&env->config);
	oki_free(env);
}

const struct onshi_config *
oki_env_config(const struct oki_env *env)
{
	return env->config;
}

/* Asks a vendor's clock, or the system's. */
static int64_t
ask(const struct oki_env *env, int64_t (*theirs)(void *),
    int64_t (*ours)(void))
{
	return theirs == NULL ? ours() : theirs(env->clock_self);
}

#define THEIRS(env, which)						\
	((env) == NULL || (env)->clock == NULL ? NULL : (env)->clock->which)

int64_t
oki_wall_ms(const struct oki_env *env)
{
	return ask(env, THEIRS(env, wall), oki_os_wall_ms);
}

/* Rounded down, before 1970 too. */
static int64_t
seconds(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
}

int64_t
oki_wall(const struct oki_env *env)
{
	return seconds(oki_wall_ms(env));
}

int64_t
oki_steady_ms(const struct oki_env *env)
{
	return ask(env, THEIRS(env, steady), oki_os_steady_ms);
}

int64_t
oki_boot_ms(const struct oki_env *env)
{
	return ask(env, THEIRS(env, boot), oki_os_boot_ms);
}

void
oki_boot_id(const struct oki_env *env, char to[9])
{
	if (THEIRS(env, boot) != NULL)
		to[0] = '\0';
	else
		oki_os_boot_id(to);
}

void
oki_service_learn(struct oki_env *env, int64_t service_ms, int64_t boot_ms)
{
	atomic_store(&env->service_ms, service_ms - boot_ms);
}

int64_t
oki_service_ms(const struct oki_env *env)
{
	int64_t before = env != NULL ? env->service_ms : NOT_KNOWN;

	return before == NOT_KNOWN ? oki_wall_ms(env) :
	    oki_boot_ms(env) + before;
}

int64_t
oki_now(const struct oki_env *env)
{
	return seconds(oki_service_ms(env));
}

bool
oki_env_says_unlocked(const struct oki_env *env)
{
	union {
		const struct oki_env *given;
		struct oki_env *kept;
	} u = { .given = env };		/* only the mark is changed */

	return !oki_secrets_are_locked() &&
	    atomic_exchange(&u.kept->said_unlocked, 1) == 0;
}

bool
oki_log_is_on(const struct oki_env *env)
{
	return env != NULL && env->log != NULL;
}

void
oki_env_line(const struct oki_env *env, const char *line)
{
	if (oki_log_is_on(env))
		env->log->line(env->log_self, line);
}
