/*
 * Readers of PC/SC: the only file that knows it. Runs on the threads of
 * worker.c, for most of these calls have no time limit of their own (F24).
 *
 * SCardCancel is not used: it reaches SCardGetStatusChange alone, talks to the
 * daemon itself and so hangs with it, and status waits are short here anyway.
 */
#include "config.h"

#include <string.h>

#include <winscard.h>
#include <reader.h>

#include "card/inside.h"

#define STATUS_MS	1000			/* SEC-66 */
#define PLUG_AND_PLAY	"\\\\?PnP?\\Notification"
#define NAMES_BYTES	(OKI_READERS * 2 * OKI_READER_ROOM)
#define NO_LIMIT_KNOWN	(-1)

struct link {				/* to the daemon */
	SCARDCONTEXT	 handle;
	bool		 open;
	int64_t		 system;	/* what it said last */
};

struct oki_pcsc {
	struct link	 link;
	size_t		 n;
	struct oki_reader_state known[OKI_READERS];
	DWORD		 state[OKI_READERS];
};

struct reader {
	struct link	 link;
	char		 name[OKI_READER_ROOM];
	SCARDHANDLE	 card;
	bool		 connected;
	bool		 lost;		/* with its power on, for all we know */
	oki_atomic_int	 waits;		/* for another program to let it go */
	DWORD		 protocol;
	bool		 asked;		/* for the largest APDU */
	int32_t		 largest;
};

/*
 * What each code means (SEC-65, SEC-67): to whoever looks which readers there
 * are; to whoever wants to hold a card; within a session, which it ends. The
 * reader is called broken where it says so itself, never for lack of a row.
 */
enum {
	OK	= ONSHI_OK,
	GONE	= ONSHI_E_CARD_GONE,
	UNREAD	= ONSHI_E_CARD_ANSWER,
	MUTE	= ONSHI_E_CARD_TIMEOUT,
	FOREIGN	= ONSHI_E_CARD_OTHER,
	BROKEN	= ONSHI_E_READER,
	BUSY	= ONSHI_E_READER_BUSY,
	SERVICE	= ONSHI_E_READER_SERVICE,
	DENIED	= ONSHI_E_READER_DENIED
};
enum {
	CHANGE	= 1,	/* readers or cards come and go: a look goes on */
	DEAD	= 2	/* the link: SCardIsValidContext would still call it
			   valid (F25), it is made anew at the next use */
};

static const struct judgement {
	LONG		code;
	int		look, hold, session;
	unsigned int	flags;
} judgements[] = {
	{ SCARD_S_SUCCESS,		OK, OK, OK, 0 },

	/* the card came, went, or lost its state */
	{ SCARD_W_REMOVED_CARD,		SERVICE, GONE, GONE, CHANGE },
	{ SCARD_W_RESET_CARD,		SERVICE, GONE, GONE, CHANGE },
	{ SCARD_E_NO_SMARTCARD,		SERVICE, GONE, GONE, CHANGE },
	{ SCARD_E_NOT_TRANSACTED,	SERVICE, GONE, GONE, 0 },
	{ SCARD_E_COMM_DATA_LOST,	SERVICE, GONE, GONE, 0 },
	{ SCARD_E_CANCELLED,		SERVICE, GONE, GONE, CHANGE },

	/* it lies there, and does not answer, or not as a card should */
	{ SCARD_W_UNRESPONSIVE_CARD,	SERVICE, MUTE, GONE, CHANGE },
	{ SCARD_W_UNPOWERED_CARD,	SERVICE, MUTE, GONE, CHANGE },
	{ SCARD_E_NOT_READY,		SERVICE, MUTE, MUTE, CHANGE },
	{ SCARD_E_TIMEOUT,		SERVICE, MUTE, MUTE, CHANGE },
	{ SCARD_F_WAITED_TOO_LONG,	SERVICE, MUTE, MUTE, 0 },
	{ SCARD_W_UNSUPPORTED_CARD,	SERVICE, UNREAD, GONE, CHANGE },
	{ SCARD_E_CARD_UNSUPPORTED,	SERVICE, UNREAD, GONE, CHANGE },
	{ SCARD_E_INVALID_ATR,		SERVICE, UNREAD, GONE, CHANGE },

	/* another kind of card: ours knows T=1 */
	{ SCARD_E_PROTO_MISMATCH,	SERVICE, FOREIGN, BROKEN, 0 },
	{ SCARD_E_UNKNOWN_CARD,		SERVICE, FOREIGN, GONE, 0 },

	/* the reader came or went */
	{ SCARD_E_UNKNOWN_READER,	SERVICE, GONE, GONE, CHANGE },
	{ SCARD_E_READER_UNAVAILABLE,	SERVICE, GONE, GONE, CHANGE },
	{ SCARD_E_NO_READERS_AVAILABLE,	SERVICE, GONE, GONE, CHANGE },

	/* another program has the card */
	{ SCARD_E_SHARING_VIOLATION,	BUSY, BUSY, BUSY, 0 },
	{ SCARD_E_SERVER_TOO_BUSY,	BUSY, BUSY, BUSY, 0 },

	/* no right to it */
	{ SCARD_W_SECURITY_VIOLATION,	DENIED, DENIED, DENIED, 0 },
	{ SCARD_E_NO_ACCESS,		DENIED, DENIED, DENIED, 0 },

	/* the service is not there, ends, or is itself in trouble */
	{ SCARD_E_NO_SERVICE,		SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_E_SERVICE_STOPPED,	SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_F_COMM_ERROR,		SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_E_INVALID_HANDLE,	SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_E_SYSTEM_CANCELLED,	SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_P_SHUTDOWN,		SERVICE, SERVICE, SERVICE, DEAD },
	{ SCARD_F_INTERNAL_ERROR,	SERVICE, SERVICE, SERVICE, 0 },
	{ SCARD_E_NO_MEMORY,		SERVICE, SERVICE, SERVICE, 0 },
	{ SCARD_E_INVALID_TARGET,	SERVICE, SERVICE, SERVICE, 0 },
	{ SCARD_E_UNKNOWN_RES_MNG,	SERVICE, SERVICE, SERVICE, 0 },

	/* the reader or its driver does not do what it has to */
	{ SCARD_F_UNKNOWN_ERROR,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_INVALID_PARAMETER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_INVALID_VALUE,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_INSUFFICIENT_BUFFER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_PCI_TOO_SMALL,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_CANT_DISPOSE,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_READER_UNSUPPORTED,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_DUPLICATE_READER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_UNEXPECTED,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_UNSUPPORTED_FEATURE,	SERVICE, BROKEN, BROKEN, 0 },

	/* of drivers for a card's files and PINs, which we never call */
	{ SCARD_E_ICC_INSTALLATION,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_ICC_CREATEORDER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_DIR_NOT_FOUND,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_FILE_NOT_FOUND,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_NO_DIR,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_NO_FILE,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_WRITE_TOO_MANY,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_BAD_SEEK,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_INVALID_CHV,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_NO_SUCH_CERTIFICATE,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_CERTIFICATE_UNAVAILABLE, SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_E_NO_KEY_CONTAINER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_W_WRONG_CHV,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_W_CHV_BLOCKED,		SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_W_EOF,			SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_W_CANCELLED_BY_USER,	SERVICE, BROKEN, BROKEN, 0 },
	{ SCARD_W_CARD_NOT_AUTHENTICATED, SERVICE, BROKEN, BROKEN, 0 }
};

/* Codes are 32 bits; LONG is wider here, and drivers extend the sign. */
static const struct judgement *
judge(LONG code)
{
	static const struct judgement none = { 0, SERVICE, BROKEN, BROKEN, 0 };

	for (size_t i = 0; i < OKI_COUNT(judgements); i++)
		if ((uint32_t)judgements[i].code == (uint32_t)code)
			return &judgements[i];

	return &none;
}

static bool
is_dead(LONG code)
{
	return (judge(code)->flags & DEAD) != 0;
}

/* ---- the link to the daemon ------------------------------------------- */

static LONG
note(struct link *l, LONG code)
{
	l->system = (int64_t)((uint64_t)code & 0xffffffffu);

	return code;
}

static LONG
link_open(struct link *l)
{
	struct oki_low_guard low;
	LONG code;

	if (l->open)
		return SCARD_S_SUCCESS;
	oki_low_guard_take(&low);	/* it keeps a socket to the service */
	code = note(l, SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL,
	    &l->handle));
	oki_low_guard_drop(&low);
	l->open = code == SCARD_S_SUCCESS;

	return code;
}

static void
link_close(struct link *l)
{
	if (l->open)
		(void)SCardReleaseContext(l->handle);
	l->open = false;
}

/* ---- all readers ------------------------------------------------------ */

int
oki_pcsc_new(struct oki_pcsc **out)
{
	*out = oki_alloc(sizeof(**out));

	return *out == NULL ? ONSHI_E_NOMEM : ONSHI_OK;
}

void
oki_pcsc_free(struct oki_pcsc **pp)
{
	if (*pp == NULL)
		return;
	link_close(&(*pp)->link);
	oki_free(*pp);
	*pp = NULL;
}

/* A card that does not answer, or that another program has for itself alone,
 * lies there, but a slot with a better one is meant. */
static void
show(struct oki_reader_state *to, DWORD state)
{
	to->has_card = (state & SCARD_STATE_PRESENT) != 0 && (state &
	    (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE |
	    SCARD_STATE_IGNORE)) == 0;
	to->second = (state & (SCARD_STATE_MUTE | SCARD_STATE_EXCLUSIVE)) != 0;
}

static DWORD
state_of(const struct oki_pcsc *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->known[i].name, name) == 0)
			return p->state[i];

	return SCARD_STATE_UNAWARE;
}

/* The names, each ended by NUL, the last by two; what is too long or too many
 * is left out (SEC-66). States of those that were known are kept. */
static void
take_names(struct oki_pcsc *p, const char *names, size_t len)
{
	struct oki_reader_state known[OKI_READERS];
	DWORD state[OKI_READERS];
	size_t n = 0, at = 0, size;

	memset(known, 0, sizeof(known));
	memset(state, 0, sizeof(state));
	while (n < OKI_READERS && at < len && names[at] != '\0') {
		size = strnlen(names + at, len - at);
		if (size == len - at)
			break;
		if (size < OKI_READER_ROOM) {
			memcpy(known[n].name, names + at, size);
			state[n] = state_of(p, known[n].name);
			show(&known[n], state[n]);
			n++;
		}
		at += size + 1;
	}
	memcpy(p->known, known, sizeof(known));
	memcpy(p->state, state, n * sizeof(state[0]));
	p->n = n;
}

static LONG
list(struct oki_pcsc *p)
{
	char names[NAMES_BYTES] = "";
	DWORD len = sizeof(names);
	LONG code;

	code = note(&p->link, SCardListReaders(p->link.handle, NULL, names,
	    &len));
	if (code == SCARD_E_NO_READERS_AVAILABLE) {
		p->n = 0;
		return SCARD_S_SUCCESS;
	}
	if (code == SCARD_S_SUCCESS)
		take_names(p, names, len < sizeof(names) ? len : sizeof(names));

	return code;
}

static LONG
watch(struct oki_pcsc *p, int32_t ms)
{
	SCARD_READERSTATE s[1 + OKI_READERS];
	LONG code;
	size_t i;

	memset(s, 0, sizeof(s));
	s[0].szReader = PLUG_AND_PLAY;
	for (i = 0; i < p->n; i++) {
		s[1 + i].szReader = p->known[i].name;
		s[1 + i].dwCurrentState = p->state[i];
	}
	code = note(&p->link, SCardGetStatusChange(p->link.handle,
	    (DWORD)(ms < STATUS_MS ? ms : STATUS_MS), s, (DWORD)(1 + p->n)));
	if (code != SCARD_S_SUCCESS)
		return code;
	for (i = 0; i < p->n; i++) {
		p->state[i] = s[1 + i].dwEventState &
		    ~(DWORD)SCARD_STATE_CHANGED;
		show(&p->known[i], p->state[i]);
	}

	return code;
}

/* A daemon that was started anew while nothing was going on is not seen. */
int
oki_pcsc_watch(struct oki_pcsc *p, int32_t ms, struct oki_reader_state *out,
    size_t *n, int64_t *system)
{
	LONG code = SCARD_S_SUCCESS;

	for (int i = 0; i < 2; i++) {
		if ((code = link_open(&p->link)) != SCARD_S_SUCCESS)
			break;
		if ((code = list(p)) == SCARD_S_SUCCESS)
			code = watch(p, ms);
		if (!is_dead(code))
			break;
		link_close(&p->link);
	}
	*n = 0;
	*system = p->link.system;
	if (code != SCARD_S_SUCCESS && (judge(code)->flags & CHANGE) == 0) {
		p->n = 0;
		return judge(code)->look;
	}
	*system = 0;
	*n = p->n;
	memcpy(out, p->known, sizeof(p->known));

	return ONSHI_OK;
}

/* ---- one reader ------------------------------------------------------- */

/* A dead link takes its card with it: power off is tried, but not likely. */
static const struct judgement *
verdict(struct reader *rd, LONG code)
{
	(void)note(&rd->link, code);
	if (is_dead(code)) {
		if (rd->connected)
			rd->lost = SCardDisconnect(rd->card,
			    SCARD_UNPOWER_CARD) != SCARD_S_SUCCESS;
		rd->connected = false;
		link_close(&rd->link);
	}

	return judge(code);
}

static LONG
wait_change(struct reader *rd, SCARD_READERSTATE *s, int32_t ms)
{
	LONG code;

	if ((code = link_open(&rd->link)) != SCARD_S_SUCCESS)
		return code;
	code = SCardGetStatusChange(rd->link.handle,
	    (DWORD)(ms < STATUS_MS ? ms : STATUS_MS), s, 1);
	s->dwCurrentState = s->dwEventState & ~(DWORD)SCARD_STATE_CHANGED;

	return code;
}

static int
reader_wait(void *self, int present, int32_t timeout_ms)
{
	int64_t end = oki_os_steady_ms() + timeout_ms, left = timeout_ms;
	SCARD_READERSTATE s;
	struct reader *rd = self;
	LONG code;

	memset(&s, 0, sizeof(s));
	s.szReader = rd->name;
	do {
		code = wait_change(rd, &s, (int32_t)(left > 0 ? left : 0));
		if (code != SCARD_S_SUCCESS && code != SCARD_E_TIMEOUT)
			return verdict(rd, code)->hold;
		if (((s.dwEventState & SCARD_STATE_PRESENT) != 0) ==
		    (present != 0))
			return ONSHI_OK;
		left = end - oki_os_steady_ms();
	} while (left > 0);

	return ONSHI_E_CARD_TIMEOUT;
}

static uint32_t
little_endian(const uint8_t *p, size_t len)
{
	uint32_t n = 0;

	for (size_t i = len; i > 0; i--)
		n = n << 8 | p[i - 1];

	return n;
}

/* PC/SC part 10: what of an APDU the reader can carry. Asking moves nothing on
 * the card, and a reader that does not say is no failure. */
static void
ask_largest(struct reader *rd)
{
	uint8_t in[1] = { 0 }, out[256];
	DWORD len = 0, control = 0;

	rd->asked = true;
	rd->largest = NO_LIMIT_KNOWN;
	if (SCardControl(rd->card, CM_IOCTL_GET_FEATURE_REQUEST, in, 0, out,
	    sizeof(out), &len) != SCARD_S_SUCCESS || len > sizeof(out))
		return;
	for (size_t i = 0; i + 6 <= len; i += 2u + out[i + 1])
		if (out[i] == FEATURE_GET_TLV_PROPERTIES && out[i + 1] == 4)
			control = (DWORD)out[i + 2] << 24 |
			    (DWORD)out[i + 3] << 16 |
			    (DWORD)out[i + 4] << 8 | out[i + 5];
	len = 0;
	if (control == 0 || SCardControl(rd->card, control, in, 0, out,
	    sizeof(out), &len) != SCARD_S_SUCCESS || len > sizeof(out))
		return;
	for (size_t i = 0; i + 2 <= len && i + 2 + out[i + 1] <= len;
	    i += 2u + out[i + 1])
		if (out[i] == PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize &&
		    out[i + 1] <= 4)
			rd->largest = (int32_t)(little_endian(out + i + 2,
			    out[i + 1]) & 0x7fffffff);
}

static LONG
connect_as(struct reader *rd, DWORD share, DWORD protocols)
{
	return SCardConnect(rd->link.handle, rd->name, share, protocols,
	    &rd->card, &rd->protocol);
}

static bool
is_in_use(struct reader *rd)
{
	SCARD_READERSTATE s;

	memset(&s, 0, sizeof(s));
	s.szReader = rd->name;

	return wait_change(rd, &s, 0) == SCARD_S_SUCCESS &&
	    (s.dwEventState & SCARD_STATE_INUSE) != 0;
}

/*
 * For us alone; where another program has the card open for everybody, shared
 * with a transaction around the whole session (SEC-68). A My Number Card has
 * T=1 only; other cards are let in, so that they can be named.
 */
static LONG
connect_to(struct reader *rd)
{
	LONG code;

	code = connect_as(rd, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1);
	if (code == SCARD_E_PROTO_MISMATCH)
		code = connect_as(rd, SCARD_SHARE_EXCLUSIVE,
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
	if (code != SCARD_E_SHARING_VIOLATION)
		return code;
	code = connect_as(rd, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1);
	if (code == SCARD_E_PROTO_MISMATCH)
		code = connect_as(rd, SCARD_SHARE_SHARED,
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
	if (code == SCARD_S_SUCCESS &&
	    (code = SCardBeginTransaction(rd->card)) != SCARD_S_SUCCESS)
		(void)SCardDisconnect(rd->card, SCARD_LEAVE_CARD);

	return code;
}

/* While another program's transaction lasts, the daemon answers neither of
 * both: no fault of card or reader, and it lasts as long as the other likes. */
static LONG
connect_card(struct reader *rd)
{
	LONG code;

	atomic_store(&rd->waits, is_in_use(rd));
	code = connect_to(rd);
	atomic_store(&rd->waits, 0);

	return code;
}

static int
reader_hold(void *self, int32_t timeout_ms)
{
	struct reader *rd = self;
	LONG code = SCARD_S_SUCCESS;

	(void)timeout_ms;		/* PC/SC takes none */
	if (rd->connected)
		(void)SCardDisconnect(rd->card, SCARD_UNPOWER_CARD);
	rd->connected = rd->lost = false;
	for (int i = 0; i < 2; i++) {
		if ((code = link_open(&rd->link)) == SCARD_S_SUCCESS)
			code = connect_card(rd);
		if (!is_dead(code))
			break;
		link_close(&rd->link);
	}
	if (code != SCARD_S_SUCCESS)
		return verdict(rd, code)->hold;
	rd->connected = true;
	if (!rd->asked)
		ask_largest(rd);

	return ONSHI_OK;
}

static int
reader_transmit(void *self, const uint8_t *command, size_t len,
    uint8_t *reply, size_t *replylen, int32_t timeout_ms)
{
	struct reader *rd = self;
	size_t room = *replylen;
	DWORD got = (DWORD)room;
	LONG code;

	(void)timeout_ms;
	*replylen = 0;
	if (!rd->connected)
		return ONSHI_E_CARD_GONE;
	code = SCardTransmit(rd->card, rd->protocol == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1, command, (DWORD)len, NULL, reply,
	    &got);
	if (code == SCARD_E_INSUFFICIENT_BUFFER) {
		*replylen = room + 1;	/* more than it may answer */
		return ONSHI_OK;
	}
	if (code != SCARD_S_SUCCESS)
		return verdict(rd, code)->session;
	if (got < 2)			/* F23: it went meanwhile */
		return ONSHI_E_CARD_GONE;
	*replylen = got;

	return ONSHI_OK;
}

/* A plain disconnect would leave the PIN verified (card.md 3.6). */
static int
reader_release(void *self, int32_t timeout_ms)
{
	struct reader *rd = self;
	LONG code;

	(void)timeout_ms;
	if (!rd->connected)
		return rd->lost ? ONSHI_E_READER : ONSHI_OK;
	rd->connected = false;
	code = SCardDisconnect(rd->card, SCARD_UNPOWER_CARD);
	if (code == SCARD_S_SUCCESS || code == SCARD_W_REMOVED_CARD ||
	    code == SCARD_E_NO_SMARTCARD)
		return ONSHI_OK;
	link_close(&rd->link);		/* the daemon drops what we held */

	return verdict(rd, code)->session;
}

static const struct onshi_reader_ops reader_ops = {
	.size = sizeof(reader_ops),
	.wait = reader_wait,
	.hold = reader_hold,
	.release = reader_release,
	.transmit = reader_transmit
};

int
oki_pcsc_reader_new(const char *name, struct onshi_reader_ops *ops,
    void **self)
{
	struct reader *rd;

	*self = NULL;
	if ((rd = oki_alloc(sizeof(*rd))) == NULL)
		return ONSHI_E_NOMEM;
	rd->largest = NO_LIMIT_KNOWN;
	atomic_init(&rd->waits, 0);
	if (!oki_copy(rd->name, sizeof(rd->name), name)) {
		oki_free(rd);
		return ONSHI_E_READER_NONE;
	}
	*ops = reader_ops;
	*self = rd;

	return ONSHI_OK;
}

void
oki_pcsc_reader_free(void *self)
{
	struct reader *rd = self;

	if (rd->connected)
		(void)SCardDisconnect(rd->card, SCARD_UNPOWER_CARD);
	link_close(&rd->link);
	oki_free(rd);
}

int64_t
oki_pcsc_reader_system(const void *self)
{
	const struct reader *rd = self;

	return rd->link.system;
}

int32_t
oki_pcsc_reader_largest(const void *self)
{
	const struct reader *rd = self;

	return rd->largest;
}

bool
oki_pcsc_reader_waits(const void *self)
{
	const struct reader *rd = self;

	return atomic_load(&rd->waits) != 0;
}
