/* generate_name.c: invented names, towns and insurers, all by the seed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

struct word {
	const char *kanji, *kana;
};

static const struct word families[] = {
	{ "見本", "ﾐﾎﾝ" }, { "架空", "ｶｸｳ" }, { "試験", "ｼｹﾝ" },
	{ "仮名", "ｶﾒｲ" }, { "空想", "ｸｳｿｳ" }, { "例題", "ﾚｲﾀﾞｲ" },
	{ "模擬", "ﾓｷﾞ" }, { "想定", "ｿｳﾃｲ" }, { "仮野", "ｶﾘﾉ" },
	{ "見崎", "ﾐｻｷ" }, { "試山", "ﾀﾒｼﾔﾏ" }, { "髙例", "ﾀｶﾚｲ" },
	{ "模田", "ﾓﾀﾞ" }, { "空木", "ｳﾂｷﾞ" }, { "仮屋﨑", "ｶﾘﾔｻﾞｷ" },
	{ "例沢", "ﾚｲｻﾞﾜ" },
};

/* Names go with the years in which children were given them. */
#define NAMES	7
static const struct {
	int32_t	    until;
	struct word men[NAMES], women[NAMES];
} given[] = {
	{ 19500101,
	    { { "源蔵", "ｹﾞﾝｿﾞｳ" }, { "正", "ﾀﾀﾞｼ" }, { "勇", "ｲｻﾑ" },
	    { "清", "ｷﾖｼ" }, { "一郎", "ｲﾁﾛｳ" }, { "茂", "ｼｹﾞﾙ" },
	    { "三郎", "ｻﾌﾞﾛｳ" } },
	    { { "トメ", "ﾄﾒ" }, { "和子", "ｶｽﾞｺ" }, { "文子", "ﾌﾐｺ" },
	    { "キヨ", "ｷﾖ" }, { "花子", "ﾊﾅｺ" }, { "千代", "ﾁﾖ" },
	    { "ハル", "ﾊﾙ" } } },
	{ 19750101,
	    { { "隆", "ﾀｶｼ" }, { "誠", "ﾏｺﾄ" }, { "博", "ﾋﾛｼ" },
	    { "浩一", "ｺｳｲﾁ" }, { "修", "ｵｻﾑ" }, { "豊", "ﾕﾀｶ" },
	    { "次郎", "ｼﾞﾛｳ" } },
	    { { "恵子", "ｹｲｺ" }, { "由美子", "ﾕﾐｺ" }, { "洋子", "ﾖｳｺ" },
	    { "みどり", "ﾐﾄﾞﾘ" }, { "明美", "ｱｹﾐ" }, { "京子", "ｷﾖｳｺ" },
	    { "めぐみ", "ﾒｸﾞﾐ" } } },
	{ 20000101,
	    { { "大介", "ﾀﾞｲｽｹ" }, { "健太", "ｹﾝﾀ" }, { "翔", "ｼﾖｳ" },
	    { "直樹", "ﾅｵｷ" }, { "拓也", "ﾀｸﾔ" }, { "達也", "ﾀﾂﾔ" },
	    { "淳一", "ｼﾞﾕﾝｲﾁ" } },
	    { { "由美", "ﾕﾐ" }, { "翔子", "ｼﾖｳｺ" }, { "美咲", "ﾐｻｷ" },
	    { "愛", "ｱｲ" }, { "彩", "ｱﾔ" }, { "麻衣", "ﾏｲ" },
	    { "さやか", "ｻﾔｶ" } } },
	{ 99999999,
	    { { "悠真", "ﾕｳﾏ" }, { "蓮", "ﾚﾝ" }, { "大翔", "ﾋﾛﾄ" },
	    { "湊", "ﾐﾅﾄ" }, { "陽翔", "ﾊﾙﾄ" }, { "颯太", "ｿｳﾀ" },
	    { "律", "ﾘﾂ" } },
	    { { "陽菜", "ﾋﾅ" }, { "さくら", "ｻｸﾗ" }, { "葵", "ｱｵｲ" },
	    { "結衣", "ﾕｲ" }, { "凛", "ﾘﾝ" }, { "紬", "ﾂﾑｷﾞ" },
	    { "莉子", "ﾘｺ" } } },
};
#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

/* Prefecture 99 does not exist; the check digits are made to be right. */
static const struct {
	int	    kind;
	const char *head, *name;
} insurers[] = {
	{ INSURER_CITY,	   "99999",   "想定市" },
	{ INSURER_CITY,	   "99001",   "模擬市" },
	{ INSURER_CITY,	   "99002",   "例題町" },
	{ INSURER_CITY,	   "99101",   "見本市" },
	{ INSURER_CITY,	   "99102",   "試験町" },
	{ INSURER_CITY,	   "99103",   "架空市" },
	{ INSURER_SOCIETY, "0699999", "試験健康保険組合" },
	{ INSURER_SOCIETY, "0699001", "見本製作所健康保険組合" },
	{ INSURER_SOCIETY, "0199001", "全国健康保険協会架空支部" },
	{ INSURER_ELDERLY, "3999102", "架空県後期高齢者医療広域連合" },
	{ INSURER_ELDERLY, "3999999", "見本県後期高齢者医療広域連合" },
	{ INSURER_ASSIST,  "1299999", "見本市福祉事務所" },
};
static char numbers[COUNT(insurers)][10];
static pthread_once_t numbers_once = PTHREAD_ONCE_INIT;

/* Weights 2, 1, 2 … from the right, digits of the products added. */
void
generate_check_digit(const char *head, char out[10])
{
	size_t n = strlen(head), i;
	int sum = 0, v;

	for (i = 0; i < n; i++) {
		v = (head[n - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
		sum += v / 10 + v % 10;
	}
	snprintf(out, 10, "%.8s%d", head, (10 - sum % 10) % 10);
}

static void
make_numbers(void)
{
	int i;

	for (i = 0; i < COUNT(insurers); i++)
		generate_check_digit(insurers[i].head, numbers[i]);
}

const char *
generate_insurer(int kind, int which)
{
	int i, n = 0, first = 0;

	pthread_once(&numbers_once, make_numbers);
	for (i = COUNT(insurers) - 1; i >= 0; i--)
		if (insurers[i].kind == kind) {
			first = i;
			n++;
		}
	return numbers[first + which % n];
}

const char *
generate_insurer_name(const char *insurer)
{
	int i;

	pthread_once(&numbers_once, make_numbers);
	insurer += strspn(insurer, " 0");
	for (i = 0; i < COUNT(insurers); i++)
		if (strcmp(numbers[i] + strspn(numbers[i], "0"),
		    insurer) == 0)
			return insurers[i].name;
	return "想定保険者";
}

int
generate_family(struct prng *p)
{
	return prng_below(p, COUNT(families));
}

/* family: a number of generate_family, or below 0 for any. */
void
generate_name(struct prng *p, int family, int sex, int32_t birth,
    char name[64], char kana[64])
{
	const struct word *f = &families[family < 0 ? generate_family(p) :
	    family % COUNT(families)], *g;
	int i = 0;

	while (birth >= given[i].until)
		i++;
	g = sex == 1 ? given[i].men : given[i].women;
	g += prng_below(p, NAMES);
	snprintf(name, 64, "%s　%s", f->kanji, g->kanji);
	snprintf(kana, 64, "%s %s", f->kana, g->kana);
}

static const char *
wide(int n, char out[16])
{
	char digits[8];
	const char *d = digits;
	size_t at = 0;

	snprintf(digits, sizeof(digits), "%d", n % 10000);
	for (; *d != '\0'; d++, at += 3) {
		memcpy(out + at, "\xef\xbc", 2);	/* ０ to ９ */
		out[at + 2] = (char)(0x90 + *d - '0');
	}
	out[at] = '\0';
	return out;
}

/* Who is insured with a town lives there. */
void
generate_address(struct prng *p, const char *insurer, char address[96],
    char post[16])
{
	static const char *const quarters[] = { "中央", "緑町", "本町", "南町",
	    "東町", "若葉台" };
	int town = prng_below(p, 6), i;
	char a[16], b[16], c[16];

	pthread_once(&numbers_once, make_numbers);
	for (i = 0; i < COUNT(insurers); i++)
		if (insurers[i].kind == INSURER_CITY &&
		    strcmp(numbers[i], insurer) == 0)
			town = i;
	i = prng_below(p, COUNT(quarters));
	snprintf(address, 96, "架空県%s%s%s丁目%s番%s号", insurers[town].name,
	    quarters[i], wide(1 + prng_below(p, 5), a),
	    wide(1 + prng_below(p, 30), b), wide(1 + prng_below(p, 20), c));
	snprintf(post, 16, "999-99%d%d", town % 10, i % 10);
}
