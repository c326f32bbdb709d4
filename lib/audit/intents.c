/* A set of ids: of requests that have an intent on the trail and no outcome. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

#define ROOM_FIRST	64

/* Ids are random, so they are their own hash; the room is a power of two. */
static size_t
place_of(const struct oki_audit_intents *t, uint64_t id)
{
	size_t i = (size_t)(id * 0x9e3779b97f4a7c15u >> 32) & (t->room - 1);

	while (t->used[i] && t->ids[i] != id)
		i = (i + 1) & (t->room - 1);

	return i;
}

static int
grow(struct oki_audit_intents *t)
{
	struct oki_audit_intents bigger = *t;
	size_t i, at;

	bigger.room = t->room == 0 ? ROOM_FIRST : t->room * 2;
	bigger.ids = oki_alloc_array(bigger.room, sizeof(*bigger.ids));
	bigger.used = oki_alloc_array(bigger.room, sizeof(*bigger.used));
	if (bigger.ids == NULL || bigger.used == NULL) {
		oki_free(bigger.ids);
		oki_free(bigger.used);
		return ONSHI_E_NOMEM;
	}
	for (i = 0; i < t->room; i++)
		if (t->used[i]) {
			at = place_of(&bigger, t->ids[i]);
			bigger.ids[at] = t->ids[i];
			bigger.used[at] = true;
		}
	oki_free(t->ids);
	oki_free(t->used);
	*t = bigger;

	return ONSHI_OK;
}

int
oki_audit_intents_add(struct oki_audit_intents *t, uint64_t id)
{
	size_t i;
	int r;

	if (t->count * 2 >= t->room && (r = grow(t)) != ONSHI_OK)
		return r;
	i = place_of(t, id);
	t->count += t->used[i] ? 0 : 1;
	t->ids[i] = id;
	t->used[i] = true;

	return ONSHI_OK;
}

/* What stood behind the gap is put in anew, so that it is still found. */
void
oki_audit_intents_remove(struct oki_audit_intents *t, uint64_t id)
{
	uint64_t moved;
	size_t at, i;

	if (t->room == 0 || !t->used[i = place_of(t, id)])
		return;
	t->used[i] = false;
	t->count--;
	for (i = (i + 1) & (t->room - 1); t->used[i];
	    i = (i + 1) & (t->room - 1)) {
		moved = t->ids[i];
		t->used[i] = false;
		at = place_of(t, moved);
		t->ids[at] = moved;
		t->used[at] = true;
	}
}

void
oki_audit_intents_free(struct oki_audit_intents *t)
{
	oki_free(t->ids);
	oki_free(t->used);
	memset(t, 0, sizeof(*t));
}
