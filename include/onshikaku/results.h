/* Results and needs. Made from lib/core/results.def: do not edit. */
#ifndef ONSHIKAKU_RESULTS_H
#define ONSHIKAKU_RESULTS_H

/* The hundreds digit says who must act: 1 us, 2 the program, 3 card,
 * holder, reader, 4 network, 5 the service, 6 law and consent, 7 this
 * machine, 8 cancelled. */
enum {
	ONSHI_OK		= 0,	/* done */
	ONSHI_NEED_CARD		= 1,	/* a card is needed */
	ONSHI_NEED_PIN		= 2,	/* the PIN is needed */
	ONSHI_NEED_CONFIRM	= 3,	/* the operator's confirmation is needed */
	ONSHI_NEED_FACE		= 4,	/* the face reader is at work */
	ONSHI_NEED_WAIT		= 6,	/* under way */
	ONSHI_NEED_ACKNOWLEDGE	= 7,	/* the notice has to be acknowledged */
	ONSHI_NEED_LATER	= 8,	/* the service works on it */
	ONSHI_ABSENT		= 101,	/* absent or empty */
	ONSHI_END		= 102,	/* no more */
	ONSHI_E_INTERNAL	= -101,	/* internal error of libonshikaku */
	ONSHI_E_ARG		= -201,	/* an argument is wrong */
	ONSHI_E_STATE		= -202,	/* not now: the handle is in another state */
	ONSHI_E_UNSUPPORTED	= -203,	/* not supported by this build, link or reader */
	ONSHI_E_REENTRANT	= -204,	/* called from inside a callback of the same handle */
	ONSHI_E_CALLBACK	= -205,	/* a callback of the program failed */
	ONSHI_E_CONFIG		= -206,	/* the configuration is wrong */
	ONSHI_E_ABI		= -207,	/* the library is older than the program needs */
	ONSHI_E_VALUE		= -208,	/* a value has the wrong form */
	ONSHI_E_ENVIRONMENT	= -209,	/* the process's environment is not safe */
	ONSHI_E_CARD_GONE	= -301,	/* the card was taken away or reset */
	ONSHI_E_CARD_ANSWER	= -302,	/* the card gave an answer that it must not give */
	ONSHI_E_CARD_TIMEOUT	= -303,	/* the card did not answer in time */
	ONSHI_E_CARD_NONE	= -304,	/* no card was put on the reader in time */
	ONSHI_E_CARD_OTHER	= -305,	/* not a My Number Card */
	ONSHI_E_CARD_RESIDENCE	= -306,	/* a residence card, not a My Number Card */
	ONSHI_E_CARD_DRIVERS_LICENCE = -307,	/* a driver's licence, not a My Number Card */
	ONSHI_E_CARD_PHONE	= -308,	/* a phone; this reader takes the card */
	ONSHI_E_CARD_JUKI	= -309,	/* an old Juki card, no longer usable */
	ONSHI_E_CARD_NO_CERTIFICATE = -310,	/* the card holds no user-authentication certificate */
	ONSHI_E_PIN_SHAPE	= -311,	/* the PIN is not four digits; no try was spent */
	ONSHI_E_PIN_WRONG	= -312,	/* the PIN is wrong */
	ONSHI_E_PIN_LAST_TRY	= -313,	/* one PIN try is left; it was not spent */
	ONSHI_E_PIN_BLOCKED	= -314,	/* this card's PIN cannot be used: it is locked, or the card is one without a PIN */
	ONSHI_E_FACE		= -315,	/* the face reader did not match the face */
	ONSHI_E_PIN_UNKNOWN	= -316,	/* the card was lost while it checked the PIN: a try may be spent */
	ONSHI_E_CARD_CHANGED	= -317,	/* another card than before in this visit: the visit is over */
	ONSHI_E_ARRIVAL_NONE	= -318,	/* nobody has checked in at the reader in time */
	ONSHI_E_ARRIVAL_TAKEN	= -319,	/* another desk has taken this check-in */
	ONSHI_E_PHONE_EXPIRED	= -320,	/* the phone's certificate has ended: phones have no grace */
	ONSHI_E_READER		= -321,	/* the reader failed */
	ONSHI_E_READER_BUSY	= -322,	/* another program or visit holds the reader */
	ONSHI_E_READER_NONE	= -323,	/* no such reader */
	ONSHI_E_READER_SERVICE	= -324,	/* the smart card service (PC/SC) is not running */
	ONSHI_E_READER_SEVERAL	= -325,	/* several readers have a card: choose one */
	ONSHI_E_READER_DENIED	= -326,	/* no right to use the reader */
	ONSHI_E_CERTIFICATE	= -331,	/* the card's certificate is malformed */
	ONSHI_E_SIGNATURE	= -332,	/* the card's signature does not fit its certificate */
	ONSHI_E_NUMBER_SHAPE	= -333,	/* the verification number is not fourteen digits of a date, a year and a code; no try was spent */
	ONSHI_E_NUMBER_WRONG	= -334,	/* the verification number is wrong */
	ONSHI_E_NUMBER_LAST_TRY	= -335,	/* one try of the verification number is left; it was not spent */
	ONSHI_E_NUMBER_BLOCKED	= -336,	/* this card's verification number is locked */
	ONSHI_E_NUMBER_UNKNOWN	= -337,	/* the card was lost while it checked the verification number: a try may be spent */
	ONSHI_E_CARD_FORGED	= -338,	/* the card's face is not as it was signed, or not of this chip */
	ONSHI_E_LINK_TIMEOUT	= -401,	/* the service did not answer in time */
	ONSHI_E_NETWORK		= -402,	/* the network failed */
	ONSHI_E_TLS		= -403,	/* the peer cannot be trusted, or does not trust us */
	ONSHI_E_PROTOCOL	= -404,	/* the peer broke the protocol */
	ONSHI_E_TOO_BIG		= -405,	/* more than the limit allows */
	ONSHI_E_SERVICE_BUSY	= -406,	/* the service is busy */
	ONSHI_E_ANSWER_REFUSED	= -407,	/* the answer is damaged or not ours, and was refused */
	ONSHI_E_CONFINED	= -408,	/* the address is outside the networks allowed */
	ONSHI_E_SERVICE_REFUSED	= -501,	/* the service refused the terminal or the request */
	ONSHI_E_SERVICE_ERROR	= -502,	/* the service could not process the request */
	ONSHI_E_PERSON_ERROR	= -503,	/* the service reports an error for this person */
	ONSHI_E_REJECTED	= -504,	/* the request was rejected, unprocessed */
	ONSHI_E_NOT_PROVIDED	= -505,	/* the information could not be obtained, which is not to say that there is none */
	ONSHI_E_IN_PROGRESS	= -506,	/* still being processed */
	ONSHI_E_UNKNOWN_CODE	= -507,	/* the service answered with a code this library does not know */
	ONSHI_E_CARD_REVOKED	= -508,	/* the certificate is revoked */
	ONSHI_E_CARD_EXPIRED	= -509,	/* the certificate is out of its dates */
	ONSHI_E_CARD_AUTHORITY	= -510,	/* the certificate is of an unknown authority */
	ONSHI_E_CARD_NOT_REGISTERED = -511,	/* the card is not registered as an insurance card */
	ONSHI_E_CHALLENGE	= -512,	/* the challenge was too old: sign a fresh one */
	ONSHI_E_SIGNATURE_REFUSED = -513,	/* the service could not verify the card's signature */
	ONSHI_E_SUSPENDED	= -514,	/* the agency has suspended the service for this facility */
	ONSHI_E_CONSENT		= -601,	/* the patient has not consented to this */
	ONSHI_E_CONSENT_OVER	= -602,	/* the consent is over */
	ONSHI_E_LICENCE		= -603,	/* only a licensed person may see this */
	ONSHI_E_SIGN_IN		= -604,	/* the operator's sign-in is too weak for this */
	ONSHI_E_PURPOSE		= -605,	/* the visit's purpose does not allow this */
	ONSHI_E_FACILITY	= -606,	/* this kind of facility is not given this information */
	ONSHI_E_IDENTITY	= -607,	/* only a visit proved by card may see this */
	ONSHI_E_CLOCK		= -608,	/* the terminal is on another day than the service */
	ONSHI_E_GRACE		= -609,	/* the certificate is in grace: eligibility only */
	ONSHI_E_EXPIRED		= -610,	/* the answer is past its time and was wiped */
	ONSHI_E_OPERATOR	= -611,	/* a named operator is needed */
	ONSHI_E_NOT_CONFIRMED	= -612,	/* the operator did not confirm the person */
	ONSHI_E_METHOD		= -613,	/* this way of identification does not allow it */
	ONSHI_E_DISASTER_AREA	= -614,	/* the emergency mode is not activated for this area */
	ONSHI_E_DISASTER_PERIOD	= -615,	/* the emergency mode is not in its period */
	ONSHI_E_VISIT_GONE	= -616,	/* there is no such sealed visit, or it is over */
	ONSHI_E_MODE_OFF	= -617,	/* this exceptional mode is not switched on here */
	ONSHI_E_NOTICE		= -618,	/* the notice of the exceptional use has not been acknowledged */
	ONSHI_E_BASIS		= -619,	/* the ground for this is missing, or does not cover it */
	ONSHI_E_CARD_FACE_OFF	= -620,	/* showing the card's face is not switched on here */
	ONSHI_E_NOMEM		= -701,	/* out of memory */
	ONSHI_E_AUDIT		= -702,	/* the audit trail cannot be written, so nothing is handed over */
	ONSHI_E_AUDIT_NONE	= -703,	/* no audit trail is set up, which medical information needs */
	ONSHI_E_DISK		= -704,	/* a file or directory cannot be used */
	ONSHI_E_SYSTEM		= -705,	/* the operating system has no thread, descriptor or random number left */
	ONSHI_E_AUDIT_GONE	= -706,	/* audit.dir is set, but no audit trail lies there */
	ONSHI_E_UNCERTAIN	= -707,	/* it may have been handed in, and its answer is not to be had */
	ONSHI_E_CANCELLED	= -801	/* cancelled */
};

#endif
