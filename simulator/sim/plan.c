/* plan.c: an answer becomes acts on the share, bent as its faults want them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folder.h"

#define PIECES	4

/* One file, on its way. */
struct file {
	struct folder	       *f;
	int			dir;
	char		       *name;
	const char	       *data;
	size_t			len;
	struct blob	       *blob;	/* whose bytes data is */
	int64_t			due, mtime;
	const struct fault_set *faults;
};

static struct step *
add_named(const struct file *t, int what, int64_t due, const char *name,
    const char *data, size_t len)
{
	struct step *s = step_new(what, t->dir, name, due);

	if (data != NULL && t->blob != NULL) {
		s->blob = blob_hold(t->blob);
		s->data = t->blob->data + (data - t->blob->data);
		s->len = len;
	} else if (data != NULL && len > 0 &&
	    (s->data = malloc(len)) != NULL) {
		memcpy(s->data, data, len);
		s->len = len;
	}
	s->mtime = t->mtime;
	return s;
}

static void
put(const struct file *t, int what, int64_t due, const char *data, size_t len)
{
	step_add(t->f, add_named(t, what, due, t->name, data, len));
}

/* In pieces, under its own name, so that whoever reads early reads a part. */
static void
grow(struct file *t, int64_t pause)
{
	struct step *s;
	size_t from, to;
	int i;

	for (i = 0; i < PIECES; i++, t->due += i < PIECES ? pause : 0) {
		from = t->len * (size_t)i / PIECES;
		to = t->len * (size_t)(i + 1) / PIECES;
		s = add_named(t, STEP_GROW, t->due, t->name, t->data + from,
		    to - from);
		s->after = i;
		step_add(t->f, s);
	}
}

/* What lies there before the answer does, and what comes in its way. */
static void
before(struct file *t)
{
	const int64_t *v = t->faults->v;
	const char *has = t->faults->has;

	if (has[FAULT_SLOW]) {		/* made, and empty for so long */
		put(t, STEP_GROW, t->due, NULL, 0);
		t->due += v[FAULT_SLOW];
	}
	if (has[FAULT_LOCKED]) {
		put(t, STEP_CLOSE, t->due, t->data, t->len / 2);
		t->due += v[FAULT_LOCKED];
	}
	if (has[FAULT_PIECES])
		grow(t, v[FAULT_PIECES]);
	else
		put(t, STEP_PUT, t->due, t->data, t->len);
	if (has[FAULT_GONE]) {
		put(t, STEP_AWAY, t->due, NULL, 0);
		t->due += v[FAULT_GONE];
		put(t, STEP_BACK, t->due, NULL, 0);
	}
}

static void
again(const struct file *t, int64_t ms)
{
	struct step *s = add_named(t, STEP_AGAIN, t->due, t->name, t->data,
	    t->len);

	s->after = ms;
	step_add(t->f, s);
}

/* Files that are nobody's here: other kinds, another institution. */
static void
strangers(const struct file *t)
{
	static const char *const kinds[] = { "EPSsiPIR01res", "PMHsimsm01res",
	    "OQSmutic02res" };
	static const char *const face[] = { "prescription",
	    "publicmedicalhub" };
	const char *const *list = t->dir == DIR_FACE ? face : kinds;
	size_t n = t->dir == DIR_FACE ? 2 : 3, i;
	static const char text[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" "
	    "standalone=\"no\"?>\n<XmlMsg><MessageHeader/>"
	    "<MessageBody/></XmlMsg>\n";
	char *name;

	for (i = 0; i < n; i++) {
		pthread_mutex_lock(&t->f->lock);
		name = text_format("%s_%u.xml", list[i], ++t->f->serial);
		pthread_mutex_unlock(&t->f->lock);
		step_add(t->f, add_named(t, STEP_PUT, t->due, name, text,
		    strlen(text)));
		free(name);
	}
}

static const int zips[] = {
	FAULT_ZIP, FAULT_ZIPKEY, FAULT_ZIPNAME, FAULT_ZIPBOMB
};

static int
wants_zip(const struct file *t)
{
	const struct folder_settings *s = t->f->settings;
	size_t i;

	for (i = 0; i < sizeof(zips) / sizeof(zips[0]); i++)
		if (t->faults->has[zips[i]])
			return 1;
	if (s->zip_over > 0 && t->len > (size_t)s->zip_over &&
	    strncmp(t->name, "OQSmu", 5) == 0)
		return 1;
	return s->password != NULL && !folder_is_plain(s, t->name);
}

/* NAME.xml becomes NAME.zip, with NAME.xml in it. */
static char *
pack(struct file *t)
{
	size_t n = strlen(t->name), len;
	char *data;

	if (!wants_zip(t))
		return NULL;
	data = zip_pack(t->name, t->data, t->len, t->f->settings->password,
	    t->faults, &len);
	if (data == NULL)
		return NULL;
	memcpy(t->name + n - 3, "zip", 3);
	t->data = data;
	t->len = len;
	t->blob = NULL;
	return data;
}

/* The share's own clock, where it is not that of this machine; else 0. */
static int64_t
share_time(int64_t now, const struct fault_set *faults)
{
	int64_t apart = now - (int64_t)time(NULL);

	if (!faults->has[FAULT_SKEW] && apart > -2 && apart < 2)
		return 0;
	return now + faults->v[FAULT_SKEW];
}

/* The same under another id and time in its name, as if a second came. */
static void
copy(const struct file *t)
{
	char *name = text_dup(t->name);
	size_t i = strlen("OQSsiquc01res_face_") + TERMINAL_LEN;

	for (; name[i] != '\0' && name[i] != '_'; i++)
		name[i] = name[i] == 'Z' ? 'A' : name[i] == '9' ? '0' :
		    (char)(name[i] + 1);
	step_add(t->f, add_named(t, STEP_PUT, t->due, name, t->data, t->len));
	free(name);
}

static void
plan_file(struct file *t, int64_t now)
{
	const int64_t *v = t->faults->v;
	const char *has = t->faults->has;
	char *packed = pack(t);

	t->mtime = share_time(now, t->faults);
	if (has[FAULT_CUT] && (size_t)v[FAULT_CUT] < t->len)
		t->len = (size_t)v[FAULT_CUT];
	if (has[FAULT_OTHERS])
		strangers(t);
	before(t);
	if (has[FAULT_TWICE])
		again(t, v[FAULT_TWICE]);
	if (has[FAULT_REPLAYED])
		again(t, v[FAULT_REPLAYED]);
	if (has[FAULT_COPIED] && t->dir == DIR_FACE)
		copy(t);
	free(packed);
}

/* The answer's name: that of the request, with res for req in its prefix. */
static char *
answer_name(const char *request)
{
	char *name = text_dup(request), *mark = strchr(name, '_');

	if (mark != NULL)
		memcpy(mark - 3, "res", 3);
	memcpy(name + strlen(name) - 3, "xml", 3);
	return name;
}

/* Thrown back: the request under its own name, and .err beside. */
static void
plan_error(struct file *t, const struct reply *rep, const char *request,
    const char *raw, size_t len)
{
	t->name = text_dup(request);
	t->data = raw;
	t->len = len;
	t->blob = NULL;
	before(t);
	memcpy(t->name + strlen(t->name) - 3, "err", 3);
	put(t, STEP_PUT, t->due, rep->body, rep->len);
	free(t->name);
}

void
plan_answer(struct folder *f, const char *request, const struct reply *rep,
    int64_t now, const char *raw, size_t len)
{
	struct file t = { .f = f, .dir = DIR_RES, .data = rep->body,
	    .len = rep->len, .blob = rep->blob, .faults = &rep->faults,
	    .due = step_now() + rep->faults.v[FAULT_DELAY] };

	if (rep->status != 200)
		return;		/* nothing comes */
	if (rep->is_err) {
		plan_error(&t, rep, request, raw, len);
		return;
	}
	t.name = answer_name(request);
	if (rep->stale != NULL) {
		t.blob = NULL;
		put(&t, STEP_PUT, step_now(), rep->stale, rep->stale_len);
		t.blob = rep->blob;
		t.due += rep->faults.v[FAULT_STALE];
	}
	plan_file(&t, now);
	free(t.name);
}

void
plan_face(struct folder *f, const char *name, const struct reply *rep,
    int64_t now)
{
	struct file t = { .f = f, .dir = DIR_FACE, .name = text_dup(name),
	    .data = rep->body, .len = rep->len, .faults = &rep->faults,
	    .due = step_now() + rep->faults.v[FAULT_DELAY] };

	plan_file(&t, now);
	free(t.name);
}
