/* What there is to say about a result: the catalogue of results.def, asked. */
#include "config.h"

#include "core/inside.h"

struct words {
	int		 result;
	const char	*name;
	const char	*text[2];	/* English, Japanese */
	const char	*remedy[2];
};

#define R(name, number, text, text_ja, remedy, remedy_ja)		\
	{ number, #name, { text, text_ja }, { remedy, remedy_ja } },
static const struct words catalogue[] = {
#include "core/results.def"
};
#undef R

static const struct words unknown = {
	0, "unknown", { "unknown result", "不明な結果です" },
	{ "Correct the calling program.", "システムの担当者に連絡してください" }
};

static const struct words *
find(int result)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(catalogue); i++)
		if (catalogue[i].result == result)
			return &catalogue[i];

	return &unknown;
}

static int
language(const char *lang)
{
	return oki_text_equal(lang, "ja") ? 1 : 0;
}

const char *
onshi_result_name(int result)
{
	return find(result)->name;
}

const char *
onshi_result_text(int result, const char *lang)
{
	return find(result)->text[language(lang)];
}

const char *
onshi_result_remedy(int result, const char *lang)
{
	return find(result)->remedy[language(lang)];
}

/* A failure outside the catalogue is our bug, or never came from us. */
int
onshi_result_class(int result)
{
	if (result >= 0)
		return 0;

	return find(result) == &unknown ? 1 : -result / 100;
}

int
onshi_result_at(size_t i, int *result)
{
	if (result == NULL)
		return ONSHI_E_ARG;
	if (i >= OKI_COUNT(catalogue))
		return ONSHI_END;
	*result = catalogue[i].result;

	return ONSHI_OK;
}
