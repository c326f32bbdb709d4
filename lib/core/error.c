/* What went wrong: noted once, where it is known best, and asked for here. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"

void
oki_error_clear(struct onshi_error *e)
{
	if (e == NULL)
		return;
	oki_wipe(e, sizeof(*e));
	e->tries = -1;
	e->sw = -1;
}

const struct onshi_error *
oki_no_handle(void)
{
	static const struct onshi_error none = {
		.code = ONSHI_E_ARG, .tries = -1, .sw = -1,
		.text = "the handle is NULL"
	};

	return &none;
}

/* One line of printable ASCII, whatever was formatted into it (SEC-108). */
static void
make_plain(char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
}

static int note(struct onshi_error *, int, int64_t, const char *, va_list)
    OKI_PRINTF(4, 0);

static int
note(struct onshi_error *e, int code, int64_t system, const char *fmt,
    va_list ap)
{
	if (e == NULL)
		return code;
	if (!oki_error_is_open(e))
		return e->code;
	e->code = code;
	e->system = system;
	if (fmt == NULL || vsnprintf(e->text, sizeof(e->text), fmt, ap) < 0)
		e->text[0] = '\0';
	make_plain(e->text);

	return code;
}

int
oki_fail(struct onshi_error *e, int code, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = note(e, code, 0, fmt, ap);
	va_end(ap);

	return r;
}

int
oki_fail_system(struct onshi_error *e, int code, int64_t system,
    const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = note(e, code, system, fmt, ap);
	va_end(ap);

	return r;
}

int
oki_fail_at(struct onshi_error *e, int phase, int code, const char *fmt, ...)
{
	va_list ap;
	int r;

	if (oki_error_is_open(e))
		e->phase = phase;
	va_start(ap, fmt);
	r = note(e, code, 0, fmt, ap);
	va_end(ap);

	return r;
}

int
oki_fail_rule(struct onshi_error *e, const char *rule, int code,
    const char *fmt, ...)
{
	va_list ap;
	int r;

	if (oki_error_is_open(e)) {
		e->phase = ONSHI_PHASE_RULES;
		(void)oki_copy(e->rule, sizeof(e->rule),
		    rule != NULL ? rule : "");
	}
	va_start(ap, fmt);
	r = note(e, code, 0, fmt, ap);
	va_end(ap);

	return r;
}

void
oki_error_copy(struct onshi_error *to, const struct onshi_error *from)
{
	if (to != NULL && from != NULL && to != from)
		*to = *from;
}

int
onshi_error_code(const struct onshi_error *e)
{
	return e == NULL ? ONSHI_E_ARG : e->code;
}

const char *
onshi_error_text(const struct onshi_error *e)
{
	return e == NULL ? "" : e->text;
}

int
onshi_error_phase(const struct onshi_error *e)
{
	return e == NULL ? ONSHI_PHASE_NONE : e->phase;
}

int32_t
onshi_error_ms(const struct onshi_error *e, int phase)
{
	return e == NULL || phase < 0 || phase >= OKI_PHASES ? 0 :
	    e->ms[phase];
}

int
onshi_error_tries_left(const struct onshi_error *e)
{
	return e == NULL ? -1 : e->tries;
}

int
onshi_error_status_word(const struct onshi_error *e)
{
	return e == NULL ? -1 : e->sw;
}

const char *
onshi_error_rule(const struct onshi_error *e)
{
	return e == NULL ? "" : e->rule;
}

const char *
onshi_error_reason(const struct onshi_error *e)
{
	return e == NULL ? "" : e->reason;
}

int
onshi_error_sent(const struct onshi_error *e)
{
	return e == NULL ? ONSHI_SENT_NOT : e->sent;
}

int
onshi_error_outcome(const struct onshi_error *e)
{
	return e == NULL ? 0 : e->outcome;
}

int32_t
onshi_error_retry_after(const struct onshi_error *e)
{
	return e == NULL ? 0 : e->retry_after;
}

const char *
onshi_error_service_code(const struct onshi_error *e)
{
	return e == NULL ? "" : e->service_code;
}

const char *
onshi_error_service_text(const struct onshi_error *e)
{
	return e == NULL ? "" : e->service_text;
}

int64_t
onshi_error_system(const struct onshi_error *e)
{
	return e == NULL ? 0 : e->system;
}

/*
 * What passes by itself, or by what people at the counter do anyway. But not
 * where the request may have been done and its repeat would be a second one.
 */
int
onshi_error_may_retry(const struct onshi_error *e)
{
	static const int passing[] = {
		ONSHI_E_CARD_GONE, ONSHI_E_CARD_ANSWER, ONSHI_E_CARD_TIMEOUT,
		ONSHI_E_CARD_NONE, ONSHI_E_READER, ONSHI_E_READER_BUSY,
		ONSHI_E_SIGNATURE, ONSHI_E_LINK_TIMEOUT, ONSHI_E_NETWORK,
		ONSHI_E_SERVICE_BUSY, ONSHI_E_ANSWER_REFUSED,
		ONSHI_E_IN_PROGRESS, ONSHI_E_CHALLENGE, ONSHI_E_NOMEM,
		ONSHI_E_SYSTEM
	};
	size_t i;

	if (e != NULL && e->sent == ONSHI_SENT_UNKNOWN && e->asks_twice)
		return 0;
	for (i = 0; e != NULL && i < OKI_COUNT(passing); i++)
		if (e->code == passing[i])
			return 1;

	return 0;
}

const char *
onshi_phase_name(int phase)
{
	static const char *const names[OKI_PHASES] = {
		[ONSHI_PHASE_NONE] = "none", [ONSHI_PHASE_READER] = "reader",
		[ONSHI_PHASE_CARD] = "card", [ONSHI_PHASE_QUEUE] = "queue",
		[ONSHI_PHASE_NETWORK] = "network",
		[ONSHI_PHASE_SERVICE] = "service",
		[ONSHI_PHASE_ANSWER] = "answer", [ONSHI_PHASE_RULES] = "rules",
		[ONSHI_PHASE_AUDIT] = "audit"
	};

	return phase < 0 || phase >= OKI_PHASES ? NULL : names[phase];
}

const char *
onshi_sent_name(int sent)
{
	static const char *const names[] = {
		[ONSHI_SENT_NOT] = "not_sent",
		[ONSHI_SENT_ANSWERED] = "answered",
		[ONSHI_SENT_UNKNOWN] = "unknown"
	};

	return sent < 0 || sent >= (int)OKI_COUNT(names) ? NULL : names[sent];
}
