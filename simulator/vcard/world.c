/* Moves everything: commands in, answers out in time, cards in and out. */
#include "world.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CONTROL_OFF = 0, CONTROL_ON = 1, CONTROL_RESET = 2, CONTROL_ATR = 4 };
enum { FIRST_READER_MS = 15000, QUIET_MS = 1000, LOOKS_MAX = 4 };

static volatile sig_atomic_t ended;

static void
on_end(int signum)
{
	(void)signum;
	ended = 1;
}

int64_t
vc_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *
profile(const struct vc_world *w)
{
	return w->inserted ? w->card.profile.name : "none";
}

static void
power(struct vc_world *w, bool on)
{
	if (on || w->powered)
		vc_log_event(&w->log, on ? "power-on" : "power-off",
		    profile(w));
	vc_card_power(&w->card, on);
	w->powered = on;
}

/* The reader has lost the card, or the card the reader. */
static void
cut_off(struct vc_world *w)
{
	if (w->inserted)
		power(w, false);
	w->busy = w->visible = false;
	w->due = 0;
	w->looks = 0;
}

const char *
vc_world_insert(struct vc_world *w, const char *name)
{
	struct vc_card *other;
	const char *why = NULL;

	if ((other = malloc(sizeof(*other))) == NULL)
		return "no memory";
	if (vc_card_load(other, w->options->pki, name, &w->tries) != 0) {
		why = "no such card";
		goto out;
	}
	other->apdus_all = w->card.apdus_all;
	other->verifies = w->card.verifies;
	other->signs = w->card.signs;
	vc_world_remove(w);
	vc_card_unload(&w->card);
	w->card = *other;
	vc_fault_switches(&w->faults, &w->card.on);
	w->inserted = true;
	vc_log_event(&w->log, "insert", profile(w));
out:
	free(other);

	return why;
}

void
vc_world_remove(struct vc_world *w)
{
	if (!w->inserted)
		return;
	cut_off(w);
	vc_log_event(&w->log, "remove", profile(w));
	w->inserted = false;
	vc_reader_leave(&w->reader);
}

static void
send_answer(struct vc_world *w)
{
	w->busy = false;
	w->due = 0;
	if (!vc_reader_send(&w->reader, w->reply.data, w->answer_len)) {
		cut_off(w);
		vc_reader_close(&w->reader);
	}
}

/* Damage to an answer that the card has already given. */
static void
spoil(struct vc_world *w, unsigned long n, const uint8_t *wire, size_t len)
{
	uint8_t *data = w->reply.data;
	size_t i, content = w->answer_len - 2;

	if (vc_fault_due(&w->faults, FAULT_GARBLE, n, wire, len) != NULL)
		for (i = 0; i < (content > 0 ? content : 2); i++)
			data[i] ^= (uint8_t)(0x5a + i);
	if (vc_fault_due(&w->faults, FAULT_CUT, n, wire, len) != NULL) {
		memmove(data + content / 2, data + content, 2);
		w->answer_len = content / 2 + 2;
	}
	if (vc_fault_due(&w->faults, FAULT_EXTRA, n, wire, len) != NULL &&
	    content < 60000) {
		memmove(data + content + 300, data + content, 2);
		memset(data + content, 0xee, 300);
		w->answer_len = content + 302;
	}
	if (vc_fault_due(&w->faults, FAULT_STUB, n, wire, len) != NULL)
		w->answer_len = 1;
}

static unsigned int
delay_of(struct vc_world *w, unsigned long n, const uint8_t *wire, size_t len)
{
	const struct vc_fault *f;
	unsigned int ms = 0;

	if ((f = vc_fault_due(&w->faults, FAULT_DELAY, n, wire, len)) != NULL)
		ms = f->value;
	if (vc_apdu_is_sign(wire, len))
		ms += vc_fault_value(&w->faults, FAULT_SIGN);

	return ms;
}

/* Carries the command out, with what goes wrong before and during it. */
static void
carry_out(struct vc_world *w, unsigned long n, const uint8_t *wire,
    size_t len)
{
	const struct vc_fault *f;
	unsigned int sw;

	if (vc_fault_due(&w->faults, FAULT_RESET, n, wire, len) != NULL) {
		vc_log_event(&w->log, "fault-reset", profile(w));
		vc_card_power(&w->card, true);
		w->card.apdus = n - 1;
		w->card.fresh = false;
	}
	if ((f = vc_fault_due(&w->faults, FAULT_SW, n, wire, len)) != NULL) {
		w->card.apdus++;
		w->card.apdus_all++;
		w->reply.len = 0;
		sw = f->value;
	} else {
		sw = vc_card_command(&w->card, wire, len, &w->reply);
	}
	w->reply.data[w->reply.len] = (uint8_t)(sw >> 8);
	w->reply.data[w->reply.len + 1] = (uint8_t)sw;
	w->answer_len = w->reply.len + 2;
}

static void
command(struct vc_world *w, const uint8_t *wire, size_t len)
{
	unsigned long n = w->card.apdus + 1;
	unsigned int ms;

	w->busy = true;
	if (vc_fault_due(&w->faults, FAULT_LOST, n, wire, len) != NULL) {
		vc_log_apdu(&w->log, wire, len, NULL, 0, profile(w));
		vc_world_remove(w);
		return;
	}
	carry_out(w, n, wire, len);
	if (vc_fault_due(&w->faults, FAULT_GONE, n, wire, len) != NULL) {
		vc_log_apdu(&w->log, wire, len, NULL, 0, profile(w));
		vc_world_remove(w);
		return;
	}
	if (vc_fault_due(&w->faults, FAULT_MUTE, n, wire, len) != NULL) {
		vc_log_apdu(&w->log, wire, len, NULL, 0, profile(w));
		return;
	}
	spoil(w, n, wire, len);
	vc_log_apdu(&w->log, wire, len, w->reply.data, w->answer_len,
	    profile(w));
	ms = delay_of(w, n, wire, len);
	if (ms > 0)
		w->due = vc_now_ms() + ms;
	else
		send_answer(w);
}

/* Once: the reader has seen the card, or has nothing to ask of it for now. */
static void
tell_ready(struct vc_world *w)
{
	if (!w->told_ready) {
		w->told_ready = true;
		puts("ready");
		(void)fflush(stdout);
	}
}

/*
 * The reader is told the ATR before and after power-on. The second time it
 * has all that makes the card visible to programs. One that looks on and on
 * without power has not seen that the last card went: once more, then.
 */
static bool
tell_atr(struct vc_world *w)
{
	uint8_t atr[VC_ATR_MAX];
	size_t n = vc_card_atr(&w->card, w->options->contact, atr);

	if (!vc_reader_send(&w->reader, atr, n))
		return false;
	if (w->powered && !w->visible) {
		w->visible = true;
		tell_ready(w);
	}
	if (!w->visible && ++w->looks == LOOKS_MAX) {
		w->looks = 0;
		vc_reader_leave(&w->reader);
	}

	return true;
}

static bool
control(struct vc_world *w, uint8_t code)
{
	switch (code) {
	case CONTROL_OFF:
		power(w, false);
		return true;
	case CONTROL_ON:
		power(w, true);
		return true;
	case CONTROL_RESET:
		vc_log_event(&w->log, "reset", profile(w));
		vc_card_reset(&w->card);
		w->powered = true;
		return true;
	case CONTROL_ATR:
		return tell_atr(w);
	default:
		return true;
	}
}

static void
read_reader(struct vc_world *w)
{
	static uint8_t message[VC_FRAME_MAX];
	size_t len;

	if (!vc_reader_fill(&w->reader)) {
		if (w->reader.link == LINK_UP)
			cut_off(w);
		vc_reader_close(&w->reader);
		return;
	}
	while (w->reader.link == LINK_UP &&
	    vc_reader_take(&w->reader, message, &len)) {
		if (len == 1) {
			if (!control(w, message[0])) {
				cut_off(w);
				vc_reader_close(&w->reader);
			}
		} else if (len > 1) {
			command(w, message, len);
		}
	}
}

/* What time alone brings about; returns how long to wait for the next. */
static int
keep_time(struct vc_world *w)
{
	struct vc_reader *r = &w->reader;
	int64_t now = vc_now_ms(), wait = 60000;

	if (w->due != 0 && w->due <= now)
		send_answer(w);
	if (w->due != 0)
		wait = w->due - now;
	if (r->link == LINK_LEAVING) {
		if (r->leave_by <= now)
			vc_reader_close(r);
		else if (r->leave_by - now < wait)
			wait = r->leave_by - now;
	}
	if (r->link == LINK_UP && now - r->up_since >= QUIET_MS)
		tell_ready(w);
	if (r->link == LINK_NONE && w->inserted) {
		if (r->not_before <= now)
			vc_reader_connect(r);
		if (r->link == LINK_NONE && r->not_before - now < wait)
			wait = r->not_before - now;
	}
	if ((vc_control_progress(w) || !w->told_ready) && wait > 100)
		wait = 100;

	return wait < 1 ? 1 : (int)wait;
}

static void
look(struct vc_world *w, int timeout)
{
	const struct timespec limit = { .tv_sec = timeout / 1000,
	    .tv_nsec = timeout % 1000 * 1000000L };
	struct pollfd p[2 + VC_CLIENTS_MAX];
	struct vc_client *at[2 + VC_CLIENTS_MAX] = { NULL };
	nfds_t i, n = 2;

	p[0] = (struct pollfd){ .fd = w->reader.fd, .events =
	    w->reader.link == LINK_CONNECTING ? POLLOUT : POLLIN };
	p[1] = (struct pollfd){ .fd = w->listener, .events = POLLIN };
	for (i = 0; i < VC_CLIENTS_MAX; i++)
		if (w->client[i].fd >= 0) {
			at[n] = &w->client[i];
			p[n++] = (struct pollfd){ .fd = w->client[i].fd,
			    .events = POLLIN };
		}
	if (ppoll(p, n, &limit, &w->awake) <= 0)
		return;
	if (p[0].revents != 0) {
		if (w->reader.link == LINK_CONNECTING)
			vc_reader_settle(&w->reader);
		else
			read_reader(w);
	}
	for (i = 2; i < n; i++)
		if (p[i].revents != 0)
			vc_control_read(w, at[i]);
	if (p[1].revents != 0)
		vc_control_accept(w);
}

/* Cards of different name spaces may have the same port, and one log. */
static void
set_label(struct vc_world *w)
{
	uint8_t tag[3] = { 0 };

	(void)vc_random(tag, sizeof(tag));
	snprintf(w->label, sizeof(w->label), "%s.%02x%02x%02x",
	    w->reader.port, tag[0], tag[1], tag[2]);
	w->log.label = w->label;
}

static int
set_up(struct vc_world *w, const struct vc_options *o)
{
	const char *why;
	size_t i;

	w->options = o;
	w->listener = -1;
	w->log = o->log;
	w->tries.path = o->state;
	for (i = 0; i < VC_CLIENTS_MAX; i++)
		w->client[i].fd = -1;
	if (vc_reader_set(&w->reader, o->vpcd) != 0) {
		vc_complain("not HOST:PORT", o->vpcd);
		return 2;
	}
	set_label(w);
	for (i = 0; i < o->fault_count; i++)
		if ((why = vc_fault_add(&w->faults, o->faults[i])) != NULL) {
			vc_complain(why, o->faults[i]);
			return 2;
		}
	if (vc_log_open(&w->log, o->apdu_log) != 0) {
		vc_complain(strerror(errno), o->apdu_log);
		return 1;
	}
	if (vc_tries_load(&w->tries) != 0) {
		vc_complain("cannot be read", o->state);
		return 1;
	}
	if (vc_control_open(w) != 0) {
		if (o->control_is_asked)
			return 1;
		vc_complain("going on without a control socket", NULL);
	}
	if (strcmp(o->card, "none") != 0 &&
	    (why = vc_world_insert(w, o->card)) != NULL) {
		vc_complain(why, o->card);
		return 2;
	}

	return 0;
}

static int
turn(struct vc_world *w)
{
	int64_t give_up = vc_now_ms() + FIRST_READER_MS;

	if (!w->inserted)
		tell_ready(w);
	while (!ended) {
		look(w, keep_time(w));
		if (!w->told_ready && vc_now_ms() > give_up) {
			vc_complain("no reader answers", w->options->vpcd);
			return 1;
		}
	}

	return 0;
}

/* The end is only heard while waiting: none comes between look and wait. */
static void
hear_end(struct vc_world *w)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction end = { .sa_handler = on_end }, was;
	sigset_t asleep;
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&asleep);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)sigaddset(&asleep, ends[i]);
		if (ends[i] != SIGHUP || (sigaction(SIGHUP, NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN))
			(void)sigaction(ends[i], &end, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &asleep, &w->awake);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)sigdelset(&w->awake, ends[i]);
}

int
vc_run(const struct vc_options *o)
{
	struct vc_world *w;
	int r;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return 1;
	hear_end(w);
	if ((r = set_up(w, o)) == 0)
		r = turn(w);
	vc_world_remove(w);
	vc_control_close(w);
	vc_reader_close(&w->reader);
	if (w->log.fd >= 0)
		(void)close(w->log.fd);
	vc_card_unload(&w->card);
	free(w);

	return r;
}
