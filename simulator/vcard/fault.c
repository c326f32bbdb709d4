/* Faults: read from text, found when they are due. */
#include "vcard.h"

#include <stdio.h>
#include <string.h>

enum value { NONE, DECIMAL, HEX };
enum when { ALWAYS, EITHER, MOMENT };

struct rule {
	const char	*name;
	enum value	 value;
	enum when	 when;
	const char	*means;
};

static const struct rule rules[FAULT_COUNT] = {
	[FAULT_GONE] = { "gone", NONE, MOMENT,
	    "the card does the command and is taken away unanswered" },
	[FAULT_LOST] = { "lost", NONE, MOMENT,
	    "the card is taken away before it does the command" },
	[FAULT_RESET] = { "reset", NONE, MOMENT,
	    "the card starts afresh just before the command" },
	[FAULT_MUTE] = { "mute", NONE, MOMENT,
	    "the card does the command and never answers" },
	[FAULT_GARBLE] = { "garble", NONE, MOMENT,
	    "the bytes of the answer are damaged" },
	[FAULT_CUT] = { "cut", NONE, MOMENT,
	    "half of the data, with a good status word" },
	[FAULT_STUB] = { "stub", NONE, MOMENT,
	    "an answer of one byte" },
	[FAULT_EXTRA] = { "extra", NONE, MOMENT,
	    "more data than was asked for" },
	[FAULT_SW] = { "sw", HEX, MOMENT,
	    "this status word, and nothing is done" },
	[FAULT_DELAY] = { "delay", DECIMAL, EITHER,
	    "milliseconds before each answer" },
	[FAULT_SIGN] = { "sign", DECIMAL, ALWAYS,
	    "milliseconds for a signature" },
	[FAULT_SHORT_ONLY] = { "short-only", NONE, ALWAYS,
	    "an extended length is answered 6700" },
	[FAULT_KEEPS_PIN] = { "ap-select-keeps-pin", NONE, ALWAYS,
	    "selecting an application does not drop a verified PIN" },
	[FAULT_FIRST_6F00] = { "6f00-first", NONE, ALWAYS,
	    "the first command after power-on is answered 6F00" },
	[FAULT_WIDE_BER] = { "non-minimal-ber", NONE, ALWAYS,
	    "records begin with a length of three bytes" },
	[FAULT_NO_SFI] = { "no-sfi", NONE, ALWAYS,
	    "short file identifiers are answered 6A86" },
	[FAULT_FACE_FORGED] = { "face-forged", NONE, ALWAYS,
	    "the photograph is another than was signed" },
	[FAULT_FACE_COPIED] = { "face-copied", NONE, ALWAYS,
	    "the face was copied onto another chip" },
	[FAULT_FACE_CUT] = { "face-cut", NONE, ALWAYS,
	    "the file of the face ends in the middle" },
	[FAULT_FACE_ISSUER] = { "face-issuer", NONE, ALWAYS,
	    "another authority certifies the face's issuer" },
};

static const struct { const char *name; char sort; } sorts[] = {
	{ "select", 's' }, { "read", 'r' }, { "verify", 'v' },
	{ "sign", 'c' },
};

void
vc_fault_list(void)
{
	static const char *const values[] = { "", "=N", "=HHHH" };
	static const char *const whens[] = { "", "[@WHEN]", "@WHEN" };
	char spec[64];
	size_t i;

	for (i = 0; i < FAULT_COUNT; i++) {
		snprintf(spec, sizeof(spec), "%s%s%s", rules[i].name,
		    values[rules[i].value], whens[rules[i].when]);
		printf("  %-22s%s\n", spec, rules[i].means);
	}
}

static bool
number_parse(const char *text, size_t len, unsigned int base,
    unsigned long *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *d;
	size_t i;
	char ch;

	if (len == 0 || len > 6)
		return false;
	for (*out = 0, i = 0; i < len; i++) {
		ch = text[i] >= 'A' && text[i] <= 'F' ?
		    (char)(text[i] - 'A' + 'a') : text[i];
		if (ch == '\0' || (d = strchr(digits, ch)) == NULL ||
		    (size_t)(d - digits) >= base)
			return false;
		*out = *out * base + (unsigned long)(d - digits);
	}

	return true;
}

/* "@3", "@verify", and "/every" after either. */
static const char *
when_parse(struct vc_fault *f, const char *text)
{
	size_t i, len = strcspn(text, "/");

	if (strcmp(text + len, "/every") == 0)
		f->every = true;
	else if (text[len] != '\0')
		return "only /every may follow the moment";
	for (i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (strlen(sorts[i].name) == len &&
		    memcmp(sorts[i].name, text, len) == 0) {
			f->sort = sorts[i].sort;
			return NULL;
		}

	return number_parse(text, len, 10, &f->at) && f->at > 0 ? NULL :
	    "the moment is a number from 1, select, read, verify or sign";
}

static const char *
value_parse(struct vc_fault *f, const struct rule *rule, const char *text,
    size_t len)
{
	unsigned long n = 0;

	if (rule->value == NONE)
		return text == NULL ? NULL : "this fault takes no value";
	if (text == NULL || (rule->value == HEX && len != 4) ||
	    !number_parse(text, len, rule->value == HEX ? 16 : 10, &n))
		return "this fault takes a value";
	f->value = (unsigned int)n;

	return NULL;
}

/* Returns NULL, or what is wrong with the text. */
const char *
vc_fault_add(struct vc_faults *f, const char *spec)
{
	struct vc_fault one = { .at = 0 };
	const char *at = strchr(spec, '@'), *equals, *why;
	size_t len = at == NULL ? strlen(spec) : (size_t)(at - spec), name;
	size_t i;

	equals = memchr(spec, '=', len);
	name = equals == NULL ? len : (size_t)(equals - spec);
	for (i = 0; i < FAULT_COUNT; i++)
		if (strlen(rules[i].name) == name &&
		    memcmp(rules[i].name, spec, name) == 0)
			break;
	if (i == FAULT_COUNT)
		return "no such fault";
	if (f->n == VC_FAULTS_MAX || strlen(spec) >= sizeof(one.text))
		return "too many faults";
	one.kind = (enum vc_fault_kind)i;
	if ((why = value_parse(&one, &rules[i], equals == NULL ? NULL :
	    equals + 1, len - name - (equals != NULL))) != NULL)
		return why;
	if (at == NULL ? rules[i].when == MOMENT : rules[i].when == ALWAYS)
		return at == NULL ? "say when: @N" : "this fault is always on";
	if (at != NULL && (why = when_parse(&one, at + 1)) != NULL)
		return why;
	memcpy(one.text, spec, strlen(spec) + 1);
	f->fault[f->n++] = one;

	return NULL;
}

static bool
has(const struct vc_faults *f, enum vc_fault_kind kind)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->fault[i].kind == kind)
			return true;

	return false;
}

void
vc_fault_switches(const struct vc_faults *f, struct vc_switches *on)
{
	on->short_only = has(f, FAULT_SHORT_ONLY);
	on->keeps_pin = has(f, FAULT_KEEPS_PIN);
	on->first_6f00 = has(f, FAULT_FIRST_6F00);
	on->wide_ber = has(f, FAULT_WIDE_BER);
	on->no_sfi = has(f, FAULT_NO_SFI);
	on->face_forged = has(f, FAULT_FACE_FORGED);
	on->face_copied = has(f, FAULT_FACE_COPIED);
	on->face_cut = has(f, FAULT_FACE_CUT);
	on->face_issuer = has(f, FAULT_FACE_ISSUER);
}

static bool
is_sort(char sort, const uint8_t *wire, size_t len)
{
	switch (sort) {
	case 's':
		return len > 3 && wire[1] == 0xa4;
	case 'r':
		return len > 3 && wire[1] == 0xb0;
	case 'v':
		return vc_apdu_is_verify(wire, len);
	default:
		return vc_apdu_is_sign(wire, len);
	}
}

/* The fault of this kind that the n-th command meets; it is then spent. */
const struct vc_fault *
vc_fault_due(struct vc_faults *f, enum vc_fault_kind kind, unsigned long n,
    const uint8_t *wire, size_t len)
{
	struct vc_fault *one;
	size_t i;

	for (i = 0; i < f->n; i++) {
		one = &f->fault[i];
		if (one->kind != kind || one->spent)
			continue;
		if (one->sort != '\0' ? !is_sort(one->sort, wire, len) :
		    one->at != 0 && one->at != n)
			continue;
		one->spent = !one->every &&
		    (one->at != 0 || one->sort != '\0');
		return one;
	}

	return NULL;
}

unsigned int
vc_fault_value(const struct vc_faults *f, enum vc_fault_kind kind)
{
	unsigned int value = 0;
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->fault[i].kind == kind)
			value = f->fault[i].value;

	return value;
}
