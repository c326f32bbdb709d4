/* take.c: the application takes a request from req and has it answered. */
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "folder.h"

/* The prefix of a request's name, its end being "req"; 0 if it is none. */
static size_t
prefix_of(const char *name)
{
	size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789"), len = strlen(name);

	if (n < 4 || n > 40 || name[n] != '_' || len < n + 6 ||
	    strncmp(name + n - 3, "req", 3) != 0 ||
	    (strcmp(name + len - 4, ".xml") != 0 &&
	    strcmp(name + len - 4, ".zip") != 0))
		return 0;
	return n;
}

int
take_is_request(const char *name)
{
	return prefix_of(name) > 0;
}

static int
is_kept(struct folder *f, const char *name)
{
	struct name *k;
	int found = 0;

	pthread_mutex_lock(&f->lock);
	for (k = f->kept; k != NULL; k = k->next)
		found |= strcmp(k->name, name) == 0;
	pthread_mutex_unlock(&f->lock);
	return found;
}

static void
keep(struct folder *f, const char *name)
{
	struct name *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return;
	k->name = text_dup(name);
	pthread_mutex_lock(&f->lock);
	k->next = f->kept;
	f->kept = k;
	pthread_mutex_unlock(&f->lock);
}

/* A request is there: it is looked at now, or when the application wakes. */
void
take_arrived(struct folder *f, const char *name)
{
	char *prefix = text_format("%.*s", (int)prefix_of(name), name);
	struct sim *sim = f->sim;
	struct fault_set faults;
	struct step *s;
	int64_t wait;

	if (!is_kept(f, name) && !step_waits(f, name)) {
		pthread_mutex_lock(&sim->lock);
		fault_pick(&sim->faults, prefix, &faults);
		pthread_mutex_unlock(&sim->lock);
		wait = faults.v[FAULT_IDLE] + faults.v[FAULT_SLOW];
		if (wait > 0) {
			s = step_new(STEP_TAKE, DIR_REQ, name,
			    step_now() + wait);
			s->faults = faults;
			step_add(f, s);
		} else
			take_now(f, name, &faults);
	}
	free(prefix);
}

static void
answer(struct folder *f, const char *name, const struct fault_set *faults,
    const char *raw, size_t len)
{
	char *prefix = text_format("%.*s", (int)prefix_of(name), name);
	struct request req = { .prefix = prefix, .terminal = f->code,
	    .body = raw, .len = len };
	struct reply rep = { .faults = *faults };
	char *plain = NULL;

	if (len > 4 && memcmp(raw, "PK\003\004", 4) == 0) {
		plain = zip_unpack(raw, len, f->settings->password,
		    &req.len);
		req.body = plain == NULL ? "" : plain;
		req.len = plain == NULL ? 0 : req.len;
	}
	if (f->settings->sjis)
		rep.faults.has[FAULT_SJIS] = 1;
	service_by_folder(f->sim, &req, &rep);
	plan_answer(f, name, &rep, req.now, raw, len);
	free(plain);
	reply_free(&rep);
	free(prefix);
}

/* Reads it, removes it, and only then has it answered; gone is withdrawn. */
void
take_now(struct folder *f, const char *name, const struct fault_set *faults)
{
	size_t len;
	char *raw = share_read(f->fd[DIR_REQ], name, &len);

	if (raw == NULL)
		return;
	if (faults->has[FAULT_KEPT])
		keep(f, name);
	else if (unlinkat(f->fd[DIR_REQ], name, 0) != 0) {
		free(raw);
		return;
	}
	answer(f, name, faults, raw, len);
	free(raw);
}
