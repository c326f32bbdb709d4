/*
 * A program that loads the library, and unloads it while a reader hangs: what
 * comes back later finds its code where it was. Linked with nothing of ours.
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- a reader that hangs at its first command -------------------------- */

static int
there(void *self, int present, int32_t ms)
{
	(void)self;
	(void)ms;

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
hang(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)self;
	(void)command;
	(void)len;
	(void)reply;
	(void)ms;
	*replylen = 0;
	set(&inside);
	(void)wait_for(&woken);

	return ONSHI_E_CARD_GONE;
}

static void
done(void *self)
{
	(void)self;
	set(&ended);
}

static const struct onshi_reader_ops reader = { .size = sizeof(reader),
	.wait = there, .hold = hold, .release = hold, .transmit = hang,
	.done = done };

/* ---- a link that is never asked ---------------------------------------- */

static int
carries(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_NONE;
}

static int
no_session(void *self, int32_t ms, void **session)
{
	(void)self;
	(void)ms;
	*session = NULL;

	return ONSHI_E_NETWORK;
}

static int
no_exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self;
	(void)session;
	(void)x;

	return ONSHI_E_NETWORK;
}

static void
no_end(void *self, void *session)
{
	(void)self;
	(void)session;
}

static const struct onshi_link_ops link_ops = { .size = sizeof(link_ops),
	.carries = carries, .open = no_session, .exchange = no_exchange,
	.close = no_end };

/* ---- the program ------------------------------------------------------- */

#define CALL(name)	static __typeof__(name) *call_##name
CALL(onshi_config_new);
CALL(onshi_config_set);
CALL(onshi_config_set_link);
CALL(onshi_config_add_reader);
CALL(onshi_config_free);
CALL(onshi_new);
CALL(onshi_free);
CALL(onshi_card_new);
CALL(onshi_card_set_deadline);
CALL(onshi_card_open);
CALL(onshi_card_free);

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

#define FIND(name)	find(library, #name, &call_##name)

static void
find_all(void *library)
{
	FIND(onshi_config_new);
	FIND(onshi_config_set);
	FIND(onshi_config_set_link);
	FIND(onshi_config_add_reader);
	FIND(onshi_config_free);
	FIND(onshi_new);
	FIND(onshi_free);
	FIND(onshi_card_new);
	FIND(onshi_card_set_deadline);
	FIND(onshi_card_open);
	FIND(onshi_card_free);
}

static int
open_card(void)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_card *card = NULL;
	int r;

	if ((r = call_onshi_config_new(&c)) == ONSHI_OK &&
	    (r = call_onshi_config_set(c, "facility.institution_code",
	    "1319999996")) == ONSHI_OK &&
	    (r = call_onshi_config_set(c, "facility.kind", "medical")) ==
	    ONSHI_OK &&
	    (r = call_onshi_config_set_link(c, &link_ops, &inside)) ==
	    ONSHI_OK &&
	    (r = call_onshi_config_add_reader(c, "Desk", &reader, &inside)) ==
	    ONSHI_OK &&
	    (r = call_onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = call_onshi_card_new(o, &card)) == ONSHI_OK &&
	    (r = call_onshi_card_set_deadline(card, 300)) == ONSHI_OK)
		r = call_onshi_card_open(card, "Desk");
	call_onshi_card_free(&card);
	call_onshi_free(&o);
	call_onshi_config_free(&c);

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

int
main(void)
{
	void *library;
	int r;

	(void)alarm(120);
	(void)setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd", 1);
	if (access(LIBRARY, R_OK) != 0)
		return 77;		/* no shared library was built */
	if ((library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL)) == NULL) {
		printf("%s\n", dlerror());
		return 1;
	}
	find_all(library);
	if ((r = open_card()) != ONSHI_E_CARD_TIMEOUT || !inside) {
		printf("open: %d\n", r);
		return 1;
	}
	(void)dlclose(library);
	set(&woken);
	if (!wait_for(&ended)) {
		printf("the thread did not end\n");
		return 1;
	}
	/* And it goes on to its very end, in code of the library. */
	while (threads() > 1)
		(void)usleep(1000);

	return 0;
}
