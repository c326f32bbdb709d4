/*
 * A My Number Card in software. The card itself (card, file, security, apdu,
 * crypto, profile) knows nothing of readers; reader, control, fault and log
 * are around it; loop moves the whole. All on one thread.
 */
#ifndef SIMULATOR_VCARD_H
#define SIMULATOR_VCARD_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

enum {
	VC_COMMAND_MAX	= 4 + 3 + 65535 + 3,
	VC_DATA_MAX	= 65536,
	VC_PATH_MAX	= 1024,
	VC_FAULTS_MAX	= 16,
	VC_ATR_MAX	= 33
};

/* Status words, card.md 7. */
enum {
	SW_OK = 0x9000, SW_TRIES = 0x63c0, SW_NO_KEY_DELIVERY = 0x66f1,
	SW_LENGTH = 0x6700, SW_CHANNEL = 0x6881, SW_SECURE = 0x6882,
	SW_NOT_FOR_FILE = 0x6981, SW_SECURITY = 0x6982, SW_BLOCKED = 0x6984,
	SW_CONDITIONS = 0x6985, SW_NO_EF = 0x6986, SW_NOT_FOUND = 0x6a82,
	SW_NO_RECORD = 0x6a83, SW_P1P2 = 0x6a86, SW_NO_DATA = 0x6a88,
	SW_OFFSET = 0x6b00, SW_INS = 0x6d00, SW_CLA = 0x6e00,
	SW_UNKNOWN = 0x6f00
};

/* What kind of card a profile is; a mask in the table of applications. */
enum {
	VC_MYNUMBER = 1, VC_PHONE = 2, VC_JUKI = 4, VC_RESIDENCE = 8,
	VC_LICENCE = 16
};

/* The references that VERIFY can be asked about. */
enum vc_pin {
	PIN_AUTH, PIN_SIGN, PIN_TEXT, PIN_TEXT_A, PIN_TEXT_B, PIN_VISUAL_A,
	PIN_VISUAL_B, PIN_BIRTH, PIN_COMMON, PIN_JUKI, PIN_UNSET, PIN_COUNT
};

#define VC_BY(pin)	(1u << (pin))
#define VC_NEVER	(1u << 31)

enum vc_key { KEY_AUTH, KEY_SIGN, KEY_CARD, KEY_COUNT };

/* profile.ini as it was read; texts are kept where the card needs them. */
struct vc_profile {
	char		 name[64];
	unsigned int	 kind;
	char		 birthdate[9];
	char		 card_expiry[9];
	char		 municipality[6];
	char		 secret[PIN_COUNT][17];
	unsigned int	 tries[PIN_COUNT];
	unsigned int	 max[PIN_COUNT];
	unsigned int	 filler;
};

int	vc_profile_load(struct vc_profile *p, const char *dir,
	    const char *name);

/* Applications (AP) and elementary files (EF), card.md 2 and 3. */
enum vc_type { EF_DATA, EF_RECORD, EF_PIN, EF_KEY };

struct vc_ef {
	uint16_t	 id;		/* 0001 to 001E: also the SFI */
	enum vc_type	 type;
	const char	*source;	/* file of the profile, or "*..." */
	unsigned int	 access;	/* any of these PINs; 0: free */
	unsigned int	 filler;	/* FF after the content */
	int		 ref;		/* enum vc_pin or enum vc_key; or -1 */
	bool		 alone;		/* the profile's filler follows it */
};

struct vc_app {
	const char	*name;
	uint8_t		 aid[16];
	size_t		 aid_len;
	unsigned int	 kinds;
	const struct vc_ef *efs;
	size_t		 n;
	unsigned int	 key_delivery;	/* the answer to 80 AE */
};

struct vc_bytes {
	uint8_t		*data;
	size_t		 len;
	uint8_t		*wide;		/* with a non-minimal BER length */
	size_t		 wide_len;
};

enum { VC_EFS_MAX = 128 };

struct vc_files {
	unsigned int	 kind;
	const struct vc_ef *ef[VC_EFS_MAX];	/* what has content */
	struct vc_bytes	 bytes[VC_EFS_MAX];
	size_t		 n;
};

const struct vc_app *vc_app_boot(void);
const struct vc_app *vc_app_find(unsigned int kind, const uint8_t *aid,
	    size_t len);
int	vc_files_load(struct vc_files *f, const struct vc_profile *p,
	    const char *dir);
void	vc_files_free(struct vc_files *f);
const struct vc_ef *vc_ef_find(const struct vc_files *f,
	    const struct vc_app *app, unsigned int id);
const uint8_t *vc_ef_bytes(const struct vc_files *f, const struct vc_ef *ef,
	    bool wide, size_t *len);
int	vc_read_file(const char *path, uint8_t **data, size_t *len);

/* Tries, kept over power-off, in a file if there is one. */
struct vc_tries {
	const char	*path;		/* NULL: in memory only */
	struct vc_tries_row {
		char		 profile[64];
		unsigned int	 left[PIN_COUNT];
	} row[64];
	size_t		 n;
};

const char *vc_pin_name(enum vc_pin pin);
int	vc_tries_load(struct vc_tries *t);
unsigned int *vc_tries_of(struct vc_tries *t, const struct vc_profile *p);
int	vc_tries_restore(struct vc_tries *t, const struct vc_profile *p);
int	vc_tries_save(const struct vc_tries *t);

/* Switches of the card's own behaviour that faults set. */
struct vc_switches {
	bool		 short_only;
	bool		 keeps_pin;
	bool		 wide_ber;
	bool		 no_sfi;
	bool		 first_6f00;
	bool		 face_forged;
	bool		 face_copied;
	bool		 face_cut;
	bool		 face_issuer;
};

struct vc_card {
	struct vc_profile profile;
	struct vc_files	 files;
	EVP_PKEY	*keys[KEY_COUNT];
	struct vc_tries	*tries_all;
	unsigned int	*tries;
	struct vc_switches on;

	/* what power-off clears */
	unsigned int	 verified;
	const struct vc_app *app;
	const struct vc_ef *ef;
	bool		 chosen;	/* an AP was selected since power-on */
	bool		 fresh;		/* no command since power-on */

	unsigned long	 apdus;		/* since power-on */
	unsigned long	 apdus_all;
	unsigned long	 verifies;	/* with data, ever */
	unsigned long	 signs;
};

struct vc_apdu {
	uint8_t		 cla;
	uint8_t		 ins;
	uint8_t		 p1;
	uint8_t		 p2;
	const uint8_t	*data;
	size_t		 lc;
	size_t		 le;		/* 0: no answer is asked for */
	bool		 extended;
};

struct vc_reply {
	uint8_t		 data[VC_DATA_MAX + 2];
	size_t		 len;		/* without the status word */
};

int	vc_card_load(struct vc_card *c, const char *pki, const char *profile,
	    struct vc_tries *tries);
void	vc_card_unload(struct vc_card *c);
void	vc_card_power(struct vc_card *c, bool on);
void	vc_card_reset(struct vc_card *c);
size_t	vc_card_atr(const struct vc_card *c, bool contact, uint8_t *out);
bool	vc_apdu_parse(struct vc_apdu *a, const uint8_t *wire, size_t len);
bool	vc_apdu_is_verify(const uint8_t *wire, size_t len);
bool	vc_apdu_is_sign(const uint8_t *wire, size_t len);
unsigned int vc_card_command(struct vc_card *c, const uint8_t *wire,
	    size_t len, struct vc_reply *r);

/* Security status. */
unsigned int vc_verify(struct vc_card *c, enum vc_pin pin,
	    const struct vc_apdu *a);
bool	vc_may(const struct vc_card *c, unsigned int access);

/* Signatures. */
int	vc_keys_load(EVP_PKEY *keys[KEY_COUNT], const char *dir);
unsigned int vc_sign(EVP_PKEY *key, unsigned int form,
	    const struct vc_apdu *a, struct vc_reply *r);
int	vc_random(uint8_t *out, size_t len);

/*
 * Faults: what goes wrong, and at which command. A fault with @N happens
 * once, with @N/every at each N-th command after power-on.
 */
enum vc_fault_kind {
	FAULT_GONE, FAULT_LOST, FAULT_RESET, FAULT_MUTE, FAULT_GARBLE,
	FAULT_CUT, FAULT_STUB, FAULT_EXTRA, FAULT_SW, FAULT_DELAY,
	FAULT_SIGN, FAULT_SHORT_ONLY, FAULT_KEEPS_PIN, FAULT_FIRST_6F00,
	FAULT_WIDE_BER, FAULT_NO_SFI, FAULT_FACE_FORGED, FAULT_FACE_COPIED,
	FAULT_FACE_CUT, FAULT_FACE_ISSUER, FAULT_COUNT
};

struct vc_fault {
	enum vc_fault_kind kind;
	char		 text[40];
	unsigned int	 value;
	unsigned long	 at;		/* 0: by sort, or always */
	char		 sort;		/* s(elect) r(ead) v(erify) c(ompute) */
	bool		 every;
	bool		 spent;
};

struct vc_faults {
	struct vc_fault	 fault[VC_FAULTS_MAX];
	size_t		 n;
};

const char *vc_fault_add(struct vc_faults *f, const char *spec);
void	vc_fault_switches(const struct vc_faults *f, struct vc_switches *on);
const struct vc_fault *vc_fault_due(struct vc_faults *f,
	    enum vc_fault_kind kind, unsigned long n, const uint8_t *wire,
	    size_t len);
unsigned int vc_fault_value(const struct vc_faults *f,
	    enum vc_fault_kind kind);
void	vc_fault_list(void);

/* The log: one line for each exchange, with a model of its time. */
struct vc_log {
	int		 fd;
	bool		 events;	/* comments, beside the exchanges */
	const char	*label;
	unsigned int	 ms_per_apdu;
	unsigned int	 us_per_byte;
	unsigned int	 ms_per_sign;
};

int	vc_log_open(struct vc_log *l, const char *path);
void	vc_log_event(const struct vc_log *l, const char *event,
	    const char *profile);
void	vc_log_apdu(const struct vc_log *l, const uint8_t *wire, size_t len,
	    const uint8_t *answer, size_t answer_len, const char *profile);

/* The whole program. */
struct vc_options {
	const char	*pki;
	const char	*card;
	const char	*vpcd;
	const char	*apdu_log;
	const char	*state;
	const char	*control;
	bool		 control_is_asked;
	const char	*faults[VC_FAULTS_MAX];
	size_t		 fault_count;
	struct vc_log	 log;
	bool		 contact;
};

int	vc_run(const struct vc_options *o);
int	vc_ask(const char *path, int argc, char **argv);
int	vc_wait(int argc, char **argv);
int	vc_listen(int argc, char **argv);
int	vc_loopback(void);
void	vc_complain(const char *what, const char *name);
int64_t	vc_now_ms(void);

#endif
