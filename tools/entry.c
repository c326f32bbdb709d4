/* entry.c: an entry of the audit trail as people read it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

static bool
is_japanese(const struct tool *t)
{
	return *say(t, "", "ja") != '\0';
}

/* The machine's word, and what people call it. What a value has and this has
 * not stays as it is. */
static const struct {
	const char	*word;
	const char	*ja;
} words[] = {
	{ "log.open", "監査記録の開始" },
	{ "log.recovered", "中断後の復旧" },
	{ "log.torn", "書きかけの記録の修復" },
	{ "log.rotate", "次のファイルへ" },
	{ "log.prune", "保存期間後の削除" },
	{ "log.anchor", "先頭の値の控え" },
	{ "log.copy", "写しの状態" },
	{ "log.gap", "書き込めなかった記録" },
	{ "identity.begin", "本人確認の開始" },
	{ "identity.end", "本人確認の終了" },
	{ "consent.given", "同意" },
	{ "consent.refused", "不同意" },
	{ "consent.withdrawn", "同意の撤回" },
	{ "query.intent", "照会" },
	{ "query.outcome", "照会の結果" },
	{ "query.refused", "照会の拒否" },
	{ "query.abandoned", "照会の破棄（別の操作者が照会）" },
	{ "result.read", "閲覧" },
	{ "result.wiped", "消去" },
	{ "person.confirmed", "本人の情報と確認" },
	{ "person.denied", "本人の情報でないと確認" },
	{ "card.changed", "別のカード（受付終了）" },
	{ "operator.set", "操作者の設定" },
	{ "visit.end", "受診の終了" },
	{ "visit.sealed", "受診の封" },
	{ "arrival.taken", "顔認証結果の引き取り" },
	{ "visit.opened", "封をした受診を開いた" },
	{ "disaster.on", "災害時モードの開始" },
	{ "disaster.ack", "災害時の注意事項の確認" },
	{ "emergency.on", "救急時モードの開始" },
	{ "emergency.ack", "救急時の注意事項の確認" },
	{ "config.change", "設定の変更" },
	{ "clock.jump", "時刻の不連続" },
	{ "reception", "受付" }, { "doctor", "医師" }, { "dentist", "歯科医師" },
	{ "pharmacist", "薬剤師" }, { "nurse", "看護師" },
	{ "disaster", "災害時の権限者" }, { "system", "自動処理" },
	{ "none", "認証なし" }, { "password", "ID・パスワード" },
	{ "two-factor", "2要素認証" },
	{ "eligibility", "資格情報" }, { "drugs", "薬剤情報" },
	{ "checkups", "特定健診情報" }, { "care", "診療情報" },
	{ "surgery", "手術情報" }, { "limit", "限度額情報" },
	{ "diseases", "特定疾病療養情報" },
	{ "insurance", "医療保険事務" }, { "dispensing", "調剤" },
	{ "law", "法令" }, { "consent", "同意" },
	{ "face", "顔認証" }, { "pin", "暗証番号" }, { "visual", "目視" },
	{ "number", "番号入力" },
	{ "proven", "カードで確認済み" }, { "claimed", "確認前" },
	{ "found", "特定済み" }, { "sought", "特定前" },
	{ "prescriptions", "処方情報" },
	{ "oral", "口頭等の同意" }, { "unobtainable", "同意取得困難" },
	{ "emergency", "救急時" }, { "hospital", "救急時モード" },
	{ "eprescription", "電子処方箋管理サービス" },
	{ "search", "氏名・住所等による検索" }, { "card", "カード（暗証番号なし）" },
	{ "papers", "書類で特定" }, { "family", "家族等が特定" },
	{ "known", "面識で特定" }, { "photograph", "顔写真で特定" },
	{ "belongings", "所持品で特定" }, { "right", "救急時の閲覧権限" }
};

static const char *
word_of(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT(words); i++)
		if (strncmp(words[i].word, word, len) == 0 &&
		    words[i].word[len] == '\0')
			return words[i].ja;

	return NULL;
}

/* "doctor:two-factor" part by part; numbers are seconds and say nothing to a
 * reader at a counter. */
static void
put_words_of(struct tool *t, const char *value, size_t n)
{
	const char *ja, *end = value + n;
	size_t len;
	bool more = false;

	for (; value < end; value += len + (value[len] != '\0')) {
		len = strcspn(value, ":,");
		if (strspn(value, "0123456789") == len)
			continue;
		ja = word_of(value, len);
		out_text(&t->out, more ? "・" : "");
		if (ja != NULL)
			out_text(&t->out, ja);
		else
			out_bytes(&t->out, value, len);
		more = true;
	}
}

static void
put_words(struct tool *t, const char *value)
{
	put_words_of(t, value, strlen(value));
}

/* "care" is a purpose here, and elsewhere a kind of information; "disaster" a
 * mode, and elsewhere a licence. */
static void
put_purpose(struct tool *t, const char *value)
{
	static const char care[] = "care:", disaster[] = ":disaster";
	const char *mode = strstr(value, disaster);

	if (strncmp(value, care, strlen(care)) == 0) {
		out_text(&t->out, "診療・");
		value += strlen(care);
	}
	if (mode == NULL) {
		put_words(t, value);
		return;
	}
	put_words_of(t, value, (size_t)(mode - value));
	out_text(&t->out, "・災害時モード");
	if (mode[strlen(disaster)] == ':') {
		out_text(&t->out, "・");
		put_words(t, mode + strlen(disaster) + 1);
	}
}

/* Where nobody was named the program itself acted. */
static void
put_actor(struct tool *t, const char *value)
{
	out_text(&t->out, strcmp(value, "system") == 0 ? "指定なし" : value);
}

/* The catalogue's text of "ONSHI_OK:-:1:2345"; else as it stands. */
static void
put_result(struct tool *t, const char *value)
{
	size_t i, len = strcspn(value, ":");
	const char *name;
	int result;

	for (i = 0; onshi_result_at(i, &result) == ONSHI_OK; i++) {
		name = onshi_result_name(result);
		if (strlen(name) == len && memcmp(name, value, len) == 0) {
			out_text(&t->out, onshi_result_text(result, "ja"));
			return;
		}
	}
	out_text(&t->out, value);
}

/* Since 1970; years begin in March here, so that leap days come last. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day -
	    719469;
}

bool
entry_seconds(const char *utc, int64_t *seconds)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	int64_t part[6] = { 0 };
	size_t i, n = 0;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] != 'd') {
			if (utc[i] != form[i])
				return false;
			n++;
		} else if (utc[i] < '0' || utc[i] > '9') {
			return false;
		} else {
			part[n] = part[n] * 10 + (utc[i] - '0');
		}
	*seconds = days_of(part[0], part[1], part[2]) * 86400 +
	    part[3] * 3600 + part[4] * 60 + part[5];

	return true;
}

void
entry_time(const struct tool *t, char utc[TIME_TEXT])
{
	char sec[] = ":00", text[TIME_TEXT];
	int64_t seconds;

	if (!is_japanese(t) || !entry_seconds(utc, &seconds))
		return;
	memcpy(sec + 1, utc + strlen("2026-10-05T01:15:"), 2);
	time_plain(seconds, text);
	(void)snprintf(utc, TIME_TEXT, "%.20s%s", text, sec);
}

static void
put_time(struct tool *t, const char *value)
{
	char text[TIME_TEXT];

	(void)snprintf(text, sizeof(text), "%s", value);
	entry_time(t, text);
	out_text(&t->out, text);
}

/* What a person looks for: when, what, who, about what, with what result; the
 * numbers of rules and requests are the engineer's. */
static const struct {
	char		 key;
	const char	*en;
	const char	*ja;		/* NULL: not told */
	void		(*put)(struct tool *t, const char *value);
} told[] = {
	{ 'n', "", "", NULL }, { 't', "", "", put_time },
	{ 'e', "", "", put_words }, { 'a', "operator ", "操作者 ", put_actor },
	{ 'l', "", "", put_words }, { 'p', "patient ", "患者 ", NULL },
	{ 'k', "", "", put_words }, { 'u', "", "", put_purpose },
	{ 'i', "", "", put_words }, { 'r', "", "", put_result },
	{ 'z', "rule ", NULL, NULL }
};

static void
put_field(struct tool *t, size_t i, const char *value)
{
	if (is_japanese(t) && told[i].ja == NULL)
		return;
	out_format(&t->out, "%s%s", i > 0 ? "  " : "",
	    say(t, told[i].en, told[i].ja == NULL ? "" : told[i].ja));
	if (is_japanese(t) && told[i].put != NULL)
		told[i].put(t, value);
	else
		out_text(&t->out, value);
}

void
entry_print(struct tool *t, char *line)
{
	char *rest = line, *field;
	size_t i;

	while ((field = strsep(&rest, "\t")) != NULL) {
		for (i = 0; i < COUNT(told); i++)
			if (told[i].key == field[0] && field[1] == '=')
				break;
		if (i == COUNT(told) || strcmp(field + 2, "-") == 0)
			continue;
		audit_unescape(field);
		put_field(t, i, field + 2);
	}
	out_text(&t->out, "\n");
}
