/* Makes the keys, on as many threads as there are processors. */
#include "pki.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct work {
	struct pki_slot	*slots;
	size_t		 n;
	atomic_size_t	 next;
	atomic_bool	 failed;
	atomic_bool	 made;		/* an RSA key that was not kept */
};

enum { THREADS_MAX = 8 };

static void *
make_some(void *self)
{
	struct work *w = self;
	struct pki_slot *s;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
		s = &w->slots[i];
		if (s->key != NULL)
			continue;
		s->key = s->ec ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
		if (s->key == NULL)
			atomic_store(&w->failed, true);
		if (!s->ec)
			atomic_store(&w->made, true);
	}

	return NULL;
}

int
pki_keys_make(struct pki_slot *slots, size_t n)
{
	struct work w = { .slots = slots, .n = n };
	pthread_t threads[THREADS_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t want = cpus < 1 ? 1 : (size_t)cpus, started = 0;

	if (want > THREADS_MAX)
		want = THREADS_MAX;
	atomic_init(&w.next, 0);
	atomic_init(&w.failed, false);
	atomic_init(&w.made, false);
	pki_keys_read(slots, n);
	while (started + 1 < want &&
	    pthread_create(&threads[started], NULL, make_some, &w) == 0)
		started++;
	make_some(&w);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	if (atomic_load(&w.failed)) {
		pki_complain("cannot make a key", NULL);
		return -1;
	}
	if (atomic_load(&w.made))
		pki_keys_keep(slots, n);

	return 0;
}
