/* print.c: an eligibility as the reception reads it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

#define LABEL	26

enum form { TEXT, DATE, BIRTH, CODE, CLASS, RATIO, YEN };

struct row {
	int		 element;
	enum form	 form;
	const char	*ja;
	const char	*en;
};

static const struct row person[] = {
	{ ONSHI_EL_NAME, TEXT, "氏名", "Name" },
	{ ONSHI_EL_NAME_KANA, TEXT, "氏名カナ", "Name (kana)" },
	{ ONSHI_EL_NAME_OF_OTHER, TEXT, "氏名（その他）", "Other name" },
	{ ONSHI_EL_BIRTHDATE, BIRTH, "生年月日", "Date of birth" },
	{ ONSHI_EL_SEX1, CODE, "性別", "Sex" },
	{ ONSHI_EL_SEX2, CODE, "性別2", "Sex 2" },
	{ ONSHI_EL_ADDRESS, TEXT, "住所", "Address" },
	{ ONSHI_EL_POST_NUMBER, TEXT, "郵便番号", "Postcode" },
	{ ONSHI_EL_INSURED_CARD_CLASSIFICATION, CODE, "被保険者証区分",
	    "Kind of card" },
	{ ONSHI_EL_INSURER_NAME, TEXT, "保険者名称", "Insurer" },
	{ ONSHI_EL_INSURER_NUMBER, TEXT, "保険者番号", "Insurer's number" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, TEXT, "記号", "Symbol" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, TEXT, "番号", "Number" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, TEXT, "枝番", "Branch number" },
	{ ONSHI_EL_PERSONAL_FAMILY_CLASSIFICATION, CODE, "本人・家族",
	    "Insured or family" },
	{ ONSHI_EL_INSURED_NAME, TEXT, "被保険者・世帯主", "Insured person" },
	{ ONSHI_EL_QUALIFICATION_DATE, DATE, "資格取得日", "Eligible from" },
	{ ONSHI_EL_DISQUALIFICATION_DATE, DATE, "資格喪失日",
	    "Eligibility lost" },
	{ ONSHI_EL_REASON_OF_LOSS, CODE, "喪失事由", "Reason of loss" },
	{ ONSHI_EL_INSURED_CARD_VALID_DATE, DATE, "有効開始日", "Valid from" },
	{ ONSHI_EL_INSURED_CARD_EXPIRATION_DATE, DATE, "有効終了日",
	    "Valid to" },
	{ ONSHI_EL_INSURED_PARTIAL_CONTRIBUTION_RATIO, RATIO, "負担割合",
	    "Co-payment" },
	{ ONSHI_EL_PRESCHOOL_CLASSIFICATION, CODE, "未就学区分",
	    "Below school age" },
	{ ONSHI_EL_REFERENCE_NUMBER, TEXT, "照会番号", "Reference number" }
};

static const struct row elderly[] = {
	{ ONSHI_EL_ELDERLY_RECIPIENT_CONTRIBUTION_RATIO, RATIO,
	    "高齢受給者 負担割合", "Elderly: co-payment" },
	{ ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_DATE, DATE,
	    "高齢受給者 交付日", "Elderly: issued" },
	{ ONSHI_EL_ELDERLY_RECIPIENT_VALID_START_DATE, DATE,
	    "高齢受給者 有効開始日", "Elderly: valid from" },
	{ ONSHI_EL_ELDERLY_RECIPIENT_VALID_END_DATE, DATE,
	    "高齢受給者 有効終了日", "Elderly: valid to" }
};

static const struct row limit[] = {
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION, CODE,
	    "限度額適用認定証", "Limit certificate" },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, CLASS,
	    "適用区分", "Limit: income class" },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_DATE, DATE,
	    "限度額 交付日", "Limit: issued" },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE, DATE,
	    "限度額 有効開始日", "Limit: valid from" },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE, DATE,
	    "限度額 有効終了日", "Limit: valid to" },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_LONG_TERM_DATE, DATE,
	    "長期入院該当日", "Limit: long stay from" }
};

static const struct row disease[] = {
	{ ONSHI_EL_SPECIFIC_DISEASES_DISEASE_CATEGORY, CODE, "特定疾病",
	    "Specific disease" },
	{ ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_DATE, DATE,
	    "特定疾病 交付日", "Disease: issued" },
	{ ONSHI_EL_SPECIFIC_DISEASES_VALID_START_DATE, DATE,
	    "特定疾病 有効開始日", "Disease: valid from" },
	{ ONSHI_EL_SPECIFIC_DISEASES_VALID_END_DATE, DATE,
	    "特定疾病 回収理由発生日", "Disease: to be taken back" },
	{ ONSHI_EL_SPECIFIC_DISEASES_SELF_PAY, YEN, "特定疾病 自己負担限度額",
	    "Disease: limit per month" }
};

static const struct row ticket[] = {
	{ ONSHI_EL_TICKET_TYPE, CODE, "医療券・調剤券", "Ticket" },
	{ ONSHI_EL_ISSUE_NUMBER, TEXT, "交付番号", "Ticket: number" },
	{ ONSHI_EL_MEDICAL_TREATMENT_MONTH, DATE, "診療年月",
	    "Ticket: month" },
	{ ONSHI_EL_MEDICAL_TICKET_VALID_DATE, DATE, "券 有効開始日",
	    "Ticket: valid from" },
	{ ONSHI_EL_MEDICAL_TICKET_EXPIRATION_DATE, DATE, "券 有効終了日",
	    "Ticket: valid to" },
	{ ONSHI_EL_MEDICAL_TREATMENT_TYPE, CODE, "診療別",
	    "Ticket: treatment" },
	{ ONSHI_EL_DESIGNATED_MEDICAL_INSTITUTION_NAME, TEXT, "指定医療機関",
	    "Ticket: institution" },
	{ ONSHI_EL_DESIGNATED_MEDICAL_INSTITUTION_FLAG, CODE,
	    "指定医療機関の確認", "Ticket: is it us" },
	{ ONSHI_EL_SINGLE_OR_COMBINED_USE, CODE, "単独・併用別",
	    "Ticket: single or combined" },
	{ ONSHI_EL_SELF_PAY_AMOUNT, YEN, "本人支払額", "Ticket: own payment" }
};

void
print_row(struct tool *t, const char *label, const char *value)
{
	out_text(&t->out, "  ");
	out_column(&t->out, label, LABEL);
	out_value(&t->out, value);
	out_text(&t->out, "\n");
}

/* "010" and "10" are 10 percent; what is no number stands as it is. */
static void
ratio_plain(const struct tool *t, const char *text, char out[TIME_TEXT])
{
	int percent = 0;
	size_t i, len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len) {
		(void)snprintf(out, TIME_TEXT, "%s", text);
		return;
	}
	for (i = 0; i < len; i++)
		percent = percent * 10 + (text[i] - '0');
	if (is_ja(t) && percent % 10 == 0)
		(void)snprintf(out, TIME_TEXT, "%d割", percent / 10);
	else
		(void)snprintf(out, TIME_TEXT, "%d%%", percent);
}

/* Codes are for JSON and the engineer; people read the name, and the code only
 * where no table has one. */
static void
print_code(struct tool *t, const struct row *row, const char *label,
    const struct onshi_record *rec)
{
	const char *code, *name;

	if (onshi_record_code(rec, row->element, &code, &name) != ONSHI_OK)
		return;
	out_text(&t->out, "  ");
	out_column(&t->out, label, LABEL);
	if (row->form == CLASS && *name != '\0' && is_ja(t))
		out_text(&t->out, "区分");
	if (*name != '\0')
		out_text(&t->out, name);
	else
		out_value(&t->out, code);
	out_text(&t->out, "\n");
}

static const struct {
	int32_t		 from;
	const char	*name;
} eras[] = {
	{ 20190501, "令和" }, { 19890108, "平成" }, { 19261225, "昭和" },
	{ 19120730, "大正" }, { 18680125, "明治" }
};

/* Year, month and day of "1980-05-12" and what follows. */
static bool
day_read(const char *plain, int32_t day[3])
{
	const char *at = plain;
	char *rest;
	int i;

	for (i = 0; i < 3; i++) {
		day[i] = (int32_t)strtol(at, &rest, 10);
		if (rest == at || day[i] < 0 || (i < 2 && *rest != '-'))
			return false;
		at = rest + 1;
	}

	return true;
}

/* As the papers at a counter have it, too: 1980-05-12（昭和55年5月12日）. */
static void
birth_plain(const struct tool *t, const char *text, char out[TIME_TEXT * 2])
{
	char plain[TIME_TEXT], year[16] = "元";
	int32_t day[3], y;
	size_t i = 0;

	date_plain(text, plain);
	(void)snprintf(out, TIME_TEXT * 2, "%s", plain);
	if (is_ja(t) && day_read(plain, day) && day[0] < 10000) {
		while (i < COUNT(eras) && day[0] * 10000 + day[1] * 100 +
		    day[2] < eras[i].from)
			i++;
		y = i < COUNT(eras) ? day[0] - eras[i].from / 10000 + 1 : 0;
		if (y > 1)
			(void)snprintf(year, sizeof(year), "%d", y);
		if (i < COUNT(eras))
			(void)snprintf(out, TIME_TEXT * 2,
			    "%s（%s%s年%d月%d日）", plain, eras[i].name, year,
			    day[1], day[2]);
	}
	onshi_wipe(plain, sizeof(plain));
}

/* What is absent is not printed, and never filled in (TI-1). */
static int
print_field(struct tool *t, const struct row *row,
    const struct onshi_record *rec)
{
	const char *label = say(t, row->en, row->ja), *text;
	char plain[TIME_TEXT * 2];
	int r;

	r = onshi_record_text(rec, row->element, &text);
	if (r != ONSHI_OK)
		return r == ONSHI_ABSENT ? ONSHI_OK : r;
	/* Too long for what it should be: as it stands, and never cut. */
	switch (strlen(text) > 20 && row->form != CODE && row->form != CLASS ?
	    TEXT : row->form) {
	case CODE:
	case CLASS:
		print_code(t, row, label, rec);
		return ONSHI_OK;
	case DATE:
		date_plain(text, plain);
		break;
	case BIRTH:
		birth_plain(t, text, plain);
		break;
	case RATIO:
		ratio_plain(t, text, plain);
		break;
	case YEN:
		(void)snprintf(plain, sizeof(plain), "%s%s", text,
		    say(t, " yen", "円"));
		break;
	default:
		/* An insurer's number comes filled up to eight. */
		print_row(t, label, text + strspn(text, " "));
		return ONSHI_OK;
	}
	print_row(t, label, plain);
	onshi_wipe(plain, sizeof(plain));

	return ONSHI_OK;
}

static int
print_fields(struct tool *t, const struct row *rows, size_t n,
    const struct onshi_record *rec)
{
	size_t i;
	int r = ONSHI_OK;

	for (i = 0; i < n && r == ONSHI_OK; i++)
		r = print_field(t, &rows[i], rec);

	return r;
}

/* What stands within a result: lists, and groups as lists of one. */
static const struct {
	int			 element;
	const struct row	*rows;
	size_t			 n;
} within[] = {
	{ ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO, elderly,
	    COUNT(elderly) },
	{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, limit,
	    COUNT(limit) },
	{ ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST, disease,
	    COUNT(disease) },
	{ ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST, ticket, COUNT(ticket) }
};

/* Labels of 医療扶助: DI-7's words, in every mode. */
static const struct row assistance[] = {
	{ ONSHI_EL_INSURER_NAME, TEXT, "福祉事務所名称", "Welfare office" },
	{ ONSHI_EL_INSURER_NUMBER, TEXT, "公費負担者番号",
	    "Payer's number" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, TEXT, "受給者番号",
	    "Recipient's number" }
};

static bool
is_assistance(const struct onshi_record *rec)
{
	const char *code;

	return onshi_record_text(rec, ONSHI_EL_INSURED_CARD_CLASSIFICATION,
	    &code) == ONSHI_OK && strcmp(code, "A1") == 0;
}

static int
print_person(struct tool *t, const struct onshi_record *rec)
{
	const struct row *row;
	bool aid = is_assistance(rec);
	size_t i, k;
	int r = ONSHI_OK;

	for (i = 0; i < COUNT(person) && r == ONSHI_OK; i++) {
		row = &person[i];
		for (k = 0; aid && k < COUNT(assistance); k++)
			if (assistance[k].element == row->element)
				row = &assistance[k];
		r = print_field(t, row, rec);
	}

	return r;
}

/* Under 70 the ratio is not answered: said, so that nobody misses it. */
static void
print_no_ratio(struct tool *t, const struct onshi_record *rec)
{
	const struct onshi_record *child;
	const char *text;

	if (is_assistance(rec) || onshi_record_text(rec,
	    ONSHI_EL_INSURED_PARTIAL_CONTRIBUTION_RATIO, &text) == ONSHI_OK ||
	    onshi_record_child(rec,
	    ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO, &child) == ONSHI_OK)
		return;
	print_row(t, say(t, "Co-payment", "負担割合"), say(t,
	    "not in the answer (it is not given for people under 70)",
	    "回答に含まれていません（70歳未満の方には回答されません）"));
}

static int
print_result(struct tool *t, const struct onshi_record *rec)
{
	const struct onshi_record *child;
	size_t i, k;
	int r;

	if ((r = print_person(t, rec)) != ONSHI_OK)
		return r;
	print_no_ratio(t, rec);
	for (i = 0; i < COUNT(within); i++) {
		for (k = 0; (r = onshi_record_child_at(rec,
		    within[i].element, k, &child)) == ONSHI_OK; k++)
			if ((r = print_fields(t, within[i].rows, within[i].n,
			    child)) != ONSHI_OK)
				return r;
		if (r < 0)
			return r;
	}

	return ONSHI_OK;
}

static int
print_head(struct tool *t, struct onshi_answer *a)
{
	static const struct row rows[] = {
		{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, DATE, "資格確認日",
		    "Eligibility as of" },
		{ ONSHI_EL_PROCESSING_RESULT_CODE, TEXT, "処理結果コード",
		    "Result code" },
		{ ONSHI_EL_PROCESSING_RESULT_MESSAGE, TEXT, "お知らせ",
		    "Note" },
		{ ONSHI_EL_PRESCRIPTION_ISSUE_SELECT, CODE,
		    "処方箋発行形態", "Form of prescription" }
	};
	const struct onshi_record *head;
	int outcome = onshi_answer_outcome(a), r;
	const char *remedy = onshi_outcome_remedy(outcome, t->lang);

	out_format(&t->out, "%s: %s\n", say(t, "Eligibility", "資格確認"),
	    onshi_outcome_text(outcome, t->lang));
	if (*remedy != '\0')
		out_format(&t->out, "  %s %s\n", say(t, "->", "→"), remedy);
	if ((r = onshi_answer_head(a, &head)) != ONSHI_OK)
		return r;

	return print_fields(t, rows, COUNT(rows), head);
}

int
print_eligibility(struct tool *t, struct onshi_answer *a)
{
	const struct onshi_record *rec;
	size_t n = 0;
	int r;

	if ((r = print_head(t, a)) != ONSHI_OK)
		return r;
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK) {
		if (n++ > 0)
			out_text(&t->out, "  --\n");
		if ((r = print_result(t, rec)) != ONSHI_OK)
			return r;
	}

	return r == ONSHI_END ? ONSHI_OK : r;
}

static const char *const category_ja[] = {
	[ONSHI_CATEGORY_DRUGS] = "薬剤情報", [ONSHI_CATEGORY_CHECKUPS] = "特定健診情報",
	[ONSHI_CATEGORY_CARE] = "診療情報", [ONSHI_CATEGORY_SURGERY] = "手術情報",
	[ONSHI_CATEGORY_LIMIT] = "限度額適用認定証",
	[ONSHI_CATEGORY_DISEASES] = "特定疾病療養受療証",
	[ONSHI_CATEGORY_PRESCRIPTIONS] = "処方情報",
	[ONSHI_CATEGORY_DISPENSING] = "調剤情報"
};
static const char *const category_en[] = {
	[ONSHI_CATEGORY_DRUGS] = "Drugs", [ONSHI_CATEGORY_CHECKUPS] =
	    "Checkups",
	[ONSHI_CATEGORY_CARE] = "Care", [ONSHI_CATEGORY_SURGERY] = "Surgery",
	[ONSHI_CATEGORY_LIMIT] = "Limit certificate",
	[ONSHI_CATEGORY_DISEASES] = "Specific diseases",
	[ONSHI_CATEGORY_PRESCRIPTIONS] = "Prescriptions",
	[ONSHI_CATEGORY_DISPENSING] = "Dispensing"
};

const char *
category_title(const struct tool *t, int category)
{
	if (category < ONSHI_CATEGORY_DRUGS || category >= CATEGORIES)
		return "";

	return say(t, category_en[category], category_ja[category]);
}

static void
print_consents(struct tool *t, const struct onshi_visit *v)
{
	int i, given, granted;
	char label[80], text[120], end[TIME_TEXT];
	int64_t until;

	for (i = ONSHI_CATEGORY_DRUGS; i < CATEGORIES; i++) {
		if (onshi_visit_consent(v, i, &given, &granted, NULL,
		    &until) != ONSHI_OK)
			continue;
		end[0] = '\0';
		if (granted != 0 && until != 0)
			time_plain(until, end);
		(void)snprintf(label, sizeof(label), "%s%s", say(t,
		    "Consent: ", ""), category_title(t, i));
		(void)snprintf(text, sizeof(text), "%s%s%s", given == 0 ?
		    say(t, "refused", "同意なし") : granted == 0 ?
		    say(t, "given, not granted", "同意あり（システムから取得"
		    "できませんでした）") :
		    say(t, "given", "同意あり"), *end != '\0' ?
		    say(t, ", until ", " 閲覧有効期限 ") : "", end);
		print_row(t, label, text);
	}
}

/* Where a card still shows eligibility, to the day. */
const char *
certificate_tell(const struct onshi_certificate *x, const char *lang,
    char room[CERTIFICATE_TELL])
{
	int state = onshi_certificate_state(x);
	char plain[TIME_TEXT];
	int32_t day[3];

	time_plain(onshi_certificate_grace_end(x), plain);
	if (state != ONSHI_CERTIFICATE_GRACE || !day_read(plain, day))
		return onshi_certificate_state_text(state, lang);
	if (strcmp(lang, "ja") == 0)
		(void)snprintf(room, CERTIFICATE_TELL, "電子証明書の有効期限が切れ"
		    "ています。%d年%d月%d日までは資格確認のみ利用できます（薬剤情報な"
		    "どは閲覧できません）。市区町村の窓口で更新手続きをお願いします",
		    day[0], day[1], day[2]);
	else
		(void)snprintf(room, CERTIFICATE_TELL, "The card's certificate "
		    "has ended; until %.10s it shows eligibility alone, no "
		    "medical information. The municipal office renews it.",
		    plain);

	return room;
}

void
print_certificate(struct tool *t, const struct onshi_certificate *x)
{
	char end[TIME_TEXT], room[CERTIFICATE_TELL];
	const char *tell = certificate_tell(x, t->lang, room);

	time_plain(onshi_certificate_not_after(x), end);
	print_row(t, say(t, "Certificate valid to", "電子証明書の有効期限"),
	    end);
	if (*tell != '\0')
		print_row(t, say(t, "To the holder", "ご本人への案内"), tell);
}

void
print_visit(struct tool *t, const struct onshi_visit *v)
{
	const struct onshi_certificate *x = onshi_visit_certificate(v);

	print_consents(t, v);
	if (x != NULL)
		print_certificate(t, x);
	if (onshi_visit_is_recorded(v) == 0)
		print_row(t, say(t, "Audit trail", "監査記録"), say(t,
		    "none is kept (audit.dir)", "なし（audit.dir が未設定）"));
}
