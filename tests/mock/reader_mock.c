/* The mock reader: see reader_mock.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/mock/reader_mock.h"

/* ---- what may reach a card: the tests' own list ----------------------- */

/* '.' is any digit. Written from card.md 8 by hand, not from the library. */
static const char *const lawful[] = {
	"00a4040c0ad392f000260100000001",	/* JPKI */
	"00a4040c0ad3921000310001010100",	/* common, to leave */
	"00a4040c10d392f0004f0200000000000000000000",	/* residence */
	"00a4040c10a0000002310100000000000000000000",	/* licence */
	"00a4020c02000a", "00a4020c020018", "00a4020c020017",
	"00a4020c020006",
	"00b08a00000800", "00b08a00..", "00b08600..", "00b0000020",
	"00b00...000800", "00b00.....", "00b01.....", "00b00...00....",
	"00200098", "00200080", "00200098043.3.3.3.", "00200080043.3.3.3.",
	"802a0097333031300d060960864801650304020105000420"
	"................................................................00",
	"802a0080333031300d060960864801650304020105000420"
	"................................................................00",
	"00c00000.."
};

/* And in the visual application, for the face alone: B, never A. */
static const char *const lawful_visual[] = {
	"00a4040c0ad392f000260100000001",
	"00a4040c0ad3921000310001010100",
	"00a4020c020002", "00a4020c020004", "00a4020c020012",
	"00b08200..", "00b0820000....", "00b08400..", "00b0840000....",
	"00b00.....", "00b01.....", "00b00...00....", "00b01...00....",
	"00200092", "00200080",
	"002000920e3.3.3.3.3.3.3.3.3.3.3.3.3.3.",
	"002000800e3.3.3.3.3.3.3.3.3.3.3.3.3.3.",
	("802a0000333031300d060960864801650304020105000420"
	"................................................................00")
};

static bool
is_like(const char *const *list, size_t n, const char *hex)
{
	size_t len = strlen(hex), j;

	for (size_t i = 0; i < n; i++) {
		if (strlen(list[i]) != len)
			continue;
		for (j = 0; j < len; j++)
			if (list[i][j] != '.' && list[i][j] != hex[j])
				break;
		if (j == len)
			return true;
	}

	return false;
}


/* ---- the card --------------------------------------------------------- */

enum { APP_NONE, APP_JPKI, APP_COMMON, APP_VISUAL, APP_FOREIGN };

/* The visual application may be selected where the test has given it a face:
 * where none may be read, that is the failure. */
static bool
is_lawful(const struct mock *m, const char *hex)
{
	if (m->app == APP_VISUAL)
		return is_like(lawful_visual, OKI_COUNT(lawful_visual), hex);

	return is_like(lawful, OKI_COUNT(lawful), hex) || (m->face != NULL &&
	    strcmp(hex, "00a4040c0ad3921000310001010402") == 0);
}

struct answer {
	uint8_t		data[65536 + 2];
	size_t		len;
	unsigned int	sw;
};

static const struct mock_identity *
owner(const struct mock *m)
{
	return m->swapped ? m->other : m->id;
}

static const struct mock_face *
face(const struct mock *m)
{
	return m->swapped && m->other_face != NULL ? m->other_face : m->face;
}

static bool
has_jpki(const struct mock *m)
{
	return m->kind != MOCK_RESIDENCE && m->kind != MOCK_LICENCE &&
	    m->kind != MOCK_BANK;
}

static unsigned int
select_app(struct mock *m, const uint8_t *name, size_t len)
{
	static const struct {
		uint8_t		name[16];
		size_t		len;
		unsigned int	app;
	} apps[] = {
		{ { 0xd3, 0x92, 0xf0, 0, 0x26, 1, 0, 0, 0, 1 }, 10,
		  APP_JPKI },
		{ { 0xd3, 0x92, 0x10, 0, 0x31, 0, 1, 1, 1, 0 }, 10,
		  APP_COMMON },
		{ { 0xd3, 0x92, 0x10, 0, 0x31, 0, 1, 1, 4, 2 }, 10,
		  APP_VISUAL },
		{ { 0xd3, 0x92, 0xf0, 0, 0x4f, 2 }, 16, APP_FOREIGN },
		{ { 0xa0, 0, 0, 2, 0x31, 1 }, 16, APP_FOREIGN + 1 }
	};
	unsigned int app = APP_NONE;

	for (size_t i = 0; i < OKI_COUNT(apps); i++)
		if (apps[i].len == len && memcmp(apps[i].name, name, len) == 0)
			app = apps[i].app;
	if (app == APP_NONE || (app == APP_JPKI && !has_jpki(m)) ||
	    (app == APP_COMMON && (!has_jpki(m) || m->no_common)) ||
	    (app == APP_VISUAL && (!has_jpki(m) || m->face == NULL)) ||
	    (app == APP_FOREIGN && m->kind != MOCK_RESIDENCE &&
	    m->kind != MOCK_BOTH) ||
	    (app == APP_FOREIGN + 1 && m->kind != MOCK_LICENCE))
		return 0x6a82;
	m->app = app;
	m->ef = 0;
	if (!m->pin_survives)
		m->pin_verified = m->number_verified = false;

	return 0x9000;
}

static unsigned int
file_state(const struct mock *m, unsigned int ef)
{
	if (m->app == APP_VISUAL)
		return ef == 2 || ef == 4 || ef == 5 || ef == 0x12 ||
		    ef == 0x13 ? 0x9000 : 0x6a82;
	if (ef != 6 && ef != 10 && ef != 0x17 && ef != 0x18)
		return 0x6a82;
	if (ef == 10 && (m->kind == MOCK_NO_CERTIFICATE ||
	    m->kind == MOCK_JUKI))
		return 0x6a82;

	return 0x9000;
}

static const char *
label(const struct mock *m)
{
	switch (m->kind) {
	case MOCK_JUKI:
		return "JPKIAPICCTOKEN                  ";
	case MOCK_PHONE:
		return "JPKIAPGPSETOKEN                 ";
	default:
		return "JPKIAPICCTOKEN2                 ";
	}
}

/* The content of a file, in one piece of static size. */
static size_t
file_bytes(const struct mock *m, unsigned int ef, uint8_t *to, size_t room)
{
	const uint8_t *der;
	size_t len;

	memset(to, 0xff, room);
	if (m->app == APP_VISUAL) {
		memcpy(to, face(m)->file[ef == 4], face(m)->len[ef == 4]);
		return face(m)->len[ef == 4];
	}
	if (ef == 6) {
		memcpy(to, label(m), 32);
		return 160;
	}
	if (m->kind == MOCK_ERASED)
		return 2000;
	der = mock_identity_der(owner(m), &len);
	memcpy(to, der, len);

	return len + m->filler;
}

static void
read_file(struct mock *m, unsigned int p1, unsigned int p2, size_t le,
    struct answer *a)
{
	static uint8_t bytes[40000];
	size_t at = p1 << 8 | p2, size;
	unsigned int ef = m->ef;

	if ((p1 & 0x80) != 0) {
		if (m->no_sfi) {
			a->sw = 0x6a86;
			return;
		}
		ef = p1 & 0x1f;
		at = p2;
		if ((a->sw = file_state(m, ef)) != 0x9000)
			return;
		m->ef = ef;
	}
	if (ef == 0) {
		a->sw = 0x6986;
		return;
	}
	if (m->app == APP_VISUAL && ef == 2 && !m->number_verified) {
		a->sw = 0x6982;
		return;
	}
	if (ef >= 0x12) {
		a->sw = 0x6981;
		return;
	}
	if (ef == 10 && m->kind == MOCK_PHONE) {
		a->sw = 0x6982;
		return;
	}
	size = file_bytes(m, ef, bytes, sizeof(bytes));
	if (at >= size) {
		a->sw = 0x6b00;
		return;
	}
	a->len = size - at < le ? size - at : le;
	memcpy(a->data, bytes + at, a->len);
	a->sw = 0x9000;
}

static bool
addressed(struct mock *m, unsigned int p2, unsigned int ef, struct answer *a)
{
	a->sw = 0x9000;
	if (p2 == 0x80 && m->ef != ef)
		a->sw = 0x6986;
	else if (p2 != 0x80 && (m->no_sfi || p2 != (0x80 | ef)))
		a->sw = 0x6a86;

	return a->sw == 0x9000;
}

static void
verify_number(struct mock *m, const uint8_t *p, size_t len, struct answer *a)
{
	if (len == 0) {
		a->sw = 0x63c0 | (unsigned int)m->number_tries;
	} else if (m->number_tries == 0) {
		a->sw = 0x6984;
	} else if (len == strlen(m->number) && memcmp(p, m->number, len) ==
	    0) {
		m->number_tries = 10;
		m->number_verified = true;
	} else {
		m->number_tries--;
		m->number_verified = false;
		a->sw = 0x63c0 | (unsigned int)m->number_tries;
	}
}

static void
verify(struct mock *m, unsigned int p2, const uint8_t *pin, size_t len,
    struct answer *a)
{
	if (!addressed(m, p2, m->app == APP_VISUAL ? 0x12 : 0x18, a))
		return;
	if (m->app == APP_VISUAL) {
		verify_number(m, pin, len, a);
		return;
	}
	if (len == 0) {
		a->sw = 0x63c0 | (unsigned int)m->tries;
	} else if (m->tries == 0) {
		a->sw = 0x6984;
	} else if (len == strlen(m->pin) && memcmp(pin, m->pin, len) == 0) {
		m->tries = 3;
		m->pin_verified = true;
	} else {
		m->tries--;
		m->pin_verified = false;
		a->sw = 0x63c0 | (unsigned int)m->tries;
	}
}

static void
compute(struct mock *m, unsigned int p2, const uint8_t *p, size_t len,
    struct answer *a)
{
	if (m->app == APP_VISUAL) {
		a->len = mock_face_sign(m->chip != NULL ? m->chip : face(m),
		    MOCK_CHIP, p, len, a->data);
		a->sw = 0x9000;
		return;
	}
	if (!addressed(m, p2, 0x17, a))
		return;
	if (!m->pin_verified) {
		a->sw = 0x6982;
		return;
	}
	a->len = mock_identity_sign(owner(m), p, len, a->data, sizeof(a->data));
	a->sw = a->len == 256 ? 0x9000 : 0x6985;
}

static void
card_answers(struct mock *m, const uint8_t *c, size_t len, struct answer *a)
{
	size_t lc = 0, le = 0;
	const uint8_t *data = NULL;

	if (len == 5) {
		le = c[4] != 0 ? c[4] : 256;
	} else if (len == 7 && c[4] == 0) {
		le = (size_t)c[5] << 8 | c[6];
	} else if (len > 5) {
		lc = c[4];
		data = c + 5;
	}
	a->sw = 0x6d00;
	if (m->fresh && m->first_6f00) {
		a->sw = 0x6f00;
	} else if (c[1] == 0xa4 && c[2] == 4) {
		a->sw = select_app(m, data, lc);
	} else if (m->app != APP_JPKI && m->app != APP_VISUAL) {
		a->sw = 0x6d00;
	} else if (c[1] == 0xa4 && c[2] == 2) {
		a->sw = file_state(m, data[1]);
		if (a->sw == 0x9000)
			m->ef = data[1];
	} else if (c[1] == 0xb0 && le > 256 &&
	    m->extended == MOCK_EXT_6700) {
		a->sw = 0x6700;
	} else if (c[1] == 0xb0 && le > 256 &&
	    m->extended == MOCK_EXT_6C00) {
		a->sw = 0x6c00;
	} else if (c[1] == 0xb0) {
		read_file(m, c[2], c[3], le > 256 &&
		    m->extended == MOCK_EXT_CUT ? 256 : le, a);
	} else if (c[1] == 0x20) {
		verify(m, c[3], data, lc, a);
	} else if (c[1] == 0x2a && c[0] == 0x80) {
		compute(m, c[3], data, lc, a);
	}
	m->fresh = false;
}

static void
script_answers(struct mock *m, const char *hex, struct answer *a, int *gone)
{
	const struct mock_step *s;
	uint8_t bytes[2100];
	size_t len = sizeof(bytes);

	*gone = 0;
	a->len = 0;
	a->sw = 0x6f00;
	if (m->commands > (int)m->steps) {
		m->off_script++;
		return;
	}
	s = &m->script[m->commands - 1];
	if (s->command == NULL || strcmp(s->command, hex) != 0) {
		m->off_script++;
		return;
	}
	if (s->answer == NULL) {
		*gone = 1;
		return;
	}
	ck_assert_msg(oki_unhex(bytes, &len, s->answer), "answer %s",
	    s->answer);
	ck_assert_uint_ge(len, 2);
	a->len = len - 2;
	memcpy(a->data, bytes, a->len);
	a->sw = (unsigned int)bytes[len - 2] << 8 | bytes[len - 1];
}

/* ---- faults ----------------------------------------------------------- */

static void
power_off(struct mock *m)
{
	m->powered = false;
	m->pin_verified = m->number_verified = false;
	m->app = APP_NONE;
	m->ef = 0;
	m->fresh = true;
}

static void
set_present(struct mock *m, bool present)
{
	m->present = present;
	m->absent = !present;
	if (!present)
		power_off(m);
	(void)pthread_cond_broadcast(&m->cond);
}

static void
wait_for(struct mock *m, const bool *flag, int32_t ms)
{
	struct timespec end;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	m->stuck = true;
	while (!*flag)
		if (ms < 0)
			(void)pthread_cond_wait(&m->cond, &m->mutex);
		else if (pthread_cond_timedwait(&m->cond, &m->mutex, &end) !=
		    0)
			break;
	m->stuck = false;
}

/* What happens before the card sees the command: a result other than OK ends
 * the call. */
static int
fault_before(struct mock *m, int32_t ms)
{
	unsigned int app;

	switch (m->fault) {
	case MOCK_GONE:
		set_present(m, false);
		return ONSHI_E_CARD_GONE;
	case MOCK_RESET:
		m->app = APP_NONE;
		m->ef = 0;
		return ONSHI_E_CARD_GONE;
	case MOCK_READER:
		return ONSHI_E_READER;
	case MOCK_MUTE:
		wait_for(m, &m->woken, ms);
		return ONSHI_E_CARD_TIMEOUT;
	case MOCK_MUTE_CANCEL:
		m->cancelled = false;
		wait_for(m, &m->cancelled, -1);
		return ONSHI_E_CANCELLED;
	case MOCK_MUTE_HARD:
		wait_for(m, &m->woken, -1);
		return ONSHI_E_CARD_TIMEOUT;
	case MOCK_MUTE_THEN:
		wait_for(m, &m->woken, -1);
		return ONSHI_OK;
	case MOCK_SWAP:
		m->swapped = true;
		app = m->app;
		power_off(m);
		m->powered = true;
		m->app = app;		/* the worst case: nobody notices */
		return ONSHI_OK;
	default:
		return ONSHI_OK;
	}
}

static size_t
dice(struct mock *m, size_t n)
{
	uint64_t x = m->byte;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	m->byte = (size_t)x;

	return (size_t)(x >> 11) % n;
}

/* Half of the answers stay as they are, so that one gets somewhere. */
static void
make_random(struct mock *m, struct answer *a)
{
	static const unsigned int likely[] = {
		0x9000, 0x6282, 0x63c0, 0x63c1, 0x63c3, 0x6700, 0x6982,
		0x6a82, 0x6a86, 0x6b00, 0x6c00, 0x6c10, 0x6100, 0x6120
	};

	switch (dice(m, 10)) {
	case 0:
		a->sw = likely[dice(m, OKI_COUNT(likely))];
		break;
	case 1:
		a->sw = (unsigned int)dice(m, 65536);
		break;
	case 2:
		a->len = dice(m, 300);
		for (size_t i = 0; i < a->len; i++)
			a->data[i] = (uint8_t)dice(m, 256);
		break;
	case 3:
		a->len = dice(m, a->len + 1);
		break;
	case 4:
		if (a->len > 0)
			a->data[dice(m, a->len < 8 ? a->len : 8)] =
			    (uint8_t)dice(m, 256);
		break;
	default:
		break;
	}
}

/* And after: changes the answer. Returns the result of the call. */
static int
fault_after(struct mock *m, struct answer *a, uint8_t *reply, size_t *len)
{
	size_t room = *len, n;

	if (m->fault == MOCK_SW) {
		a->len = 0;
		a->sw = m->sw;
	}
	if (m->fault == MOCK_CUT && a->len > m->byte)
		a->len = m->byte;
	if (m->fault == MOCK_LONGER || m->fault == MOCK_300) {
		n = m->fault == MOCK_300 ? 300 : a->len + 1;
		memset(a->data + a->len, 0xaa, n - (a->len < n ? a->len : n));
		a->len = n;
	}
	if (m->fault == MOCK_RANDOM)
		make_random(m, a);
	if (m->fault == MOCK_LATE)
		mock_sleep((int)m->byte);
	a->data[a->len] = (uint8_t)(a->sw >> 8);
	a->data[a->len + 1] = (uint8_t)(a->sw & 0xff);
	n = a->len + 2;
	if (m->fault == MOCK_FLIP)
		a->data[m->byte / 8 % n] ^= (uint8_t)(1u << m->byte % 8);
	if (m->fault == MOCK_NOTHING)
		n = 0;
	if (m->fault == MOCK_ONE_BYTE)
		n = 1;
	*len = m->fault == MOCK_TOO_LONG ? room + 1 : n;
	memcpy(reply, a->data, n < room ? n : room);
	switch (m->fault) {
	case MOCK_GONE_AFTER:
		set_present(m, false);
		return ONSHI_E_CARD_GONE;
	case MOCK_READER_AFTER:
		return ONSHI_E_READER;
	default:
		return ONSHI_OK;
	}
}

/* A reader that carries no answer so long. */
static int
overrun(struct mock *m, struct answer *a)
{
	m->overruns++;
	switch (m->beyond) {
	case MOCK_BEYOND_EMPTY:
	case MOCK_BEYOND_SW:
		a->len = 0;
		if (m->beyond == MOCK_BEYOND_SW)
			a->sw = m->sw;
		return ONSHI_OK;
	case MOCK_BEYOND_SHORT:
		a->len = m->limit;
		return ONSHI_OK;
	case MOCK_BEYOND_CUT:
		a->len = m->limit - 2;
		a->sw = (unsigned int)a->data[a->len] << 8 |
		    a->data[a->len + 1];
		return ONSHI_OK;
	case MOCK_BEYOND_NOTHING:
	case MOCK_BEYOND_GONE:
		power_off(m);
		return ONSHI_E_CARD_GONE;
	case MOCK_BEYOND_SERVICE:
		return ONSHI_E_READER_SERVICE;
	case MOCK_BEYOND_TIMEOUT:
		return ONSHI_E_CARD_TIMEOUT;
	case MOCK_BEYOND_READER:
		break;
	}

	return ONSHI_E_READER;
}

/* ---- the table -------------------------------------------------------- */

static void
enter(struct mock *m)
{
	(void)pthread_mutex_lock(&m->mutex);
	if (m->inside++ > 0)
		m->overlaps++;
}

static int
go(struct mock *m, int r)
{
	m->inside--;
	(void)pthread_mutex_unlock(&m->mutex);

	return r;
}

static int
do_wait(void *self, int present, int32_t timeout_ms)
{
	struct mock *m = self;
	int r;

	enter(m);
	if (m->present != (present != 0))
		wait_for(m, present != 0 ? &m->present : &m->absent,
		    timeout_ms);
	r = m->present == (present != 0) ? ONSHI_OK : ONSHI_E_CARD_TIMEOUT;

	return go(m, r);
}

static int
do_hold(void *self, int32_t timeout_ms)
{
	struct mock *m = self;

	(void)timeout_ms;
	enter(m);
	m->holds++;
	if (m->hold_result != ONSHI_OK)
		return go(m, m->hold_result);
	if (!m->present)
		return go(m, ONSHI_E_CARD_GONE);
	if (!m->powered)
		m->fresh = true;
	m->powered = true;
	m->app = APP_NONE;
	m->ef = 0;

	return go(m, ONSHI_OK);
}

static int
do_release(void *self, int32_t timeout_ms)
{
	struct mock *m = self;

	(void)timeout_ms;
	enter(m);
	m->releases++;
	if (m->release_result != ONSHI_OK)
		return go(m, m->release_result);
	power_off(m);

	return go(m, ONSHI_OK);
}

static void
count(struct mock *m, const uint8_t *c, size_t len, char *hex, size_t room)
{
	m->commands++;
	m->out += len;
	m->extendeds += len == 7 && c[1] == 0xb0;
	oki_hex(hex, c, len < room / 2 ? len : room / 2 - 1);
	(void)oki_copy(m->last, sizeof(m->last), hex);
	if (!is_lawful(m, hex)) {
		m->unlawful++;
		fprintf(stderr, "unlawful: %s\n", hex);
	}
	if (c[1] == 0x20 && len > 4) {
		m->verifies++;
		if (m->asked == 0)
			m->shown_unasked++;
	} else if (c[1] == 0x20) {
		m->asked++;
	}
}

static int
do_transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t timeout_ms)
{
	struct mock *m = self;
	struct answer *a;
	bool here, armed;
	char hex[600];
	int r, gone = 0;

	enter(m);
	a = calloc(1, sizeof(*a));
	ck_assert(a != NULL);
	count(m, command, len, hex, sizeof(hex));
	if (m->on_pin != NULL && command[1] == 0x20 && len > 4)
		m->on_pin(command, len);
	here = m->fault != MOCK_NONE && (m->commands == m->at ||
	    (m->at < 0 && m->commands >= -m->at));
	armed = len == 7 && command[1] == 0xb0;
	r = m->present && m->powered ? ONSHI_OK : ONSHI_E_CARD_GONE;
	if (r == ONSHI_OK && here)
		r = fault_before(m, timeout_ms);
	if (r == ONSHI_OK && armed && m->extended == MOCK_EXT_READER)
		r = ONSHI_E_READER;
	if (r == ONSHI_OK && armed && m->extended == MOCK_EXT_DROP) {
		power_off(m);
		r = ONSHI_E_CARD_GONE;
	}
	if (r == ONSHI_OK) {
		if (m->script != NULL)
			script_answers(m, hex, a, &gone);
		else
			card_answers(m, command, len, a);
		r = gone ? ONSHI_E_CARD_GONE : ONSHI_OK;
	}
	if (r == ONSHI_OK && m->limit > 0 && a->len > m->limit)
		r = overrun(m, a);
	if (r == ONSHI_OK && here) {
		r = fault_after(m, a, reply, replylen);
	} else if (r == ONSHI_OK) {
		a->data[a->len] = (uint8_t)(a->sw >> 8);
		a->data[a->len + 1] = (uint8_t)(a->sw & 0xff);
		ck_assert_uint_le(a->len + 2, *replylen);
		*replylen = a->len + 2;
		memcpy(reply, a->data, *replylen);
	}
	if (r == ONSHI_OK)
		m->in += *replylen;
	free(a);

	return go(m, r);
}

static void
do_cancel(void *self)
{
	struct mock *m = self;

	(void)pthread_mutex_lock(&m->mutex);
	if (!m->deaf) {
		m->cancelled = true;
		(void)pthread_cond_broadcast(&m->cond);
	}
	(void)pthread_mutex_unlock(&m->mutex);
}

static void
do_done(void *self)
{
	struct mock *m = self;

	enter(m);
	m->ends++;
	(void)go(m, ONSHI_OK);
}

const struct onshi_reader_ops mock_ops = {
	.size = sizeof(mock_ops),
	.wait = do_wait,
	.hold = do_hold,
	.release = do_release,
	.transmit = do_transmit,
	.cancel = do_cancel,
	.done = do_done
};

void
mock_init(struct mock *m, const struct mock_identity *id)
{
	memset(m, 0, sizeof(*m));
	m->id = m->other = id;
	m->pin = "1234";
	m->tries = 3;
	m->number = "55021720352285";
	m->number_tries = 10;
	m->present = true;
	m->fresh = true;
	ck_assert_int_eq(pthread_mutex_init(&m->mutex, NULL), 0);
	ck_assert_int_eq(pthread_cond_init(&m->cond, NULL), 0);
}

void
mock_free(struct mock *m)
{
	(void)pthread_cond_destroy(&m->cond);
	(void)pthread_mutex_destroy(&m->mutex);
}

void
mock_lock(struct mock *m)
{
	(void)pthread_mutex_lock(&m->mutex);
}

void
mock_unlock(struct mock *m)
{
	(void)pthread_mutex_unlock(&m->mutex);
}

void
mock_put(struct mock *m, bool present)
{
	mock_lock(m);
	set_present(m, present);
	mock_unlock(m);
}

void
mock_wake(struct mock *m)
{
	mock_lock(m);
	m->woken = true;
	(void)pthread_cond_broadcast(&m->cond);
	mock_unlock(m);
}

/* ---- a room with readers ---------------------------------------------- */

void
mock_world_log(struct mock_world *t, const struct onshi_log_ops *ops,
    void *self)
{
	memset(t, 0, sizeof(*t));
	ck_assert_int_eq(onshi_config_new(&t->config), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_log(t->config, ops, self), ONSHI_OK);
}

void
mock_world_open(struct mock_world *t, struct mock *m, size_t n)
{
	char name[32];

	/* Never the readers of the machine that the test runs on. */
	ck_assert_int_eq(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd",
	    1), 0);
	if (t->config == NULL)
		ck_assert_int_eq(onshi_config_new(&t->config), ONSHI_OK);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "Mock %zu", i + 1);
		ck_assert_int_eq(onshi_config_add_reader(t->config, name,
		    &mock_ops, &m[i]), ONSHI_OK);
	}
	ck_assert_int_eq(oki_env_new(t->config, &t->env), ONSHI_OK);
	onshi_config_free(&t->config);
	oki_error_clear(&t->e);
	ck_assert_int_eq(oki_readers_new(t->env, &t->readers, &t->e),
	    ONSHI_OK);
	ck_assert_int_eq(oki_cancel_init(&t->cancel), ONSHI_OK);
}

void
mock_world_close(struct mock_world *t)
{
	oki_readers_free(&t->readers);
	oki_env_free(&t->env);
	oki_cancel_free(&t->cancel);
}

struct oki_wait *
mock_wait(struct mock_world *t, int32_t ms)
{
	oki_error_clear(&t->e);
	oki_wait_init(&t->w, t->env, ms, &t->cancel);

	return &t->w;
}

struct oki_secret *
mock_pin(const char *pin)
{
	struct oki_secret *s;

	ck_assert_int_eq(oki_secret_new(pin, strlen(pin), &s), ONSHI_OK);

	return s;
}

int64_t
mock_now(void)
{
	return oki_os_steady_ms();
}

void
mock_sleep(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
	    .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);
}
