/* The invented people who hold the test cards. */
#include "pki.h"

#include <stdio.h>
#include <string.h>

/*
 * Prefecture 99 does not exist, so these insurers cannot either. adult,
 * renewed, soon and child are one family; last-try is insured as one of the
 * latter-stage elderly (後期高齢者), which has neither symbol nor branch.
 * locked and no-pin differ: one has spent its tries, the other never had a
 * PIN (顔認証マイナンバーカード) and has no signature certificate.
 */
#define ADULT								\
	.name = "見本　太郎", .kana = "ミホン　タロウ",			\
	.address = "架空県見本市中央１丁目２番３号",			\
	.insurer = "991018", .symbol = "77", .number = "1001",		\
	.branch = "01", .birth = 19800512, .sex = 1

static const struct pki_person people[] = {
	{ .profile = "adult", ADULT, .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "renewed", ADULT, .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .filler = 29, .cert_size = 1583 },
	{ .profile = "soon", .name = "見本　翔子", .kana = "ミホン　ショウコ",
	    .address = "架空県見本市中央１丁目２番３号",
	    .insurer = "991018", .symbol = "77", .number = "1001",
	    .branch = "02", .birth = 19820101, .sex = 2,
	    .validity = PKI_SOON, .own_dates = true,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "child", .name = "見本　空", .kana = "ミホン　ソラ",
	    .address = "架空県見本市中央１丁目２番３号",
	    .insurer = "991018", .symbol = "77", .number = "1001",
	    .branch = "03", .birth = 20190707, .sex = 2,
	    .pin_tries = 3, .pin_max = 3 },
	{ .profile = "locked", .name = "試験　源蔵", .kana = "シケン　ゲンゾウ",
	    .address = "架空県試験町大字仮４５６番地",
	    .insurer = "991026", .symbol = "架空１２", .number = "00345",
	    .branch = "01", .birth = 19610820, .sex = 1,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 0, .pin_max = 3, .filler = 29, .cert_size = 1571 },
	{ .profile = "last-try", .name = "仮名　トメ", .kana = "カメイ　トメ",
	    .address = "架空県試験町大字仮７８９番地",
	    .insurer = "39991021", .symbol = "", .number = "09900010",
	    .branch = "", .birth = 19430315, .sex = 2,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 1, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "expired", .name = "期限　切子", .kana = "キゲン　キリコ",
	    .address = "架空県試験町北町９番地",
	    .insurer = "991026", .symbol = "架空１２", .number = "00346",
	    .branch = "01", .birth = 19750101, .sex = 2,
	    .validity = PKI_LAPSED, .own_dates = true,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "grace", .name = "猶予　待子", .kana = "ユウヨ　マチコ",
	    .address = "架空県試験町北町１０番地",
	    .insurer = "991026", .symbol = "架空１２", .number = "00347",
	    .branch = "01", .birth = 19690101, .sex = 2,
	    .validity = PKI_GRACE, .own_dates = true,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "revoked", .name = "失効　次郎",
	    .kana = "シッコウ　ジロウ",
	    .address = "架空県架空市南町１１番地",
	    .insurer = "991034", .symbol = "205", .number = "0017",
	    .branch = "01", .birth = 19921130, .sex = 1,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "unregistered", .name = "初回　登美",
	    .kana = "ショカイ　トミ",
	    .address = "架空県架空市南町１２番地",
	    .insurer = "991034", .symbol = "205", .number = "0018",
	    .branch = "01", .birth = 19881003, .sex = 2,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "no-pin", .name = "顔野　認", .kana = "カオノ　ミトム",
	    .address = "架空県架空市南町１３番地",
	    .insurer = "991034", .symbol = "205", .number = "0019",
	    .branch = "01", .birth = 19600102, .sex = 1,
	    .has_auth = true, .pin_tries = 0, .pin_max = 0, .filler = 29,
	    .cert_size = 1571 },
	{ .profile = "phone", .name = "携帯　歩", .kana = "ケイタイ　アユミ",
	    .address = "架空県架空市東町１４番地",
	    .insurer = "991034", .symbol = "205", .number = "0020",
	    .branch = "01", .birth = 20010101, .sex = 2, .kind = PKI_PHONE,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "extra-aps", .name = "特定　有", .kana = "トクテイ　ユウ",
	    .address = "架空県架空市南町１５番地",
	    .insurer = "991034", .symbol = "205", .number = "0021",
	    .branch = "01", .birth = 19950615, .sex = 1, .kind = PKI_EXTRA,
	    .has_auth = true, .has_sign = true,
	    .pin_tries = 3, .pin_max = 3, .cert_size = 1571 },
	{ .profile = "residence", .name = "KASO TARO", .kana = "",
	    .address = "", .insurer = "", .symbol = "", .number = "",
	    .branch = "", .birth = 19900401, .sex = 1,
	    .kind = PKI_RESIDENCE },
	{ .profile = "licence", .name = "運転　進", .kana = "ウンテン　ススム",
	    .address = "", .insurer = "", .symbol = "", .number = "",
	    .branch = "", .birth = 19850505, .sex = 1,
	    .kind = PKI_LICENCE },
	{ .profile = "juki", .name = "住基　旧子", .kana = "ジュウキ　キュウコ",
	    .address = "", .insurer = "", .symbol = "", .number = "",
	    .branch = "", .birth = 19580901, .sex = 2, .kind = PKI_JUKI,
	    .pin_tries = 3, .pin_max = 3 },
};

size_t
pki_people(const struct pki_person **out)
{
	*out = people;

	return sizeof(people) / sizeof(people[0]);
}

/*
 * The check digit of insurers (messages.md 6.3): weights 2, 1 from the right,
 * the digits of the products are added.
 */
int
pki_check_digit(const char *digits, size_t n)
{
	int product, sum = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		product = (digits[n - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
		sum += product / 10 + product % 10;
	}

	return (10 - sum % 10) % 10;
}

/*
 * Twelve digits in the place of the My Number (個人番号), with a check digit
 * that is wrong on purpose: no such number can have been given to anybody.
 */
static void
number_a_set(struct pki_holder *h)
{
	int i, sum = 0;

	snprintf(h->number_a, sizeof(h->number_a), "99900000%03u",
	    h->index % 1000);
	for (i = 1; i <= 11; i++)
		sum += (h->number_a[11 - i] - '0') *
		    (i <= 6 ? i + 1 : i - 5);
	sum = sum % 11 <= 1 ? 0 : 11 - sum % 11;
	h->number_a[11] = (char)('0' + (sum + 1) % 10);
	h->number_a[12] = '\0';
}

/* 照合番号B: birth date with the year of the era, expiry year, four digits. */
static void
number_b_set(struct pki_holder *h)
{
	struct pki_date b = pki_date(h->birth);
	int year;

	(void)pki_era(h->birth, &year);
	snprintf(h->number_b, sizeof(h->number_b), "%02u%02u%02u%04u%04u",
	    (unsigned int)year % 100, (unsigned int)b.month % 100,
	    (unsigned int)b.day % 100,
	    (unsigned int)pki_date(h->card_until).year % 10000,
	    (2285 + 37 * h->index) % 10000);
}

/*
 * The n-th birthday after a day. Nobody here is born on 29 February or later
 * than the 28th in the profiles whose day moves.
 */
static int32_t
birthday_after(int32_t birth, int32_t day, int n)
{
	struct pki_date b = pki_date(birth), d = pki_date(day);
	int year = d.year;

	if (pki_day(year, b.month, b.day) <= day)
		year++;

	return pki_day(year + n - 1, b.month, b.day);
}

/* Grace lasts three months after the month of expiry: 40 days are within. */
static int32_t
days_left(enum pki_validity v)
{
	static const int32_t left[] = {
		[PKI_VALID] = 0, [PKI_SOON] = 45,
		[PKI_GRACE] = -40, [PKI_LAPSED] = -200,
	};

	return left[v];
}

void
pki_holder_set(struct pki_holder *h, const struct pki_person *p,
    int32_t today)
{
	struct pki_date moved = { p->birth / 10000, p->birth / 100 % 100,
	    p->birth % 100 };
	int32_t last;

	*h = (struct pki_holder){ .person = p,
	    .index = (unsigned int)(p - people) };
	h->issued = today - 300;
	if (p->own_dates) {
		last = today + days_left(p->validity);
		moved.month = pki_date(last).month;
		moved.day = pki_date(last).day;
		if (moved.day > 28)
			moved.day = 28;
		h->issued = last - 4 * 365 - 200;
	}
	h->birth = pki_day(moved.year, moved.month, moved.day);
	h->cert_until = birthday_after(h->birth, h->issued, 5);
	h->card_until = birthday_after(h->birth, h->issued,
	    today - h->birth < 18 * 365 ? 5 : 10);
	number_a_set(h);
	number_b_set(h);
}
