/* notice.c: onshikaku notice: texts to show, and sheets to post up (PU-2). */
#include "config.h"

#include <string.h>

#include "tools.h"

#define SHEET	36		/* columns: eighteen letters, for large type */

/* A sheet is a walk over its parts; how each is put down is another matter. */
enum part { TITLE, TEXT, BOX, HEADING, POINT };

struct sheet {
	struct tool	*t;
	struct out	*out;
	const char	*lang;
	int		 kind;		/* of facility */
	int		 points;	/* of letters that fill a page */
	void		(*put)(struct sheet *s, enum part part,
			    const char *text);
};

enum { MEDICAL, DENTAL, PHARMACY, VISITING, KINDS };

static const char *const kinds[KINDS] = { "medical", "dental", "pharmacy",
    "visiting" };

static bool
in_japanese(const struct sheet *s)
{
	return strcmp(s->lang, "ja") == 0;
}

static void
put(struct sheet *s, enum part part, const char *en, const char *ja)
{
	const char *text = in_japanese(s) ? ja : en;

	if (*text != '\0')
		s->put(s, part, text);
}

static void
put_notice(struct sheet *s, enum part part, int notice, int category)
{
	const char *text = onshi_notice_text(s->t->root, notice, category,
	    s->lang);

	if (*text != '\0')
		s->put(s, part, text);
}

/* ---- the three sheets --------------------------------------------------------- */

static void
walk_purpose(struct sheet *s)
{
	static const char *const en[KINDS] = {
		"This medical institution confirms your insurance by the "
		"online eligibility verification system.",
		"This medical institution confirms your insurance by the "
		"online eligibility verification system.",
		"This pharmacy confirms your insurance by the online "
		"eligibility verification system.",
		"This visiting nurses' station confirms your insurance by the "
		"online eligibility verification system."
	};
	static const char *const ja[KINDS] = {
		"当医療機関では、オンライン資格確認等システムで、健康保険などの資格を確認しています。",
		"当医療機関では、オンライン資格確認等システムで、健康保険などの資格を確認しています。",
		"当薬局では、オンライン資格確認等システムで、健康保険などの資格を確認しています。",
		"当訪問看護ステーションでは、オンライン資格確認等システムで、健康保険などの資格を確認しています。"
	};

	put(s, TITLE, "What your personal data are used for",
	    "個人情報の利用目的");
	put(s, TEXT, en[s->kind], ja[s->kind]);
	put(s, TEXT, "Purpose of use:",
	    "このとき、個人情報を次の目的で利用します。");
	put_notice(s, BOX, ONSHI_NOTICE_PURPOSE, ONSHI_CATEGORY_ELIGIBILITY);
	put(s, TEXT, "Information about drugs, checkups and the like is seen "
	    "only if you consent to it.",
	    "お薬や健診などの情報は、同意をいただいたときだけ閲覧します。");
	put_notice(s, TEXT, ONSHI_NOTICE_CONSENT, ONSHI_CATEGORY_ELIGIBILITY);
}

static void
walk_consent(struct sheet *s)
{
	int i;

	put(s, TITLE, "For those who check in with the My Number Card",
	    "マイナンバーカードで受付をされる方へ");
	put_notice(s, TEXT, ONSHI_NOTICE_CONSENT, ONSHI_CATEGORY_ELIGIBILITY);
	for (i = ONSHI_CATEGORY_DRUGS; onshi_category_name(i) != NULL; i++) {
		if (*onshi_notice_text(s->t->root, ONSHI_NOTICE_CONSENT, i,
		    s->lang) == '\0')
			continue;
		s->put(s, HEADING, onshi_category_text(i, s->lang));
		put_notice(s, TEXT, ONSHI_NOTICE_CONSENT, i);
	}
	put(s, POINT, "Your insurance is confirmed without this consent, too.",
	    "同意されなくても、健康保険などの資格の確認はできます。");
	put(s, POINT, "You may take a consent back at any time: tell the "
	    "staff.",
	    "同意は、いつでも取り消せます。職員にお申し出ください。");
}

static void
walk_visual(struct sheet *s)
{
	put(s, TITLE, "Visual check (for staff)", "目視による本人確認（職員用）");
	put_notice(s, BOX, ONSHI_NOTICE_VISUAL, ONSHI_CATEGORY_ELIGIBILITY);
	put(s, POINT, "Who compared the photograph stands on the audit trail.",
	    "写真を見比べた職員は、監査記録に残ります。");
	put(s, POINT, "A card without a photograph (infants) cannot be checked "
	    "this way.",
	    "顔写真のないカード（乳幼児など）では、この方法は使えません。");
}

static const struct {
	int	notice;
	int	points;
	void	(*walk)(struct sheet *s);
} sheets[] = {
	{ ONSHI_NOTICE_PURPOSE, 24, walk_purpose },
	{ ONSHI_NOTICE_CONSENT, 14, walk_consent },
	{ ONSHI_NOTICE_VISUAL, 24, walk_visual }
};

/* ---- on paper, as text ----------------------------------------------------------- */

/* Bytes of the word at p, or of one letter where none are written apart. */
static size_t
word_at(const char *p)
{
	size_t n = 1;

	if ((unsigned char)*p < 0x80) {
		while ((unsigned char)p[n] < 0x80 && p[n] != '\0' &&
		    p[n] != ' ')
			n++;
		return n;
	}
	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;

	return n;
}

/* Marks that no line begins with stay with the letter before. */
static bool
is_mark(const char *p)
{
	static const char *const marks[] = { "、", "。", "）", "」", "・", "ー" };
	size_t i;

	for (i = 0; i < COUNT(marks); i++)
		if (strncmp(p, marks[i], strlen(marks[i])) == 0)
			return true;

	return false;
}

/* What may not be parted: a word, and the marks that follow it. */
static size_t
piece_at(const char *p, size_t *columns)
{
	char piece[128];
	size_t n = word_at(p);

	while (p[n] != '\0' && is_mark(p + n))
		n += word_at(p + n);
	if (n >= sizeof(piece))
		n = sizeof(piece) - 1;
	memcpy(piece, p, n);
	piece[n] = '\0';
	*columns = columns_of(piece);

	return n;
}

/* Lines of so many columns at most, with that before each; no line ends or
 * begins with a blank. */
static void
fold(struct out *o, const char *first, const char *rest, const char *text)
{
	size_t columns, line = 0, blank, n;

	out_text(o, first);
	for (; *text != '\0'; text += n) {
		blank = strspn(text, " ");
		text += blank;
		n = piece_at(text, &columns);
		if (line > 0 && line + blank + columns > SHEET) {
			out_text(o, "\n");
			out_text(o, rest);
			line = 0;
		} else if (line > 0 && blank > 0) {
			out_text(o, " ");
			line++;
		}
		out_bytes(o, text, n);
		line += columns;
	}
	out_text(o, "\n");
}

static void
line_of(struct out *o, const char *mark)
{
	size_t i;

	out_text(o, "  ");
	for (i = 0; i < SHEET / 2; i++)
		out_text(o, mark);
	out_text(o, "\n");
}

static void
framed(struct out *o, const char *mark, const char *text)
{
	line_of(o, mark);
	fold(o, "  ", "  ", text);
	line_of(o, mark);
}

static void
put_text(struct sheet *s, enum part part, const char *text)
{
	struct out *o = s->out;

	out_text(o, "\n");
	switch (part) {
	case TITLE:
		framed(o, "━", text);
		break;
	case BOX:
		framed(o, "─", text);
		break;
	case HEADING:
		fold(o, "  ■ ", "     ", text);
		break;
	case POINT:
		fold(o, "  ○ ", "     ", text);
		break;
	default:
		fold(o, "  ", "  ", text);
	}
}

/* ---- on paper, as a page of HTML ---------------------------------------------------- */

static void
put_escaped(struct out *o, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '&')
			out_text(o, "&amp;");
		else if (*text == '<')
			out_text(o, "&lt;");
		else if (*text == '>')
			out_text(o, "&gt;");
		else
			out_bytes(o, text, 1);
}

static void
put_element(struct out *o, const char *open, const char *text,
    const char *close)
{
	out_text(o, open);
	put_escaped(o, text);
	out_text(o, close);
}

static const char style[] =
    "h1 { font-size: 1.5em; text-align: center; border-bottom: 3pt solid }\n"
    "h2 { font-size: 1.1em; margin: 0.5em 0 0 }\n"
    "p { margin: 0.4em 0 }\n"
    ".box { font-size: 1.3em; font-weight: bold; border: 3pt solid; "
    "padding: 0.5em }\n"
    "</style>\n</head>\n<body>\n";

/* One page of paper, and no file but this one. */
static void
put_html(struct sheet *s, enum part part, const char *text)
{
	struct out *o = s->out;

	switch (part) {
	case TITLE:
		out_format(o, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
		    "<meta charset=\"UTF-8\"/>\n", s->lang);
		put_element(o, "<title>", text, "</title>\n");
		out_format(o, "<style>\n@page { size: A4; margin: 15mm }\n"
		    "body { font-family: sans-serif; font-size: %dpt; "
		    "line-height: 1.5 }\n", s->points);
		out_text(o, style);
		put_element(o, "<h1>", text, "</h1>\n");
		break;
	case BOX:
		put_element(o, "<p class=\"box\">", text, "</p>\n");
		break;
	case HEADING:
		put_element(o, "<h2>", text, "</h2>\n");
		break;
	case POINT:
		put_element(o, "<p>○ ", text, "</p>\n");
		break;
	default:
		put_element(o, "<p>", text, "</p>\n");
	}
}

/* ---- the command --------------------------------------------------------------------- */

/* A line that carries nothing: a sheet needs none, no card and no trail. */
static int
no_form(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_NONE;
}

static int
no_session(void *self, int32_t timeout_ms, void **session)
{
	(void)self;
	(void)timeout_ms;
	*session = NULL;

	return ONSHI_E_NETWORK;
}

static int
no_exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self;
	(void)session;
	(void)x;

	return ONSHI_E_NETWORK;
}

static void
no_close(void *self, void *session)
{
	(void)self;
	(void)session;
}

/* What the texts depend on, and nothing else. */
static const char *const facility[] = { "facility.institution_code",
    "facility.kind", "facility.eprescription", "rules.pharmacy_checkups" };

static int
make_root(struct tool *t)
{
	static const struct onshi_link_ops nowhere = {
		.size = sizeof(nowhere), .carries = no_form,
		.open = no_session, .exchange = no_exchange, .close = no_close
	};
	struct onshi_config *c = NULL;
	const char *text;
	size_t i;
	int r;

	if ((r = onshi_config_new(&c)) == ONSHI_OK)
		r = onshi_config_set_link(c, &nowhere, NULL);
	for (i = 0; r == ONSHI_OK && i < COUNT(facility); i++)
		if (onshi_config_text(t->config, facility[i], &text) ==
		    ONSHI_OK)
			r = onshi_config_set(c, facility[i], text);
	if (r == ONSHI_OK)
		r = onshi_new(ONSHI_ABI, c, &t->root);
	r = r == ONSHI_OK ? 0 : fail_result(t, r, c != NULL ?
	    onshi_config_error(c) : NULL);
	onshi_config_free(&c);

	return r;
}

static int
kind_of(const struct tool *t)
{
	const char *text;
	int i;

	if (onshi_config_text(t->config, "facility.kind", &text) == ONSHI_OK)
		for (i = 0; i < KINDS; i++)
			if (strcmp(kinds[i], text) == 0)
				return i;

	return MEDICAL;
}

/* The question of each category that this facility may ask about. */
static void
say_questions(struct tool *t)
{
	const char *text;
	int i;

	if (t->is_json)
		json_open(&t->json, "questions", '[');
	for (i = ONSHI_CATEGORY_DRUGS; onshi_category_name(i) != NULL; i++) {
		text = onshi_notice_text(t->root, ONSHI_NOTICE_CONSENT, i,
		    t->lang);
		if (*text == '\0')
			continue;
		if (!t->is_json) {
			out_text(&t->out, "\n");
			out_text(&t->out, onshi_category_text(i, t->lang));
			out_text(&t->out, "\n");
			out_text(&t->out, text);
			out_text(&t->out, "\n");
			continue;
		}
		json_open(&t->json, NULL, '{');
		json_text(&t->json, "category", onshi_category_name(i));
		json_text(&t->json, "title", onshi_category_text(i, t->lang));
		json_text(&t->json, "text", text);
		json_close(&t->json, '}');
	}
	if (t->is_json)
		json_close(&t->json, ']');
}

static void
say_notice(struct tool *t, int notice)
{
	const char *text = onshi_notice_text(t->root, notice,
	    ONSHI_CATEGORY_ELIGIBILITY, t->lang);

	if (t->is_json)
		json_text(&t->json, "text", text);
	if (!t->is_json) {
		out_text(&t->out, text);
		out_text(&t->out, "\n");
	}
	if (notice == ONSHI_NOTICE_CONSENT)
		say_questions(t);
}

/* Who posts it up may use a terminal in English, who reads it does not. */
static int
say_sheet(struct tool *t, size_t which)
{
	struct out text = { .data = NULL };
	bool html = option_has(t, OPT_HTML);
	struct sheet s = { .t = t, .out = &text, .kind = kind_of(t),
	    .points = sheets[which].points,
	    .put = html ? put_html : put_text };
	int status = 0;

	s.lang = option_has(t, OPT_LANG) ? t->lang : "ja";
	sheets[which].walk(&s);
	out_text(&text, html ? "</body>\n</html>\n" : "\n");
	out_bytes(&text, "", 1);
	if (text.data == NULL || text.failed)
		status = fail_result(t, ONSHI_E_NOMEM, NULL);
	else if (t->is_json)
		json_text(&t->json, html ? "html" : "sheet", text.data);
	else
		out_text(&t->out, text.data);
	out_free(&text);

	return status;
}

int
command_notice(struct tool *t)
{
	const char *name = t->command->name + strlen("notice ");
	size_t i = 0;
	int status;

	if (option_has(t, OPT_PRINT) && option_has(t, OPT_HTML))
		return fail_usage(t, "one of the two: --print or",
		    "どちらか1つを指定してください: --print", "--html");
	if ((status = setup_config(t)) != 0 || (status = make_root(t)) != 0)
		return status;
	while (i < COUNT(sheets) - 1 &&
	    strcmp(onshi_notice_name(sheets[i].notice), name) != 0)
		i++;
	if (t->is_json)
		json_text(&t->json, "notice", name);
	if (option_has(t, OPT_PRINT) || option_has(t, OPT_HTML))
		return say_sheet(t, i);
	say_notice(t, sheets[i].notice);

	return 0;
}
