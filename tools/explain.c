/* explain.c: --explain, the library's log as steps with their time. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

#define FIELDS_MOST	16
#define LINE_ROOM	640

/* A line of the log, taken apart: event, then key=value. */
struct entry {
	char		 text[LINE_ROOM];
	const char	*event;
	const char	*key[FIELDS_MOST];
	const char	*value[FIELDS_MOST];
	size_t		 n;
};

static const struct {
	long		 ins;
	const char	*name;
} instructions[] = {
	{ 0xa4, "SELECT" }, { 0xb0, "READ BINARY" }, { 0x20, "VERIFY" },
	{ 0x2a, "SIGN" }, { 0xc0, "GET RESPONSE" }
};

static void
take_apart(const char *line, struct entry *e)
{
	char *word, *rest, *equals;

	(void)snprintf(e->text, sizeof(e->text), "%s", line);
	rest = e->text;
	e->event = strsep(&rest, " ");
	e->n = 0;
	while ((word = strsep(&rest, " ")) != NULL && e->n < FIELDS_MOST) {
		if ((equals = strchr(word, '=')) == NULL)
			continue;
		*equals = '\0';
		e->key[e->n] = word;
		e->value[e->n++] = equals + 1;
	}
}

static const char *
field(const struct entry *e, const char *key)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (strcmp(e->key[i], key) == 0)
			return e->value[i];

	return "";
}

static long
number(const struct entry *e, const char *key)
{
	return strtol(field(e, key), NULL, 10);
}

static const char *
instruction(long ins)
{
	size_t i;

	for (i = 0; i < COUNT(instructions); i++)
		if (instructions[i].ins == ins)
			return instructions[i].name;

	return "";
}

static int
describe_apdu(const struct entry *e, char *out, size_t room)
{
	return snprintf(out, room, "%02lX %02lX %02lX %02lX  %-12s Lc %ld "
	    "Le %ld -> %ld bytes, %04lX", (unsigned long)number(e, "cla"),
	    (unsigned long)number(e, "ins"), (unsigned long)number(e, "p1"),
	    (unsigned long)number(e, "p2"), instruction(number(e, "ins")),
	    number(e, "lc"), number(e, "le"), number(e, "len"),
	    (unsigned long)number(e, "sw"));
}

/* All fields as they stand, the time apart. */
static int
describe(const struct entry *e, char *out, size_t room)
{
	size_t i, len = 0;

	out[0] = '\0';
	for (i = 0; i < e->n && len + 1 < room; i++) {
		if (strcmp(e->key[i], "ms") == 0)
			continue;
		(void)snprintf(out + len, room - len, "%s%s=%s",
		    len > 0 ? " " : "", e->key[i], e->value[i]);
		len = strlen(out);
	}

	return (int)len;
}

static void
explain_line(void *self, const char *line)
{
	const int64_t *started = self;
	char what[LINE_ROOM], out[2 * LINE_ROOM];
	struct entry e;
	int n;

	take_apart(line, &e);
	if (strcmp(e.event, "card.apdu") == 0)
		(void)describe_apdu(&e, what, sizeof(what));
	else
		(void)describe(&e, what, sizeof(what));
	n = snprintf(out, sizeof(out), "%6lld ms  %-13s %s%s%s%s\n",
	    (long long)(now_ms() - *started), e.event, what,
	    *field(&e, "ms") != '\0' ? "  (" : "", field(&e, "ms"),
	    *field(&e, "ms") != '\0' ? " ms)" : "");
	/* One write: lines come from several threads at once. */
	if (n > 0 && (size_t)n < sizeof(out) &&
	    write(STDERR_FILENO, out, (size_t)n) < 0)
		return;
}

int
explain_start(struct onshi_config *c)
{
	static const struct onshi_log_ops ops = {
		.size = sizeof(ops), .line = explain_line
	};
	static int64_t started;

	started = now_ms();

	return onshi_config_set_log(c, &ops, &started);
}
