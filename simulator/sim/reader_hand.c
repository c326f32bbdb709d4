/* reader_hand.c: the face reader in the terminal, in big choices. */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

#define LINE	256

static void
box(const char *text)
{
	fputs("\033[2J\033[H==================================================\n"
	    "\n", stdout);
	printf("  %s\n\n", text);
	fputs("==================================================\n\n", stdout);
}

/* NULL: they went. */
static char *
answer(const char *prompt)
{
	static char line[LINE];

	printf("  %s > ", prompt);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static int
choose_method(const struct reader *rd)
{
	static const char *const labels[METHODS] = { "顔認証 face",
	    "暗証番号 PIN", "目視確認 by staff" };
	const char *said;
	int i;

	for (;;) {
		box("本人確認の方法を選んでください  Choose how");
		for (i = 0; i < METHODS; i++)
			if (rd->wanted.allows[i])
				printf("      [ %d ]  %s\n\n", i + 1,
				    labels[i]);
		if ((said = answer("番号 number")) == NULL)
			return -1;
		i = said[0] - '1';
		if (i >= 0 && i < METHODS && rd->wanted.allows[i])
			return i;
	}
}

static int
ask_consents(const struct reader *rd, struct patient *p)
{
	const char *said;
	int i;

	for (i = 0; i < CATEGORIES; i++) {
		if (!rd->wanted.asks[i])
			continue;
		do {
			box(rd->wanted.texts[i] != NULL ?
			    rd->wanted.texts[i] : categories[i].name);
			puts("      [ 1 ]  同意する yes\n\n"
			    "      [ 2 ]  同意しない no\n");
			if ((said = answer("番号 number")) == NULL)
				return -1;
		} while (strcmp(said, "1") != 0 && strcmp(said, "2") != 0);
		p->flags[i] = *said == '1';
	}
	return 0;
}

struct patient *
reader_ask(struct reader *rd)
{
	struct patient *p = calloc(1, sizeof(*p));
	const char *said;

	if (p == NULL)
		abort();
	box(rd->wanted.texts[CATEGORIES] != NULL ?
	    rd->wanted.texts[CATEGORIES] : "マイナンバーカードを置いてください");
	if ((said = answer("カード card (adult ...)")) == NULL ||
	    *said == '\0' || strchr(said, '/') != NULL)
		goto went;
	p->who = text_dup(said);
	p->by_phone = strcmp(said, "phone") == 0;
	if ((p->method = choose_method(rd)) < 0)
		goto went;
	if (p->method == PIN_METHOD) {
		box("暗証番号（4桁）を入力してください  PIN");
		if ((said = answer("****")) == NULL)
			goto went;
		p->pin = text_dup(said);
	}
	if (ask_consents(rd, p) != 0)
		goto went;
	box("受付しました。カードをお取りください  Thank you");
	return p;
went:
	patient_free(p);
	return NULL;
}
