/*
 * What the reception does when no answer is to be had: papers that count
 * today, what is written down from each, when to ask again.
 *
 *   cc fallback.c -lonshikaku && ./a.out ONSHI_E_NETWORK
 */
#include <stdio.h>
#include <string.h>

#include <onshikaku.h>

/* The number of a result's name; what is none: nothing could be asked. */
static int
number_of(const char *name)
{
	int result;
	size_t i;

	for (i = 0; onshi_result_at(i, &result) == ONSHI_OK; i++)
		if (result < 0 && strcmp(onshi_result_name(result), name) == 0)
			return result;

	return ONSHI_OUTCOME_NONE;
}

static void
show(const struct onshi_fallback *f, size_t i, int paper, int standing)
{
	int field;
	size_t k;

	printf("%s %s\n  %s\n", standing == ONSHI_STANDING_ACCEPTED ? "■" :
	    "□", onshi_paper_text(paper, "ja"),
	    onshi_fallback_text(f, i, "ja"));
	if (standing != ONSHI_STANDING_ACCEPTED) {
		printf("  %s\n", onshi_fallback_ask(f, i, "ja"));
		return;
	}
	printf("  窓口負担: %s\n  控える項目:", onshi_share_text(
	    onshi_fallback_share(f, i), "ja"));
	for (k = 0; onshi_fallback_field_at(f, i, k, &field) == ONSHI_OK; k++)
		printf(" %s", onshi_field_text(field, "ja"));
	puts("");
}

int
main(int argc, char **argv)
{
	int why = number_of(argc > 1 ? argv[1] : ""), paper, standing, r;
	struct onshi_fallback *f = NULL;
	size_t i;

	if ((r = onshi_fallback_new(NULL, &f)) != ONSHI_OK ||
	    (r = onshi_fallback_for(f, why, 0)) != ONSHI_OK) {
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
		onshi_fallback_free(&f);
		return 1;
	}
	for (i = 0; onshi_fallback_at(f, i, &paper, &standing, NULL, NULL) ==
	    ONSHI_OK; i++)
		show(f, i, paper, standing);
	puts(onshi_again_text(onshi_fallback_again(f), "ja"));
	onshi_fallback_free(&f);

	return 0;
}
