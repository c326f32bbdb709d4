/* The card and the service of the tests of visits: see fake.h. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "fake.h"

#define START_MS	1793000000000LL		/* 2026-10-26 */

struct fake_key {
	EVP_PKEY	*pkey;
	uint8_t		 der[8192];
	size_t		 derlen;
};

static int64_t
steady_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- card ---------------------------------------------------------------- */

static void
extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* One for the whole program: made before tests fork, it costs once. */
static EVP_PKEY *
fake_pkey(void)
{
	static EVP_PKEY *pkey;

	if (pkey == NULL)
		pkey = EVP_RSA_gen(2048);

	return pkey;
}

void
fake_prepare(void)
{
	(void)fake_pkey();
}

void
fake_new_key(struct fake *f, int days_from, int days_to)
{
	struct fake_key *k;
	unsigned char *p;
	time_t now = (time_t)(atomic_load(&f->wall) / 1000);
	X509 *x = X509_new();

	if ((k = f->key) == NULL)
		k = f->key = calloc(1, sizeof(*k));
	k->pkey = fake_pkey();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711 + days_to);
	X509_time_adj_ex(X509_getm_notBefore(x), days_from, 0, &now);
	X509_time_adj_ex(X509_getm_notAfter(x), days_to, 0, &now);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)"TEST", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, k->pkey);
	extension(x, NID_key_usage, "critical,digitalSignature");
	X509_sign(x, k->pkey, EVP_sha256());
	p = k->der;
	k->derlen = (size_t)i2d_X509(x, &p);
	X509_free(x);
}

/* Both are known to the service by certificate and number. */
static const struct {
	const char	*pin;
	const char	*said[4];	/* in answers: of the same length */
} persons[] = {
	{ "1234", { "CANARYNAME", ">1001<", "19800512", "CANARYDRUG" } },
	{ "9999", { "SECONDNAME", ">2002<", "19911224", "SECONDDRUG" } }
};

void
fake_lay(struct fake *f, int person)
{
	if (f->people[person] == NULL) {
		f->key = NULL;
		fake_new_key(f, -30, 900 + person);
		f->people[person] = f->key;
	}
	f->key = f->people[person];
	f->pin = persons[person].pin;
}

int
fake_whose(const struct fake *f, const char *body)
{
	static const char tag[] = "<Certificate>";
	const char *at = strstr(body, tag);
	unsigned char text[12288];
	int i, n;

	for (i = 0; i < 2 && at != NULL; i++) {
		if (f->people[i] == NULL)
			continue;
		n = EVP_EncodeBlock(text, f->people[i]->der,
		    (int)f->people[i]->derlen);
		if (strncmp(at + strlen(tag), (const char *)text,
		    (size_t)n) == 0)
			return i;
	}

	return -1;
}

/* The answer is about who asks. */
static void
make_about(const struct fake *f, const char *body, char *answer)
{
	const char *from, *to;
	char *at;
	int i;

	if (fake_whose(f, body) != 1 &&
	    strstr(body, persons[1].said[1]) == NULL &&
	    strstr(body, persons[1].said[0]) == NULL)
		return;
	for (i = 0; i < 4; i++) {
		from = persons[0].said[i];
		to = persons[1].said[i];
		for (at = answer; (at = strstr(at, from)) != NULL; )
			memcpy(at, to, strlen(to));
	}
}

static int
reply_with(uint8_t *reply, size_t *len, const uint8_t *data, size_t n,
    unsigned int sw)
{
	if (*len < n + 2)
		return ONSHI_E_READER;
	if (n != 0)
		memcpy(reply, data, n);
	reply[n] = (uint8_t)(sw >> 8);
	reply[n + 1] = (uint8_t)sw;
	*len = n + 2;

	return ONSHI_OK;
}

static int
card_verify(struct fake *f, const uint8_t *c, size_t n, uint8_t *reply,
    size_t *len)
{
	if (n == 4)
		return reply_with(reply, len, NULL, 0,
		    0x63c0 + (unsigned int)atomic_load(&f->tries));
	atomic_fetch_add(&f->verifies, 1);
	if (atomic_load(&f->tries) == 0)
		return reply_with(reply, len, NULL, 0, 0x6984);
	if (n == 9 && memcmp(c + 5, f->pin, 4) == 0) {
		atomic_store(&f->tries, 3);
		return reply_with(reply, len, NULL, 0, 0x9000);
	}
	atomic_fetch_sub(&f->tries, 1);

	return reply_with(reply, len, NULL, 0,
	    0x63c0 + (unsigned int)atomic_load(&f->tries));
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (ms > 0)
		nanosleep(&t, NULL);
}

static int
card_sign(struct fake *f, const uint8_t *c, uint8_t *reply, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(f->key->pkey, NULL);
	uint8_t sig[256];
	size_t siglen = sizeof(sig);

	nap(f->sign_sleep_ms);
	EVP_PKEY_sign_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
	EVP_PKEY_sign(ctx, sig, &siglen, c + 5, c[4]);
	EVP_PKEY_CTX_free(ctx);

	return reply_with(reply, len, sig, siglen, 0x9000);
}

static int
fake_transmit(void *self, const uint8_t *c, size_t n, uint8_t *reply,
    size_t *len, int32_t ms)
{
	struct fake *f = self;

	(void)ms;
	if (atomic_fetch_add(&f->apdus, 1) + 1 == f->gone_at)
		atomic_store(&f->present, 0);
	if (!atomic_load(&f->present))
		return ONSHI_E_CARD_GONE;
	switch (c[1]) {
	case 0xa4:
		return reply_with(reply, len, NULL, 0, 0x9000);
	case 0xb0:
		return reply_with(reply, len, f->key->der, f->key->derlen,
		    0x9000);
	case 0x20:
		return card_verify(f, c, n, reply, len);
	case 0x2a:
		return card_sign(f, c, reply, len);
	default:
		return reply_with(reply, len, NULL, 0, 0x6d00);
	}
}

static int
fake_wait(void *self, int present, int32_t ms)
{
	struct fake *f = self;
	int64_t end = steady_now() + ms;

	while (atomic_load(&f->present) != present) {
		if (steady_now() >= end)
			return ONSHI_E_CARD_TIMEOUT;
		nap(1);
	}

	return ONSHI_OK;
}

static int
fake_hold(void *self, int32_t ms)
{
	struct fake *f = self;

	(void)ms;
	if (!atomic_load(&f->present))
		return ONSHI_E_CARD_GONE;
	atomic_fetch_add(&f->held, 1);

	return ONSHI_OK;
}

static int
fake_release(void *self, int32_t ms)
{
	struct fake *f = self;

	(void)ms;
	atomic_fetch_sub(&f->held, 1);
	atomic_fetch_add(&f->releases, 1);

	return ONSHI_OK;
}

/* ---- service ------------------------------------------------------------------ */

static int
fake_carries(void *self, const char *prefix)
{
	const struct fake *f = self;

	return f->carries_not != NULL && strcmp(f->carries_not, prefix) == 0 ?
	    ONSHI_FORM_NONE : ONSHI_FORM_XML;
}

static int
fake_open(void *self, int32_t ms, void **session)
{
	struct fake *f = self;

	(void)ms;
	atomic_fetch_add(&f->opens, 1);
	*session = f;

	return ONSHI_OK;
}

static void
fake_close(void *self, void *session)
{
	struct fake *f = self;

	(void)session;
	atomic_fetch_add(&f->closes, 1);
}

static const char *const flags[] = { NULL, "PharmacistsInfo",
    "SpecificHealthCheckupsInfo", "DiagnosisInfo", "OperationInfo",
    "LimitApplicationCertificateRelated", "SpecificDiseasesCertificateRelated"
};

static void
japan_time(char to[15], int64_t ms)
{
	time_t t = (time_t)(ms / 1000 + 9 * 3600);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(to, 15, "%Y%m%d%H%M%S", &tm);
}

/* The text of an element, or "". */
static void
find(const char *body, const char *name, char *to, size_t room)
{
	char open[96];
	const char *p, *end;

	to[0] = '\0';
	snprintf(open, sizeof(open), "<%s>", name);
	if ((p = strstr(body, open)) == NULL)
		return;
	p += strlen(open);
	if ((end = strchr(p, '<')) == NULL || (size_t)(end - p) >= room)
		return;
	memcpy(to, p, (size_t)(end - p));
	to[end - p] = '\0';
}

static void
put_consents(const struct fake *f, char *to, size_t room)
{
	char since[15], until[15];
	size_t n = 0;
	int i;

	japan_time(since, atomic_load(&f->wall) + (f->ahead -
	    f->consent_age) * 1000LL);
	japan_time(until, atomic_load(&f->wall) + (f->ahead +
	    f->consent_seconds) * 1000LL);
	for (i = 1; i <= 6; i++) {
		n += (size_t)snprintf(to + n, room - n, "<%sConsFlg>%d"
		    "</%sConsFlg><%sConsTime>%s</%sConsTime>", flags[i],
		    (f->grants >> i & 1) != 0, flags[i], flags[i], since,
		    flags[i]);
		if (i <= 4)
			n += (size_t)snprintf(to + n, room - n,
			    "<%sAvailableTime>%s</%sAvailableTime>", flags[i],
			    until, flags[i]);
	}
}

static const char aid[] = "<ResultOfQualificationConfirmation>"
    "<InsuredCardClassification>A1</InsuredCardClassification>"
    "<InsurerNumber>99120006</InsurerNumber><InsuredIdentificationNumber>"
    "7654321</InsuredIdentificationNumber><Birthdate>19800512</Birthdate>"
    "</ResultOfQualificationConfirmation>";

static void
answer_checkin(struct fake *f, const char *body, char *to, size_t room)
{
	char date[16], code[16], mark[64], consents[4096] = "", now[15];
	char name[64], flag[8];
	int i;

	atomic_fetch_add(&f->checkins, 1);
	find(body, "QualificationConfirmationDate", date, sizeof(date));
	find(body, "MedicalInstitutionCode", code, sizeof(code));
	find(body, "ArbitraryFileIdentifier", mark, sizeof(mark));
	for (i = 1; i <= 6; i++) {
		snprintf(name, sizeof(name), "%sConsFlg", flags[i]);
		find(body, name, flag, sizeof(flag));
		f->last_consents[i] = flag[0];
	}
	japan_time(now, atomic_load(&f->wall) + f->ahead * 1000LL);
	put_consents(f, consents, sizeof(consents));
	snprintf(to, room, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg>"
	    "<MessageHeader><ProcessExecutionTime>%s</ProcessExecutionTime>"
	    "<QualificationConfirmationDate>%s</QualificationConfirmationDate>"
	    "<MedicalInstitutionCode>%s</MedicalInstitutionCode>"
	    "<ArbitraryFileIdentifier>%s</ArbitraryFileIdentifier>"
	    "<ReferenceClassification>1</ReferenceClassification>"
	    "<SegmentOfResult>1</SegmentOfResult>"
	    "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>"
	    "</MessageHeader><MessageBody><ProcessingResultStatus>%d"
	    "</ProcessingResultStatus>%s%s%s<ProcessingResultMessage>%s"
	    "</ProcessingResultMessage><QualificationValidity>%d"
	    "</QualificationValidity><ResultList>%s"
	    "<ResultOfQualificationConfirmation><InsuredCardClassification>01"
	    "</InsuredCardClassification><InsurerNumber>  991018"
	    "</InsurerNumber><InsuredCardSymbol>7</InsuredCardSymbol>"
	    "<InsuredIdentificationNumber>1001</InsuredIdentificationNumber>"
	    "<InsuredBranchNumber>01</InsuredBranchNumber>"
	    "<Name>CANARYNAME</Name><Birthdate>19800512</Birthdate>"
	    "<InsurerName>CANARYINSURER</InsurerName>%s%s"
	    "</ResultOfQualificationConfirmation></ResultList></MessageBody>"
	    "</XmlMsg>", now, date, code, mark, f->code != NULL ? 2 : 1,
	    f->code != NULL || f->note != NULL ? "<ProcessingResultCode>" :
	    "", f->code != NULL ? f->code : f->note != NULL ? f->note : "",
	    f->code != NULL || f->note != NULL ? "</ProcessingResultCode>" :
	    "", f->message, f->validity, f->aid_first ? aid : "",
	    f->more != NULL ? f->more : "", consents);
}

void
fake_pass(struct fake *f, int64_t ms)
{
	atomic_fetch_add(&f->wall, ms);
	atomic_fetch_add(&f->boot, ms);
}

static size_t
put_field(char *to, size_t room, const char *name, const char *text)
{
	return text == NULL ? 0 : (size_t)snprintf(to, room, "<%s>%s</%s>",
	    name, text, name);
}

/* Whose medical information it is, by the names of drugs or of checkups. */
static void
put_person(const struct fake *f, bool drugs, char *to, size_t room)
{
	const struct { const char *drugs, *checkups, *text; } fields[] = {
	    { "Name", "Name", f->named != NULL ? f->named : "CANARYNAME" },
	    { "KanaName", "KanasName", f->kana },
	    { "Birth", "Birthday", f->birth },
	    { "AdmGendCode", "AdministrativeGenderCode", f->sex } };
	const char *group = drugs ? "QuaInf" : "QualificationsInfo";
	size_t i, n;

	to[0] = '\0';
	if (f->nameless)
		return;
	n = (size_t)snprintf(to, room, "<%s>", group);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		n += put_field(to + n, room - n, drugs ? fields[i].drugs :
		    fields[i].checkups, fields[i].text);
	snprintf(to + n, room - n, "</%s>", group);
}

static const char drug_lines[] = "<MeTrMonthInf><MeTrMonth>202609"
    "</MeTrMonth><DiDateInfs><DiDateInf><DiDate>20260901</DiDate><DrugInfs>"
    "<DrugInf><DrugC>699999905</DrugC><DrugN>CANARYDRUG</DrugN><Qua1>0.5"
    "</Qua1></DrugInf></DrugInfs></DiDateInf></DiDateInfs></MeTrMonthInf>";
static const char electronic_lines[] = "<ShPrInf><ShPrMonthInf><ShPrMonth>"
    "202609</ShPrMonth><ShPrDateInfs><ShPrDateInf><ShPrDate>20260901"
    "</ShPrDate><ShDrugInfs><ShDrugInf><ShDrugC>699999906</ShDrugC><ShDrugN>"
    "CANARYRECIPE</ShDrugN></ShDrugInf></ShDrugInfs></ShPrDateInf>"
    "</ShPrDateInfs></ShPrMonthInf></ShPrInf><CzDiInf><CzDiMonthInf>"
    "<CzDiMonth>202609</CzDiMonth><CzDiDateInfs><CzDiDateInf><CzDiDate>"
    "20260902</CzDiDate><CzDrugInfs><CzDrugInf><CzDrugC>699999907</CzDrugC>"
    "<CzDrugN>CANARYPILLS</CzDrugN></CzDrugInf></CzDrugInfs></CzDiDateInf>"
    "</CzDiDateInfs></CzDiMonthInf></CzDiInf>";
static const char checkup_lines[] = "<SpecificHealthCheckupInfo>"
    "<EffectiveTime>20260819</EffectiveTime>"
    "<HealthCheckupResultAndQuestionInfos>"
    "<HealthCheckupResultAndQuestionInfo><ItemCode>9N001000000000001"
    "</ItemCode><ItemName>CANARYITEM</ItemName><DataType>PQ</DataType>"
    "<DataValue>161.6</DataValue></HealthCheckupResultAndQuestionInfo>"
    "</HealthCheckupResultAndQuestionInfos></SpecificHealthCheckupInfo>";

static void
answer_medical(struct fake *f, const char *prefix, const char *body, char *to,
    size_t room)
{
	bool drugs = prefix[0] == 'Y';
	char code[16], person[512];

	atomic_fetch_add(&f->medical, 1);
	fake_pass(f, f->exchange_passes * 1000LL);
	atomic_store(&f->last_category, drugs ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS);
	find(body, "MedicalInstitutionCode", code, sizeof(code));
	put_person(f, drugs, person, sizeof(person));
	snprintf(to, room, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<XmlMsg><MessageHeader><MedicalInstitutionCode>%s"
	    "</MedicalInstitutionCode>%s</MessageHeader><MessageBody>"
	    "<ResultCode>%s</ResultCode>%s%s</MessageBody></XmlMsg>", code,
	    person, f->result_code, f->no_lines ? "" : drugs ? drug_lines :
	    checkup_lines, drugs && f->electronic && !f->no_lines ?
	    electronic_lines : "");
	onshi_wipe(person, sizeof(person));	/* t_memory looks for copies */
}

static void
answer_challenge(struct fake *f, char *to, size_t room)
{
	atomic_fetch_add(&f->challenges, 1);
	snprintf(to, room, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<Challenge><ChallengeId>c%d</ChallengeId><Value>"
	    "%s</Value><ExpiresIn>%" PRId64 "</ExpiresIn></Challenge>",
	    atomic_load(&f->challenges), f->challenge != NULL ? f->challenge :
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	    f->challenge_seconds);
	if (f->challenge_xml != NULL)
		snprintf(to, room, "%s", f->challenge_xml);
}

static int
fake_exchange(void *self, void *session, struct onshi_exchange *x)
{
	const char *prefix = onshi_exchange_prefix(x);
	struct fake *f = self;
	char answer[16384];
	const uint8_t *body;
	size_t len;
	int r;

	(void)session;
	snprintf(f->last_id, sizeof(f->last_id), "%s",
	    onshi_exchange_request_id(x));
	nap(f->sleep_ms);
	if (f->reenter != NULL)
		f->reentered = onshi_visit_advance(f->reenter);
	if (f->inside != NULL)
		f->inside(prefix);
	if (f->cancels_for == prefix[0])
		onshi_visit_cancel(atomic_load(&f->cancels));
	if (f->exchange_result != ONSHI_OK &&
	    (f->fails_for == '\0' || f->fails_for == prefix[0])) {
		onshi_exchange_set_sent(x, f->fails_sent);
		return f->exchange_result;
	}
	atomic_fetch_add(&f->sent, 1);
	atomic_fetch_add(&f->urgent, prefix[0] == 'X');
	(void)snprintf(f->last_prefix, sizeof(f->last_prefix), "%s", prefix);
	body = onshi_exchange_body(x, &len);
	if (len >= sizeof(f->last_body))
		return ONSHI_E_TOO_BIG;
	if (len != 0)
		memcpy(f->last_body, body, len);
	f->last_body[len] = '\0';
	f->no_last_token = *onshi_exchange_token(x) == '\0';
	f->last_token = strcmp(onshi_exchange_token(x), "TOKENCANARY") == 0;
	f->last_urgent = strcmp(onshi_exchange_token(x), "TOKENURGENT") == 0;
	if (f->watch != NULL)
		f->watch(f->watcher, prefix, f->last_body);
	if (strcmp(prefix, "challenge") == 0)
		answer_challenge(f, answer, sizeof(answer));
	else if (prefix[0] == 'O' || prefix[0] == 'X')
		answer_checkin(f, f->last_body, answer, sizeof(answer));
	else
		answer_medical(f, prefix, f->last_body, answer,
		    sizeof(answer));
	make_about(f, f->last_body, answer);
	onshi_exchange_set_sent(x, ONSHI_SENT_ANSWERED);
	if ((prefix[0] == 'O' || strstr(prefix, "vst01") != NULL) &&
	    !f->no_token && onshi_exchange_set_token(x, prefix[0] == 'O' ?
	    "TOKENCANARY" : "TOKENURGENT") != ONSHI_OK)
		return ONSHI_E_PROTOCOL;

	r = onshi_exchange_write(x, (const uint8_t *)answer,
	    strlen(answer) - (f->cut ? 9 : 0));
	onshi_wipe(answer, sizeof(answer));	/* t_memory looks for copies */

	return r;
}

const uint8_t *
fake_der(const struct fake *f, size_t *len)
{
	*len = f->key->derlen;

	return f->key->der;
}

bool
fake_sign(const struct fake *f, const uint8_t *text, size_t len, uint8_t *sig,
    size_t *siglen)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    f->key->pkey) == 1 && EVP_DigestSign(ctx, sig, siglen, text,
	    len) == 1;

	EVP_MD_CTX_free(ctx);

	return is;
}

bool
fake_has_signed(const struct fake *f, const char *text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sig[512];
	char in[600];
	int len, r;

	find(f->last_body, "Signature", in, sizeof(in));
	len = EVP_DecodeBlock(sig, (const unsigned char *)in,
	    (int)strlen(in));
	if (len < 256 || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
	    f->key->pkey) != 1)
		r = 0;
	else
		r = EVP_DigestVerify(ctx, sig, 256, (const unsigned char *)text,
		    strlen(text));
	EVP_MD_CTX_free(ctx);

	return r == 1;
}

/* ---- clock and record ------------------------------------------------------------ */

static int64_t
fake_wall(void *self)
{
	return atomic_load(&((struct fake *)self)->wall);
}

static int64_t
fake_steady(void *self)
{
	struct fake *f = self;

	return f->real_steady ? steady_now() : atomic_load(&f->steady);
}

static int64_t
fake_boot(void *self)
{
	return atomic_load(&((struct fake *)self)->boot);
}

static int
write_entry(struct fake *f, const char *line, size_t len)
{
	const char *e = strstr(line, "\te="), *end;
	size_t have;

	have = strlen(f->events);
	if (f->record_len + len < sizeof(f->record)) {
		memcpy(f->record + f->record_len, line, len);
		f->record_len += len;
	}
	if (atomic_fetch_add(&f->entries, 1) + 1 == f->audit_fails_at)
		return 1;
	if (e != NULL && (end = strchr(e + 3, '\t')) != NULL &&
	    have + 64 < sizeof(f->events))
		snprintf(f->events + have, sizeof(f->events) - have, "%.*s;",
		    (int)(end - e - 3), e + 3);
	if (f->passes_at != NULL && e != NULL && strncmp(e + 3, f->passes_at,
	    strlen(f->passes_at)) == 0)
		fake_pass(f, f->passes * 1000LL);

	return 0;
}

static int
fake_entry(void *self, const char *line, size_t len)
{
	struct fake *f = self;
	int r;

	atomic_fetch_add(&f->audit_waits, 1);
	while (atomic_load(&f->audit_held) != 0)
		nap(1);
	atomic_fetch_sub(&f->audit_waits, 1);
	if (atomic_load(&f->audit_fails) != 0)
		return 1;
	(void)pthread_mutex_lock(&f->writing);
	r = write_entry(f, line, len);
	(void)pthread_mutex_unlock(&f->writing);

	return r;
}

bool
fake_said(struct fake *f, const char *event)
{
	bool said;

	(void)pthread_mutex_lock(&f->writing);
	said = strstr(f->events, event) != NULL;
	(void)pthread_mutex_unlock(&f->writing);

	return said;
}

void
fake_await(struct fake *f, const char *event)
{
	while (!fake_said(f, event))
		nap(2);
}

bool
fake_finishes(struct onshi_visit *v)
{
	struct pollfd p = { .fd = (int)onshi_visit_fd(v), .events = POLLIN };
	int ready = poll(&p, 1, 20000);

	(void)onshi_visit_apdus(v);	/* what it did has happened before */

	return ready == 1;
}

void
fake_init(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	(void)pthread_mutex_init(&f->writing, NULL);
	atomic_store(&f->wall, START_MS);
	atomic_store(&f->steady, 1000);
	atomic_store(&f->boot, 1000);
	f->real_steady = true;
	atomic_store(&f->present, 1);
	atomic_store(&f->tries, 3);
	f->pin = "1234";
	f->grants = 0x7f;
	f->consent_seconds = 86400;
	f->validity = 1;
	f->birth = "19800512";
	f->result_code = "1";
	f->message = "";
	f->challenge_seconds = 60;
	f->audit = true;
	fake_new_key(f, -30, 900);
	f->people[0] = f->key;
}

void
fake_done(struct fake *f)
{
	free(f->people[0]);
	free(f->people[1]);
	f->key = f->people[0] = f->people[1] = NULL;
}

struct onshi_config *
fake_config(struct fake *f)
{
	struct onshi_reader_ops reader = {
		.size = sizeof(reader), .wait = fake_wait, .hold = fake_hold,
		.release = fake_release, .transmit = fake_transmit
	};
	static const struct onshi_link_ops link = {
		.size = sizeof(link), .carries = fake_carries,
		.open = fake_open, .exchange = fake_exchange,
		.close = fake_close
	};
	static const struct onshi_clock_ops clock = {
		.size = sizeof(clock), .wall = fake_wall,
		.steady = fake_steady, .boot = fake_boot
	};
	static const struct onshi_audit_ops audit = {
		.size = sizeof(audit), .entry = fake_entry
	};
	struct onshi_config *c = NULL;

	f->real = fake_transmit;
	if (f->transmit != NULL)
		reader.transmit = f->transmit;
	if (onshi_config_new(&c) != ONSHI_OK ||
	    onshi_config_set(c, "facility.institution_code", "1319999996") ||
	    onshi_config_set(c, "facility.kind", "medical") ||
	    onshi_config_set(c, "reader.name", "fake") ||
	    onshi_config_set(c, "reader.deadline_ms", "2000") ||
	    onshi_config_set(c, "link.deadline_ms", "3000") ||
	    onshi_config_add_reader(c, "fake", &reader, f) ||
	    onshi_config_set_link(c, &link, f) ||
	    onshi_config_set_clock(c, &clock, f) ||
	    (f->audit && onshi_config_set_audit(c, &audit, f)))
		abort();

	return c;
}

struct onshi *
fake_root(struct fake *f)
{
	return fake_root_with(f, NULL, NULL);
}

struct onshi *
fake_root_with(struct fake *f, const char *key, const char *value)
{
	struct onshi_config *c = fake_config(f);
	struct onshi *o = NULL;

	if ((key != NULL && onshi_config_set(c, key, value) != ONSHI_OK) ||
	    onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK) {
		fprintf(stderr, "onshi_new: %s\n",
		    onshi_error_text(onshi_config_error(c)));
		abort();
	}
	onshi_config_free(&c);

	return o;
}

struct onshi *
fake_root_trail(struct fake *f, const char *top)
{
	char dir[1200], key[128];
	struct onshi_audit *a;

	(void)snprintf(dir, sizeof(dir), "%s/trail", top);
	if (onshi_audit_new(dir, &a) != ONSHI_OK ||
	    onshi_audit_init(a, "1319999996", key, sizeof(key)) != ONSHI_OK)
		abort();
	onshi_audit_free(&a);
	f->audit = false;

	return fake_root_with(f, "audit.dir", dir);
}

static struct onshi_operator *
sign_in(struct onshi *o, const char *id, int licence, int by)
{
	struct onshi_operator *op;

	if (onshi_operator_new(o, id, licence, by, &op) != ONSHI_OK)
		abort();

	return op;
}

struct onshi_operator *
fake_doctor(struct onshi *o, const char *id)
{
	return sign_in(o, id, ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR);
}

struct onshi_operator *
fake_clerk(struct onshi *o, const char *id)
{
	return sign_in(o, id, ONSHI_LICENCE_RECEPTION, ONSHI_SIGNIN_PASSWORD);
}

int
fake_checkin(struct onshi *o, unsigned int consents, struct onshi_visit **out)
{
	int i, r;

	if ((r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, out)) != ONSHI_OK ||
	    (r = onshi_visit_set_method(*out, ONSHI_METHOD_PIN)) != ONSHI_OK)
		return r;
	for (i = 1; i <= 6; i++)
		if ((r = onshi_visit_set_consent(*out, i, (consents >> i & 1)
		    != 0 ? ONSHI_CONSENT_GIVEN : ONSHI_CONSENT_REFUSED)) !=
		    ONSHI_OK)
			return r;
	if ((r = onshi_visit_set_pin(*out, "1234", 0)) != ONSHI_OK)
		return r;

	return onshi_visit_advance(*out);
}
