/*
 * A program that loads the library, and unloads it while a reader or a link
 * hangs: what comes back later finds its code where it was. Linked with
 * nothing of ours.
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <onshikaku.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int inside, woken, ended;

/* Any flag above, but for as long as a stopped machine may take. */
static int
wait_for(const int *flag)
{
	struct timespec end;
	int set;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 60;
	(void)pthread_mutex_lock(&lock);
	while (*flag == 0 && pthread_cond_timedwait(&changed, &lock, &end) ==
	    0)
		;
	set = *flag;
	(void)pthread_mutex_unlock(&lock);

	return set;
}

static void
set(int *flag)
{
	(void)pthread_mutex_lock(&lock);
	*flag = 1;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

/* ---- a reader and a link, one call of which hangs ----------------------- */

enum hang { AT_READER_WAIT, AT_TRANSMIT, AT_OPEN, AT_EXCHANGE };

static enum hang where;
static int of_reader, of_link;		/* what their tables are given */

static void
hang_at(enum hang here)
{
	if (here != where)
		return;
	set(&inside);
	(void)wait_for(&woken);
}

/* Of the two, the one that hangs is done last. */
static void
done(void *self)
{
	if (self == (where < AT_OPEN ? &of_reader : &of_link))
		set(&ended);
}

static int
there(void *self, int present, int32_t ms)
{
	(void)self;
	(void)ms;
	hang_at(AT_READER_WAIT);

	return present ? ONSHI_OK : ONSHI_E_CARD_TIMEOUT;
}

static int
hold(void *self, int32_t ms)
{
	(void)self;
	(void)ms;

	return ONSHI_OK;
}

static int
transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)self;
	(void)command;
	(void)len;
	(void)reply;
	(void)ms;
	*replylen = 0;
	hang_at(AT_TRANSMIT);

	return ONSHI_E_CARD_GONE;
}

static const struct onshi_reader_ops reader = { .size = sizeof(reader),
	.wait = there, .hold = hold, .release = hold, .transmit = transmit,
	.done = done };

static int
carries(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_XML;
}

static int
open_session(void *self, int32_t ms, void **session)
{
	(void)self;
	(void)ms;
	*session = NULL;
	hang_at(AT_OPEN);

	return ONSHI_OK;
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self;
	(void)session;
	(void)x;
	hang_at(AT_EXCHANGE);

	return ONSHI_E_NETWORK;
}

static void
close_session(void *self, void *session)
{
	(void)self;
	(void)session;
}

static const struct onshi_link_ops link_ops = { .size = sizeof(link_ops),
	.carries = carries, .open = open_session, .exchange = exchange,
	.close = close_session, .done = done };

/* ---- the program ------------------------------------------------------- */

#define CALLS(DO) \
	DO(onshi_config_new) \
	DO(onshi_config_set) \
	DO(onshi_config_set_link) \
	DO(onshi_config_add_reader) \
	DO(onshi_config_free) \
	DO(onshi_new) \
	DO(onshi_free) \
	DO(onshi_card_new) \
	DO(onshi_card_set_deadline) \
	DO(onshi_card_open) \
	DO(onshi_card_free) \
	DO(onshi_visit_new) \
	DO(onshi_visit_set_method) \
	DO(onshi_visit_set_text) \
	DO(onshi_visit_set_deadline) \
	DO(onshi_visit_advance) \
	DO(onshi_visit_free)

#define CALL(name)	static __typeof__(name) *call_##name;
CALLS(CALL)

static void
find(void *library, const char *name, void *to)
{
	void *at = dlsym(library, name);

	if (at == NULL) {
		printf("%s: %s\n", name, dlerror());
		exit(1);
	}
	memcpy(to, &at, sizeof(at));
}

#define FIND(name)	find(library, #name, &call_##name);

static int
make_root(struct onshi **out)
{
	struct onshi_config *c = NULL;
	int r;

	if ((r = call_onshi_config_new(&c)) == ONSHI_OK &&
	    (r = call_onshi_config_set(c, "facility.institution_code",
	    "1319999996")) == ONSHI_OK &&
	    (r = call_onshi_config_set(c, "facility.kind", "medical")) ==
	    ONSHI_OK &&
	    (r = call_onshi_config_set_link(c, &link_ops, &of_link)) ==
	    ONSHI_OK &&
	    (r = call_onshi_config_add_reader(c, "Desk", &reader,
	    &of_reader)) == ONSHI_OK)
		r = call_onshi_new(ONSHI_ABI, c, out);
	call_onshi_config_free(&c);

	return r;
}

static int
open_card(struct onshi *o)
{
	struct onshi_card *card = NULL;
	int r;

	if ((r = call_onshi_card_new(o, &card)) == ONSHI_OK &&
	    (r = call_onshi_card_set_deadline(card, 300)) == ONSHI_OK)
		r = call_onshi_card_open(card, "Desk");
	call_onshi_card_free(&card);

	return r;
}

static int
ask_by_number(struct onshi *o)
{
	struct onshi_visit *v = NULL;
	int r;

	if ((r = call_onshi_visit_new(o, ONSHI_PURPOSE_INSURANCE, &v)) ==
	    ONSHI_OK &&
	    (r = call_onshi_visit_set_method(v, ONSHI_METHOD_NUMBER)) ==
	    ONSHI_OK &&
	    (r = call_onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "06999996")) == ONSHI_OK &&
	    (r = call_onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "17")) == ONSHI_OK &&
	    (r = call_onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800101")) == ONSHI_OK &&
	    (r = call_onshi_visit_set_deadline(v, 300)) == ONSHI_OK)
		r = call_onshi_visit_advance(v);
	call_onshi_visit_free(&v);

	return r;
}

static int
threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);

	return n - 2;
}

static int
unload(const char *name)
{
	struct onshi *o = NULL;
	void *library;
	int r;

	if ((library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL)) == NULL) {
		printf("%s\n", dlerror());
		return 1;
	}
	CALLS(FIND)
	if ((r = make_root(&o)) == ONSHI_OK)
		r = where < AT_OPEN ? open_card(o) : ask_by_number(o);
	call_onshi_free(&o);
	if (r != (where < AT_OPEN ? ONSHI_E_CARD_TIMEOUT :
	    ONSHI_E_LINK_TIMEOUT) || !inside) {
		printf("%s: %d\n", name, r);
		return 1;
	}
	(void)dlclose(library);
	set(&woken);
	if (!wait_for(&ended)) {
		printf("%s: the thread did not end\n", name);
		return 1;
	}
	/* And it goes on to its very end, in code of the library. */
	while (threads() > 1)
		(void)usleep(1000);

	return 0;
}

static const struct {
	const char	*name;
	enum hang	 where;
} hangs[] = {
	{ "a reader waits for a card", AT_READER_WAIT },
	{ "a reader has a command", AT_TRANSMIT },
	{ "a link connects", AT_OPEN },
	{ "a link has a request", AT_EXCHANGE }
};

int
main(void)
{
	int end, bad = 0;
	pid_t child;

	(void)alarm(240);
	(void)setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd", 1);
	if (access(LIBRARY, R_OK) != 0)
		return 77;		/* no shared library was built */
	for (size_t i = 0; i < sizeof(hangs) / sizeof(*hangs); i++) {
		where = hangs[i].where;
		(void)fflush(stdout);
		if ((child = fork()) == 0) {
			(void)alarm(120);
			exit(unload(hangs[i].name));
		}
		if (child < 0 || waitpid(child, &end, 0) != child ||
		    end != 0) {
			printf("%s: ended by %x\n", hangs[i].name,
			    (unsigned int)end);
			bad = 1;
		}
	}

	return bad;
}
