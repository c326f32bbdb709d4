/* PC/SC without a daemon: see pcsc_fake.h. */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <winscard.h>
#include <reader.h>

#include "tests/mock/pcsc_fake.h"

#define PNP	"\\\\?PnP?\\Notification"

struct pcsc_fake pcsc_fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int generation;		/* of the daemon */
static long open_card;		/* the handle that is connected, 0: none */

const SCARD_IO_REQUEST g_rgSCardT0Pci = { SCARD_PROTOCOL_T0,
    sizeof(SCARD_IO_REQUEST) };
const SCARD_IO_REQUEST g_rgSCardT1Pci = { SCARD_PROTOCOL_T1,
    sizeof(SCARD_IO_REQUEST) };

void
pcsc_fake_lock(void)
{
	(void)pthread_mutex_lock(&lock);
}

void
pcsc_fake_unlock(void)
{
	(void)pthread_mutex_unlock(&lock);
}

void
pcsc_fake_reset(struct mock *card)
{
	memset(&pcsc_fake, 0, sizeof(pcsc_fake));
	pcsc_fake.card = card;
	pcsc_fake.names[0] = "Fake Reader 00 00";
	pcsc_fake.names[1] = "Fake Reader 00 01";
	pcsc_fake.largest = -1;
	generation = 1;
	open_card = 0;
}

/* What it held is gone with it; the card stays powered, as a real one may. */
static void
die(void)
{
	generation++;
	open_card = 0;
	pcsc_fake.contexts = 0;
	pcsc_fake.cards = 0;
}

void
pcsc_fake_restart(void)
{
	pcsc_fake_lock();
	die();
	pcsc_fake_unlock();
}

/* Counts the call; whether it is the one that fails. */
static bool
enter(const char *name)
{
	bool fails;

	pcsc_fake_lock();
	while (pcsc_fake.stopped) {
		pcsc_fake_unlock();
		mock_sleep(5);
		pcsc_fake_lock();
	}
	if (pcsc_fake.only == NULL || strcmp(pcsc_fake.only, name) == 0)
		pcsc_fake.calls++;
	else
		return false;
	fails = pcsc_fake.calls == pcsc_fake.fail_at ||
	    (pcsc_fake.from_there && pcsc_fake.calls > pcsc_fake.fail_at);
	if (fails && pcsc_fake.and_dies)
		die();

	return fails;
}

static LONG
leave(LONG code)
{
	pcsc_fake_unlock();

	return code;
}

static bool
is_stale(long handle)
{
	return pcsc_fake.no_daemon || handle >> 8 != generation;
}

static bool
card_is_there(void)
{
	bool present;

	mock_lock(pcsc_fake.card);
	present = pcsc_fake.card->present;
	mock_unlock(pcsc_fake.card);

	return present;
}

static LONG
from_result(int r)
{
	switch (r) {
	case ONSHI_OK:
		return SCARD_S_SUCCESS;
	case ONSHI_E_CARD_GONE:
		return SCARD_W_REMOVED_CARD;
	default:
		return SCARD_F_UNKNOWN_ERROR;
	}
}

LONG
SCardEstablishContext(DWORD scope, LPCVOID r1, LPCVOID r2,
    LPSCARDCONTEXT context)
{
	(void)scope;
	(void)r1;
	(void)r2;
	if (enter("SCardEstablishContext"))
		return leave(pcsc_fake.code);
	if (pcsc_fake.no_daemon)
		return leave(SCARD_E_NO_SERVICE);
	pcsc_fake.contexts++;
	pcsc_fake.lowest = dup(STDERR_FILENO);
	(void)close(pcsc_fake.lowest);
	*context = (long)generation << 8 | 1;

	return leave(SCARD_S_SUCCESS);
}

/* A context that the daemon has forgotten is no leak of ours. */
LONG
SCardReleaseContext(SCARDCONTEXT context)
{
	bool fails = enter("SCardReleaseContext");

	if (is_stale(context))
		return leave(SCARD_E_INVALID_HANDLE);
	pcsc_fake.contexts--;
	if (open_card != 0 && pcsc_fake.contexts == 0) {
		pcsc_fake.cards--;	/* reset, not powered off */
		pcsc_fake.left_powered++;
		open_card = 0;
	}

	return leave(fails ? pcsc_fake.code : SCARD_S_SUCCESS);
}

LONG
SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR to, LPDWORD len)
{
	size_t n = 0, size;

	(void)groups;
	if (enter("SCardListReaders"))
		return leave(pcsc_fake.code);
	if (is_stale(context))
		return leave(SCARD_E_SERVICE_STOPPED);
	for (size_t i = 0; pcsc_fake.names[i] != NULL; i++) {
		size = strlen(pcsc_fake.names[i]) + 1;
		if (n + size + 1 > *len)
			return leave(SCARD_E_INSUFFICIENT_BUFFER);
		memcpy(to + n, pcsc_fake.names[i], size);
		n += size;
	}
	to[n++] = '\0';
	*len = (DWORD)n;

	return leave(n == 1 ? SCARD_E_NO_READERS_AVAILABLE :
	    SCARD_S_SUCCESS);
}

static size_t
readers(void)
{
	size_t n = 0;

	while (pcsc_fake.names[n] != NULL)
		n++;

	return n;
}

/* The state of one reader now; false if there is no such reader. */
static bool
state_now(const char *name, DWORD *state)
{
	for (size_t i = 0; pcsc_fake.names[i] != NULL; i++)
		if (strcmp(pcsc_fake.names[i], name) == 0) {
			*state = i <= (pcsc_fake.both ? 1u : 0u) &&
			    card_is_there() ? SCARD_STATE_PRESENT :
			    SCARD_STATE_EMPTY;
			if (i < OKI_COUNT(pcsc_fake.state))
				*state |= pcsc_fake.state[i];
			if (pcsc_fake.shared || pcsc_fake.exclusive)
				*state |= SCARD_STATE_INUSE;
			return true;
		}

	return false;
}

static LONG
look(SCARD_READERSTATE *s, DWORD n, size_t before)
{
	LONG code = SCARD_E_TIMEOUT;
	DWORD now;

	for (DWORD i = 0; i < n; i++) {
		if (strcmp(s[i].szReader, PNP) == 0) {
			if (readers() != before)
				code = SCARD_S_SUCCESS;
			continue;
		}
		if (!state_now(s[i].szReader, &now))
			return SCARD_E_UNKNOWN_READER;
		s[i].dwEventState = now;
		if ((s[i].dwCurrentState & (SCARD_STATE_PRESENT |
		    SCARD_STATE_EMPTY)) != (now & (SCARD_STATE_PRESENT |
		    SCARD_STATE_EMPTY))) {
			s[i].dwEventState |= SCARD_STATE_CHANGED;
			code = SCARD_S_SUCCESS;
		}
	}

	return code;
}

LONG
SCardGetStatusChange(SCARDCONTEXT context, DWORD ms, SCARD_READERSTATE *s,
    DWORD n)
{
	int64_t end = mock_now() + (int64_t)ms;
	size_t before;
	LONG code;

	if (enter("SCardGetStatusChange"))
		return leave(pcsc_fake.code);
	before = readers();
	for (;;) {
		if (is_stale(context))
			return leave(SCARD_F_COMM_ERROR);
		code = look(s, n, before);
		if (code != SCARD_E_TIMEOUT || mock_now() >= end)
			return leave(code);
		pcsc_fake_unlock();
		mock_sleep(2);
		pcsc_fake_lock();
	}
}

/* The daemon answers nobody who wants a card while another program has it for a
 * transaction (pcscd 1.9.9: in SCardConnect already). */
static void
await_transaction(void)
{
	while (pcsc_fake.transaction) {
		pcsc_fake_unlock();
		mock_sleep(5);
		pcsc_fake_lock();
	}
}

static LONG
may_connect(DWORD share, DWORD protocols)
{
	if (!card_is_there())
		return SCARD_E_NO_SMARTCARD;
	if (pcsc_fake.unresponsive)
		return SCARD_W_UNRESPONSIVE_CARD;
	if (open_card != 0 || pcsc_fake.exclusive ||
	    (pcsc_fake.shared && share == SCARD_SHARE_EXCLUSIVE))
		return SCARD_E_SHARING_VIOLATION;
	if (pcsc_fake.t0_only && (protocols & SCARD_PROTOCOL_T0) == 0)
		return SCARD_E_PROTO_MISMATCH;

	return SCARD_S_SUCCESS;
}

LONG
SCardConnect(SCARDCONTEXT context, LPCSTR name, DWORD share, DWORD protocols,
    LPSCARDHANDLE card, LPDWORD protocol)
{
	LONG code;

	if (enter("SCardConnect"))
		return leave(pcsc_fake.code);
	if (is_stale(context))
		return leave(SCARD_E_SERVICE_STOPPED);
	if (pcsc_fake.names[0] == NULL || (strcmp(name, pcsc_fake.names[0]) !=
	    0 && !(pcsc_fake.both && strcmp(name, pcsc_fake.names[1]) == 0)))
		return leave(SCARD_E_UNKNOWN_READER);
	(void)snprintf(pcsc_fake.connected, sizeof(pcsc_fake.connected), "%s",
	    name);
	await_transaction();
	if ((code = may_connect(share, protocols)) != SCARD_S_SUCCESS)
		return leave(code);
	if ((code = from_result(mock_ops.hold(pcsc_fake.card, 0))) !=
	    SCARD_S_SUCCESS)
		return leave(code);
	pcsc_fake.connects++;
	pcsc_fake.cards++;
	pcsc_fake.powered = true;
	*protocol = pcsc_fake.t0_only ? SCARD_PROTOCOL_T0 : SCARD_PROTOCOL_T1;
	*card = open_card = (long)generation << 8 | 2;

	return leave(SCARD_S_SUCCESS);
}

LONG
SCardDisconnect(SCARDHANDLE card, DWORD disposition)
{
	bool fails = enter("SCardDisconnect");

	if (is_stale(card))
		return leave(SCARD_E_INVALID_HANDLE);
	pcsc_fake.cards--;
	open_card = 0;
	if (fails)
		return leave(pcsc_fake.code);
	if (disposition == SCARD_UNPOWER_CARD) {
		(void)mock_ops.release(pcsc_fake.card, 0);
		pcsc_fake.powered = false;
	} else {
		pcsc_fake.left_powered++;
	}

	return leave(SCARD_S_SUCCESS);
}

LONG
SCardBeginTransaction(SCARDHANDLE card)
{
	if (enter("SCardBeginTransaction"))
		return leave(pcsc_fake.code);
	if (is_stale(card))
		return leave(SCARD_E_INVALID_HANDLE);
	await_transaction();
	pcsc_fake.transactions++;

	return leave(SCARD_S_SUCCESS);
}

LONG
SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *pci, LPCBYTE command,
    DWORD len, SCARD_IO_REQUEST *got, LPBYTE reply, LPDWORD replylen)
{
	size_t n = *replylen;
	int r;

	(void)pci;
	(void)got;
	if (enter("SCardTransmit"))
		return leave(pcsc_fake.code);
	if (is_stale(card))
		return leave(SCARD_E_SERVICE_STOPPED);
	pcsc_fake_unlock();
	r = mock_ops.transmit(pcsc_fake.card, command, len, reply, &n, 1000);
	if (n > *replylen)
		return SCARD_E_INSUFFICIENT_BUFFER;
	*replylen = (DWORD)n;

	return from_result(r);
}

static DWORD
from_hex(const char *hex, uint8_t *to)
{
	static const char digits[] = "0123456789abcdef";
	DWORD n;

	for (n = 0; hex[2 * n] != '\0'; n++)
		to[n] = (uint8_t)((strchr(digits, hex[2 * n]) - digits) << 4 |
		    (strchr(digits, hex[2 * n + 1]) - digits));

	return n;
}

/* Part 10: one feature, whose one property says how long an APDU may be. */
LONG
SCardControl(SCARDHANDLE card, DWORD control, LPCVOID in, DWORD inlen,
    LPVOID out, DWORD room, LPDWORD len)
{
	const uint8_t feature[] = { FEATURE_GET_TLV_PROPERTIES, 4, 0x42, 0,
	    0x0d, 0x52 };
	uint8_t property[] = { 1, 1, 0,
	    PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4, 0, 0, 0, 0 };
	uint32_t n = (uint32_t)pcsc_fake.largest;

	(void)in;
	(void)inlen;
	if (enter("SCardControl"))
		return leave(pcsc_fake.code);
	if (is_stale(card) || (pcsc_fake.largest < 0 &&
	    pcsc_fake.features == NULL) || room < sizeof(property))
		return leave(SCARD_E_UNSUPPORTED_FEATURE);
	if (pcsc_fake.features != NULL) {
		*len = from_hex(control == CM_IOCTL_GET_FEATURE_REQUEST ?
		    pcsc_fake.features : pcsc_fake.properties, out) +
		    pcsc_fake.more;
		return leave(SCARD_S_SUCCESS);
	}
	for (size_t i = 0; i < 4; i++)
		property[5 + i] = (uint8_t)(n >> 8 * i & 0xff);
	if (control == CM_IOCTL_GET_FEATURE_REQUEST) {
		memcpy(out, feature, sizeof(feature));
		*len = sizeof(feature);
	} else {
		memcpy(out, property, sizeof(property));
		*len = sizeof(property);
	}

	return leave(SCARD_S_SUCCESS);
}
