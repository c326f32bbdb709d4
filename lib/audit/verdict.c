/* What a verifier says, in words. */
#include "config.h"

#include "audit/inside.h"

static const struct {
	const char	*name;
	const char	*text[2];	/* English, Japanese */
} verdicts[] = {
	[ONSHI_AUDIT_INTACT] = { "intact", { "The audit trail is intact.",
	    "監査記録は正常です" } },
	[ONSHI_AUDIT_CHANGED] = { "changed", { "The audit trail was changed.",
	    "監査記録が変更されています" } },
	[ONSHI_AUDIT_SHORTER] = { "shorter", {
	    "The audit trail is shorter than it was.",
	    "監査記録が以前より短くなっています" } },
	[ONSHI_AUDIT_TORN] = { "torn", {
	    "The last entry is torn; the next one will mend it.",
	    "最後の記録が途中で切れています（次の記録で修復されます）" } },
	[ONSHI_AUDIT_UNREADABLE] = { "unreadable", {
	    "The audit trail cannot be read.", "監査記録を読めません" } },
	[ONSHI_AUDIT_NO_KEY] = { "no_key", {
	    "The chain is intact; without the key no more can be said.",
	    "記録のつながりは正常です（検証鍵がないため、それ以上は確かめられません）" } },
};

const char *
onshi_audit_verdict_name(int verdict)
{
	return verdict >= 0 && (size_t)verdict < OKI_COUNT(verdicts) ?
	    verdicts[verdict].name : NULL;
}

const char *
onshi_audit_verdict_text(int verdict, const char *lang)
{
	if (onshi_audit_verdict_name(verdict) == NULL)
		return "";

	return verdicts[verdict].text[oki_text_equal(lang, "ja") ? 1 : 0];
}
