/* card.c: onshikaku card and readers: what lies there, without a visit. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

#define LOOK_MS	5000

static const struct {
	int		 kind;
	const char	*en;
	const char	*ja;
} kinds[] = {
	{ ONSHI_CARD_OTHER, "another card", "その他のカード" },
	{ ONSHI_CARD_MY_NUMBER, "My Number Card", "マイナンバーカード" },
	{ ONSHI_CARD_NO_CERTIFICATE, "My Number Card without certificate",
	    "マイナンバーカード（利用者証明用電子証明書なし）" },
	{ ONSHI_CARD_PHONE, "phone", "スマートフォン" },
	{ ONSHI_CARD_JUKI, "Juki card", "住民基本台帳カード" },
	{ ONSHI_CARD_RESIDENCE, "residence card", "在留カード" },
	{ ONSHI_CARD_DRIVERS_LICENCE, "driver's licence", "運転免許証" }
};

static const char *
kind_title(const struct tool *t, int kind)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (kinds[i].kind == kind)
			return say(t, kinds[i].en, kinds[i].ja);

	return onshi_card_kind_name(kind);
}

/* What the tries left mean for the holder; ONSHI_OK: nothing. */
static int
result_of_tries(int tries)
{
	return tries == 0 ? ONSHI_E_PIN_BLOCKED :
	    tries == 1 ? ONSHI_E_PIN_LAST_TRY : ONSHI_OK;
}

static void
print_card(struct tool *t, const struct onshi_certificate *x, int tries)
{
	int told = result_of_tries(tries);
	char number[16];

	print_row(t, say(t, "Serial number", "発行番号"),
	    onshi_certificate_serial(x));
	print_certificate(t, x);
	(void)snprintf(number, sizeof(number), "%d", tries);
	print_row(t, say(t, "PIN tries left", "暗証番号の残り回数"), number);
	if (told != ONSHI_OK)
		print_row(t, say(t, "To the holder", "ご本人への案内"),
		    onshi_result_remedy(told, t->lang));
}

/* What the holder has to know: tries that run out, dates that will. */
static void
json_tell(struct json *j, const struct onshi_certificate *x, int tries)
{
	int state = onshi_certificate_state(x), told = result_of_tries(tries);

	json_word(j, "tell", told != ONSHI_OK ?
	    onshi_result_remedy(told, "en") :
	    onshi_certificate_state_text(state, "en"));
	json_word(j, "tell_ja", told != ONSHI_OK ?
	    onshi_result_remedy(told, "ja") :
	    onshi_certificate_state_text(state, "ja"));
}

static void
say_kind(struct tool *t, int kind)
{
	if (t->is_json)
		json_word(&t->json, "kind", onshi_card_kind_name(kind));
	else
		print_row(t, say(t, "Kind", "種類"), kind_title(t, kind));
}

static int
read_card(struct tool *t, struct onshi_card *c)
{
	const struct onshi_certificate *x = NULL;
	int r, tries;

	if ((r = onshi_card_open(c, NULL)) != ONSHI_OK)
		return r;
	say_kind(t, onshi_card_kind(c));
	if ((r = onshi_card_certificate(c, &x)) != ONSHI_OK ||
	    (r = onshi_card_pin_tries(c, &tries)) != ONSHI_OK)
		return r;
	if (t->is_json) {
		json_certificate(&t->json, x);
		json_number(&t->json, "tries_left", tries);
		json_tell(&t->json, x, tries);
	} else {
		print_card(t, x, tries);
	}

	return ONSHI_OK;
}

int
command_card(struct tool *t)
{
	struct onshi_card *c = NULL;
	int r, status;

	if ((status = setup_root(t)) != 0)
		return status;
	if ((r = onshi_card_new(t->root, &c)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	cancel_watch_card(c);
	if ((r = read_card(t, c)) != ONSHI_OK)
		status = fail_result(t, r, onshi_card_error(c));
	if (t->is_json) {
		json_number(&t->json, "apdus", onshi_card_apdus(c));
		json_number(&t->json, "bytes", onshi_card_apdu_bytes(c));
	}
	cancel_watch_card(NULL);
	onshi_card_free(&c);

	return status;
}

/* What lies on it: its kind, or why that cannot be told. */
static void
say_reader(struct tool *t, const char *name, int has_card)
{
	struct onshi_card *c = NULL;
	int kind = ONSHI_CARD_OTHER, r = ONSHI_E_CARD_NONE;

	if (has_card != 0 && (r = onshi_card_new(t->root, &c)) == ONSHI_OK) {
		cancel_watch_card(c);
		if ((r = onshi_card_set_deadline(c, LOOK_MS)) == ONSHI_OK &&
		    (r = onshi_card_open(c, name)) == ONSHI_OK)
			kind = onshi_card_kind(c);
		cancel_watch_card(NULL);
		onshi_card_free(&c);
	}
	if (t->is_json) {
		json_open(&t->json, NULL, '{');
		json_text(&t->json, "name", name);
		json_bool(&t->json, "card", has_card != 0);
		if (has_card != 0)
			json_word(&t->json, "kind", r == ONSHI_OK ?
			    onshi_card_kind_name(kind) : NULL);
		if (has_card != 0 && r != ONSHI_OK)
			json_text(&t->json, "result", onshi_result_name(r));
		json_close(&t->json, '}');
		return;
	}
	out_text(&t->out, name);
	out_text(&t->out, "\n");
	print_row(t, say(t, "Card", "カード"), r == ONSHI_OK ?
	    kind_title(t, kind) : has_card == 0 ? say(t, "none", "なし") :
	    onshi_result_text(r, t->lang));
}

int
command_readers(struct tool *t)
{
	struct onshi_readers *l = NULL;
	const char *name;
	size_t i;
	int has_card, r, status;

	if ((status = setup_root(t)) != 0)
		return status;
	if ((r = onshi_readers_new(t->root, &l)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	if ((r = onshi_readers_list(l)) != ONSHI_OK)
		status = fail_result(t, r, onshi_readers_error(l));
	if (t->is_json)
		json_open(&t->json, "readers", '[');
	for (i = 0; r == ONSHI_OK && !cancel_is_asked() &&
	    onshi_readers_at(l, i, &name, &has_card) == ONSHI_OK; i++)
		say_reader(t, name, has_card);
	if (t->is_json)
		json_close(&t->json, ']');
	onshi_readers_free(&l);
	if (status == 0 && cancel_is_asked())
		status = fail_result(t, ONSHI_E_CANCELLED, NULL);

	return status;
}
