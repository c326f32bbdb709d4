/* The hostile XML catalogue (testing.md 8): every row refused for its reason,
 * or read as it stands, with no file opened and no time lost. */
#include "config.h"

#include <dirent.h>

#include "message/help.h"

#define MIB	(1024 * 1024)
#define OK	NULL
#define HOST	"hostile"
#define ENC	"wrong_encoding"
#define BIG	"too_big"
#define CUT	"truncated"
#define BAD	"malformed"

/* A document with something at each place where something can stand. */
struct parts {
	const char	*before;	/* the root */
	const char	*attributes;	/* of the root */
	const char	*value;		/* ErrorMessage */
	const char	*within;	/* after the elements of the body */
	const char	*after;
};

static void
put_parts(struct text *t, const struct parts *p)
{
	text_put(t, p->before == NULL ? "" : p->before);
	text_put(t, "<XmlMsg");
	text_put(t, p->attributes == NULL ? "" : p->attributes);
	text_put(t, "><MessageHeader><SegmentOfResult>9</SegmentOfResult>"
	    "<ErrorMessage>");
	text_put(t, p->value == NULL ? "" : p->value);
	text_put(t, "</ErrorMessage></MessageHeader><MessageBody>");
	text_put(t, p->within == NULL ? "" : p->within);
	text_put(t, "</MessageBody></XmlMsg>");
	text_put(t, p->after == NULL ? "" : p->after);
}

static int
read_it(const char *s, size_t len, struct oki_doc **doc,
    struct onshi_error *e)
{
	struct oki_limits limits;

	oki_limits_init(&limits, NULL);
	oki_error_clear(e);

	return oki_message_parse("OQSsiquc01res", (const uint8_t *)s, len,
	    &limits, doc, e);
}

/* Refused for that reason and no other; nothing of the content in the text. */
static void
expect(const char *name, const char *s, size_t len, const char *reason)
{
	struct onshi_error e;
	struct oki_doc *doc;
	int r = read_it(s, len, &doc, &e);

	if (reason == OK) {
		ck_assert_msg(r == ONSHI_OK, "%s: %s", name, e.text);
		oki_doc_free(&doc);
		return;
	}
	ck_assert_msg(r == ONSHI_E_ANSWER_REFUSED, "%s: %d %s", name, r,
	    e.text);
	ck_assert_ptr_null(doc);
	ck_assert_msg(strcmp(e.reason, reason) == 0, "%s: %s", name, e.text);
	ck_assert_msg(strstr(e.text, "SECRET") == NULL, "%s", name);
}

/* ---- rows that are text ------------------------------------------------- */

#define LOL	"<!DOCTYPE XmlMsg [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;" \
	"&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>"

static const struct {
	const char	*name;
	const char	*reason;
	struct parts	 parts;
} rows[] = {
	{ "A04 unknown elements", OK, { NULL, NULL, "x",
	    "<New><Newer a=\"1\">1</Newer></New><QualificationValidity>Z"
	    "</QualificationValidity>", NULL } },
	{ "B01 billion laughs", HOST, { LOL, NULL, "&c;", NULL, NULL } },
	{ "B02 in an attribute", HOST, { LOL, " a=\"&c;\"", "", NULL, NULL } },
	{ "B04 quadratic in an attribute", HOST, { "<!DOCTYPE XmlMsg ["
	    "<!ENTITY a \"aaaaaaaaaaaaaaaa\">]>", " a=\"&a;&a;&a;&a;&a;\"",
	    NULL, NULL, NULL } },
	{ "B05 external entity, file", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY x "
	    "SYSTEM \"file:///etc/passwd\">]>", NULL, "&x;", NULL, NULL } },
	{ "B06 external entity, http", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY x "
	    "SYSTEM \"http://127.0.0.1/x\">]>", NULL, "&x;", NULL, NULL } },
	{ "B07 external subset, file", HOST, { "<!DOCTYPE XmlMsg SYSTEM "
	    "\"file:///etc/passwd\">", NULL, NULL, NULL, NULL } },
	{ "B08 external subset, http", HOST, { "<!DOCTYPE XmlMsg SYSTEM "
	    "\"http://127.0.0.1/x\">", NULL, NULL, NULL, NULL } },
	{ "B09 parameter entity", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY % p "
	    "SYSTEM \"file:///etc/passwd\">%p;]>", NULL, NULL, NULL, NULL } },
	{ "B10 out of band", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY % a \"<!"
	    "ENTITY &#37; b SYSTEM 'http://127.0.0.1/%c;'>\">%a;%b;]>", NULL,
	    NULL, NULL, NULL } },
	{ "B11 recursion", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY a \"&b;\">"
	    "<!ENTITY b \"&a;\">]>", NULL, "&a;", NULL, NULL } },
	{ "B12 harmless entity", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY a "
	    "\"b\">]>", NULL, "&a;", NULL, NULL } },
	{ "B13 undeclared entity", HOST, { NULL, NULL, "&nbsp;", NULL,
	    NULL } },
	{ "B13 in an attribute", HOST, { NULL, " a=\"&x;\"", NULL, NULL,
	    NULL } },
	{ "B14 bare document type", HOST, { "<!DOCTYPE XmlMsg>", NULL, NULL,
	    NULL, NULL } },
	{ "B15 default attribute", HOST, { "<!DOCTYPE XmlMsg [<!ATTLIST "
	    "XmlMsg a CDATA \"x\">]>", NULL, NULL, NULL, NULL } },
	{ "B16 notation", HOST, { "<!DOCTYPE XmlMsg [<!NOTATION n SYSTEM "
	    "\"x\"><!ENTITY e SYSTEM \"y\" NDATA n>]>", NULL, NULL, NULL,
	    NULL } },
	{ "B18 public identifier", HOST, { "<!DOCTYPE XmlMsg PUBLIC \"-//X\" "
	    "\"x.dtd\">", NULL, NULL, NULL, NULL } },
	{ "B19 expect:", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY x SYSTEM "
	    "\"expect://id\">]>", NULL, "&x;", NULL, NULL } },
	{ "B20 ftp:", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY x SYSTEM "
	    "\"ftp://127.0.0.1/\">]>", NULL, "&x;", NULL, NULL } },
	{ "B21 conditional section", HOST, { "<!DOCTYPE XmlMsg [<![INCLUDE[ "
	    "]]>]>", NULL, NULL, NULL, NULL } },
	{ "B21 outside a subset", HOST, { NULL, NULL, NULL,
	    "<![INCLUDE[ ]]>", NULL } },
	{ "B23 entity of markup", HOST, { "<!DOCTYPE XmlMsg [<!ENTITY m "
	    "\"<Name>x</Name>\">]>", NULL, NULL, "&m;", NULL } },
	{ "B24 lower case", HOST, { "<!doctype XmlMsg>", NULL, NULL, NULL,
	    NULL } },
	{ "B24 with a blank", HOST, { "<! DOCTYPE XmlMsg>", NULL, NULL, NULL,
	    NULL } },
	{ "B24 after the root", HOST, { NULL, NULL, NULL, NULL,
	    "<!DOCTYPE XmlMsg>" } },
	{ "B24 within", HOST, { NULL, NULL, NULL, "<!DOCTYPE x>", NULL } },
	{ "B24 an entity within", HOST, { NULL, NULL, NULL,
	    "<!ENTITY a \"b\">", NULL } },
	{ "B25 in CDATA", OK, { NULL, NULL,
	    "<![CDATA[<!DOCTYPE x [<!ENTITY a \"b\">]><?php ?>&a;]]>", NULL,
	    NULL } },
	{ "B25 in a comment", OK, { "<!-- <!DOCTYPE x> <?php ?> &a; -->",
	    NULL, "a", NULL, "<!-- <!ENTITY -->" } },
	{ "B25 as text", OK, { NULL, NULL, "&lt;!DOCTYPE x&gt;", NULL,
	    NULL } },
	{ "D02 two roots", BAD, { NULL, NULL, NULL, NULL, "<XmlMsg/>" } },
	{ "D02 text after", BAD, { NULL, NULL, NULL, NULL, "x" } },
	{ "D02 text before", BAD, { "x", NULL, NULL, NULL, NULL } },
	{ "D02 CDATA after", BAD, { NULL, NULL, NULL, NULL,
	    "<![CDATA[ ]]>" } },
	{ "D02 a reference after", BAD, { NULL, NULL, NULL, NULL,
	    "&#32;" } },
	{ "D02 an end after", BAD, { NULL, NULL, NULL, NULL, "</XmlMsg>" } },
	{ "D02 second declaration", HOST, { NULL, NULL, NULL, NULL,
	    "<?xml version=\"1.0\"?>" } },
	{ "D03 blank before the declaration", HOST, {
	    " <?xml version=\"1.0\"?>", NULL, NULL, NULL, NULL } },
	{ "D04 unclosed", CUT, { "<A>", NULL, NULL, NULL, NULL } },
	{ "D04 crossed", BAD, { NULL, NULL, NULL, "<A><B></A></B>", NULL } },
	{ "D04 wrong case", BAD, { NULL, NULL, NULL, "<A></a>", NULL } },
	{ "D06 attribute twice", BAD, { NULL, " a=\"1\" a=\"2\"", NULL, NULL,
	    NULL } },
	{ "D07 < in an attribute", BAD, { NULL, " a=\"<\"", NULL, NULL,
	    NULL } },
	{ "D07 bare &", BAD, { NULL, NULL, "a & b", NULL, NULL } },
	{ "D07 & and an end", BAD, { NULL, NULL, "a &", NULL, NULL } },
	{ "D07 ]]> in text", BAD, { NULL, NULL, "a ]]> b", NULL, NULL } },
	{ "D07 -- in a comment", BAD, { NULL, NULL, NULL, "<!-- a -- b -->",
	    NULL } },
	{ "D07 unquoted value", BAD, { NULL, " a=1", NULL, NULL, NULL } },
	{ "D07 attribute without value", BAD, { NULL, " a", NULL, NULL,
	    NULL } },
	{ "D07 <!x", HOST, { NULL, NULL, NULL, "<!x>", NULL } },
	{ "D07 <!-x", BAD, { NULL, NULL, NULL, "<!-x-->", NULL } },
	{ "D07 <!>", BAD, { NULL, NULL, NULL, "<!>", NULL } },
	{ "D07 <![CDAT[", BAD, { NULL, NULL, NULL, "<![CDAT[]]>", NULL } },
	{ "D07 < and a blank", BAD, { NULL, NULL, NULL, "< A/>", NULL } },
	{ "D07 <>", BAD, { NULL, NULL, NULL, "<></>", NULL } },
	{ "D07 digit in a name's place", BAD, { NULL, NULL, NULL, "<1/>",
	    NULL } },
	{ "D08 version 1.1", BAD, { "<?xml version=\"1.1\"?>", NULL, NULL,
	    NULL, NULL } },
	{ "D08 version 9.9", BAD, { "<?xml version=\"9.9\"?>", NULL, NULL,
	    NULL, NULL } },
	{ "D08 no version", BAD, { "<?xml encoding=\"UTF-8\"?>", NULL, NULL,
	    NULL, NULL } },
	{ "D08 nothing", BAD, { "<?xml?>", NULL, NULL, NULL, NULL } },
	{ "D08 order", BAD, { "<?xml version=\"1.0\" standalone=\"no\" "
	    "encoding=\"UTF-8\"?>", NULL, NULL, NULL, NULL } },
	{ "D08 more", BAD, { "<?xml version=\"1.0\" a=\"b\"?>", NULL, NULL,
	    NULL, NULL } },
	{ "D09 standalone", BAD, { "<?xml version=\"1.0\" "
	    "standalone=\"maybe\"?>", NULL, NULL, NULL, NULL } },
	{ "D10 <?XML", HOST, { "<?XML version=\"1.0\"?>", NULL, NULL, NULL,
	    NULL } },
	{ "D10 <?php", HOST, { "<?php system('id') ?>", NULL, NULL, NULL,
	    NULL } },
	{ "D10 <?xml-stylesheet", HOST, { "<?xml-stylesheet href=\"x\"?>",
	    NULL, NULL, NULL, NULL } },
	{ "D10 within", HOST, { NULL, NULL, NULL, "<?a b?>", NULL } },
	{ "D11 U+0001", ENC, { NULL, NULL, "a\x01", NULL, NULL } },
	{ "D11 U+001F in a comment", ENC, { NULL, NULL, NULL,
	    "<!--\x1f-->", NULL } },
	{ "D11 U+FFFE", ENC, { NULL, NULL, "\xef\xbf\xbe", NULL, NULL } },
	{ "D11 U+FFFF", ENC, { NULL, NULL, "\xef\xbf\xbf", NULL, NULL } },
	{ "D12 &#0;", BAD, { NULL, NULL, "&#0;", NULL, NULL } },
	{ "D12 &#1;", BAD, { NULL, NULL, "&#1;", NULL, NULL } },
	{ "D12 &#xD800;", BAD, { NULL, NULL, "&#xD800;", NULL, NULL } },
	{ "D12 &#xFFFE;", BAD, { NULL, NULL, "&#xFFFE;", NULL, NULL } },
	{ "D12 &#x110000;", BAD, { NULL, NULL, "&#x110000;", NULL, NULL } },
	{ "D12 20 digits", BAD, { NULL, NULL, "&#99999999999999999999;",
	    NULL, NULL } },
	{ "D12 20 zeros", BAD, { NULL, NULL, "&#00000000000000000065;",
	    NULL, NULL } },
	{ "D12 10 digits", OK, { NULL, NULL, "&#0000000065;", NULL, NULL } },
	{ "D12 &#;", BAD, { NULL, NULL, "&#;", NULL, NULL } },
	{ "D12 &#x;", BAD, { NULL, NULL, "&#x;", NULL, NULL } },
	{ "D12 &#X41;", BAD, { NULL, NULL, "&#X41;", NULL, NULL } },
	{ "D12 &#12", BAD, { NULL, NULL, "&#65 ", NULL, NULL } },
	{ "D14 name space", BAD, { NULL, " xmlns=\"urn:x\"", NULL, NULL,
	    NULL } },
	{ "E16 unchanged", OK, { NULL, NULL, "ｶﾅ　●𠮷葛\xf3\xa0\x84\x80か゛か"
	    "\xe3\x82\x99", NULL, NULL } },
	{ "E17 unchanged", OK, { NULL, NULL, "\xe2\x80\xae\xef\xbb\xbf"
	    "\xe2\x80\xa8\xc2\x85", NULL, NULL } },
	{ "E17 a second mark", BAD, { "\xef\xbb\xbf\xef\xbb\xbf", NULL, NULL,
	    NULL, NULL } },
	{ "F01 XInclude", OK, { NULL, NULL, NULL, "<xi:include xmlns:xi="
	    "\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\"/>",
	    NULL } },
	{ "F02 schema location", OK, { NULL, " xmlns:xsi=\"http://www.w3.org"
	    "/2001/XMLSchema-instance\" xsi:schemaLocation=\"x http://127."
	    "0.0.1/x.xsd\" xml:base=\"file:///\"", NULL, NULL, NULL } },
	{ "F02 catalogue", HOST, { "<?oasis-xml-catalog catalog=\"x\"?>",
	    NULL, NULL, NULL, NULL } },
	{ "F05 twice", BAD, { NULL, NULL, NULL, "<QualificationValidity>1"
	    "</QualificationValidity><QualificationValidity>1"
	    "</QualificationValidity>", NULL } },
	{ "F05 a body twice", BAD, { NULL, NULL, NULL,
	    "</MessageBody><MessageBody>", NULL } },
	{ "F05 a list twice", OK, { NULL, NULL, NULL,
	    "<ResultList/><ResultList/>", NULL } },
	{ "F05 unknown twice", OK, { NULL, NULL, NULL, "<A/><A/>", NULL } },
	{ "F06 element in a value", BAD, { NULL, NULL, "a<b/>", NULL,
	    NULL } },
	{ "F06 element for a value", BAD, { NULL, NULL, "<b/>", NULL,
	    NULL } },
	{ "F06 text in a group", BAD, { NULL, NULL, NULL, "text", NULL } },
	{ "F06 text after elements", BAD, { NULL, NULL, NULL,
	    "<ResultList>SECRET<ResultOfQualificationConfirmation/>"
	    "</ResultList>", NULL } },
	{ "F06 text and an indent after elements", BAD, { NULL, NULL, NULL,
	    "<ResultList><ResultOfQualificationConfirmation/>x\n            "
	    "      </ResultList>", NULL } },
	{ "F06 an indent and text before elements", BAD, { NULL, NULL, NULL,
	    "<ResultList>\n                  x<A/></ResultList>", NULL } },
	{ "F06 indents alone", OK, { NULL, NULL, NULL, "<ResultList>\r\n      "
	    "            <A/>\t\n                  </ResultList>", NULL } },
	{ "F06 mixed and unknown", OK, { NULL, NULL, NULL,
	    "<A>b<c/>d</A>", NULL } },
	{ "F07 wrong case", OK, { NULL, NULL, NULL,
	    "<qualificationvalidity>1</qualificationvalidity>", NULL } },
	{ "F08 strings", OK, { NULL, NULL, "'] | //x[' %s%n ../../x", NULL,
	    NULL } },
	{ "F13 a result within itself", OK, { NULL, NULL, NULL,
	    "<A><ResultList><ResultList/></ResultList></A>", NULL } },
	{ "N01 unbound prefix", BAD, { NULL, NULL, NULL, "<a:b/>", NULL } },
	{ "N01 of an attribute", BAD, { NULL, " a:b=\"c\"", NULL, NULL,
	    NULL } },
	{ "N02 two colons", BAD, { NULL, " xmlns:a=\"u\"", NULL,
	    "<a:b:c/>", NULL } },
	{ "N03 attribute by two prefixes", BAD, { NULL, " xmlns:a=\"u\" "
	    "xmlns:b=\"u\" a:x=\"1\" b:x=\"2\"", NULL, NULL, NULL } },
	{ "N04 xml:space", BAD, { NULL, " xml:space=\"maybe\"", NULL, NULL,
	    NULL } },
	{ "N05 xml:id twice", BAD, { NULL, " xml:id=\"a\"", NULL,
	    "<A xml:id=\"a\"/>", NULL } },
	/* Which reason comes first where there are several. */
	{ "hostile before encoding", HOST, { NULL, NULL, "\xff",
	    "<!DOCTYPE x>", NULL } },
	{ "hostile after what is malformed", HOST, { NULL, NULL, "<a>", "</b>",
	    "<?x?>" } },
	{ "encoding before malformed", ENC, { "x", NULL, NULL, NULL,
	    "\xff" } },
	{ "malformed, then cut", BAD, { NULL, NULL, NULL, "<a></b>",
	    "<c>" } }
};

START_TEST(row)
{
	struct text t = { NULL, 0, 0 };

	put_parts(&t, &rows[_i].parts);
	expect(rows[_i].name, t.s, t.len, rows[_i].reason);
	free(t.s);
}
END_TEST

/* B26, E18: cut into two pieces anywhere, the verdict is the same. */
START_TEST(row_split)
{
	struct text t = { NULL, 0, 0 };
	struct oki_parser *p;
	struct onshi_error e;
	struct oki_doc *doc;
	size_t at;
	int r;

	put_parts(&t, &rows[_i].parts);
	for (at = 1; at < t.len; at++) {
		oki_error_clear(&e);
		ck_assert_int_eq(oki_parser_new("OQSsiquc01res", NULL, NULL,
		    NULL, &p), ONSHI_OK);
		r = oki_parser_feed(p, (uint8_t *)t.s, at);
		if (r == ONSHI_OK)
			r = oki_parser_feed(p, (uint8_t *)t.s + at,
			    t.len - at);
		r = oki_parser_finish(p, &doc, &e);
		ck_assert_int_eq(r, rows[_i].reason == OK ? ONSHI_OK :
		    ONSHI_E_ANSWER_REFUSED);
		ck_assert_msg(strcmp(e.reason, rows[_i].reason == OK ? "" :
		    rows[_i].reason) == 0, "%s, split at %zu: %s",
		    rows[_i].name, at, e.text);
		oki_doc_free(&doc);
		oki_parser_free(&p);
	}
	free(t.s);
}
END_TEST

/* ---- rows of bytes ------------------------------------------------------ */

#define B(s)	s, sizeof(s) - 1
#define DECL(enc)	"<?xml version=\"1.0\" encoding=\"" enc "\"?>"
#define DOC(value)	"<XmlMsg><MessageHeader><ErrorMessage>" value	\
	"</ErrorMessage></MessageHeader><MessageBody/></XmlMsg>"

static const struct {
	const char	*name;
	const char	*reason;
	const char	*bytes;
	size_t		 len;
	const char	*value;		/* as it must be read, or NULL */
} byte_rows[] = {
	{ "D01 empty", CUT, B(""), NULL },
	{ "D01 white space", CUT, B(" \r\n\t"), NULL },
	{ "D01 declaration only", CUT, B("<?xml version=\"1.0\"?>\n"), NULL },
	{ "D01 mark only", CUT, B("\xef\xbb\xbf"), NULL },
	{ "D01 half a mark", ENC, B("\xef\xbb"), NULL },
	{ "D02 NUL after", ENC, B(DOC("") "\0"), NULL },
	{ "D11 NUL in text", ENC, B(DOC("a\0b")), NULL },
	{ "D13 HTML", HOST, B("<!DOCTYPE html><html><body>502</body></html>"),
	    NULL },
	{ "D13 HTML without type", BAD, B("<html><body>502</body></html>"),
	    NULL },
	{ "D13 HTML, not closed", BAD, B("<html><p>a<br>b</html>"), NULL },
	{ "D13 JSON", BAD, B("{\"XmlMsg\":{}}"), NULL },
	{ "D13 PDF", ENC, B("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), NULL },
	{ "D13 ZIP", ENC, B("PK\x03\x04\x14\0\0\0"), NULL },
	{ "D13 gzip", ENC, B("\x1f\x8b\x08\0"), NULL },
	{ "D13 xz", ENC, B("\xfd" "7zXZ\0"), NULL },
	{ "D14 wrong root", BAD, B("<Message/>"), NULL },
	{ "D14 a value as root", BAD, B("<Name>SECRET</Name>"), NULL },
	{ "D14 prefixed root", BAD, B("<a:XmlMsg xmlns:a=\"u\"/>"), NULL },
	{ "D14 another kind's root", BAD, B("<Challenge/>"), NULL },
	{ "E01 C0 AF", ENC, B(DOC("\xc0\xaf")), NULL },
	{ "E01 E0 80 AF", ENC, B(DOC("\xe0\x80\xaf")), NULL },
	{ "E01 ED A0 80", ENC, B(DOC("\xed\xa0\x80")), NULL },
	{ "E01 F0 80 80 80", ENC, B(DOC("\xf0\x80\x80\x80")), NULL },
	{ "E01 F4 90 80 80", ENC, B(DOC("\xf4\x90\x80\x80")), NULL },
	{ "E01 F5 80 80 80", ENC, B(DOC("\xf5\x80\x80\x80")), NULL },
	{ "E01 cut sequence", ENC, B(DOC("\xe3\x81")), NULL },
	{ "E01 lone continuation", ENC, B(DOC("\x80")), NULL },
	{ "E01 at the end", ENC, B(DOC("") "\xe3\x81"), NULL },
	{ "E02 UTF-16 LE with mark", ENC, B("\xff\xfe<\0X\0/\0>\0"), NULL },
	{ "E02 UTF-16 BE with mark", ENC, B("\xfe\xff\0<\0X\0/\0>"), NULL },
	{ "E02 UTF-16 LE", ENC, B("<\0X\0/\0>\0"), NULL },
	{ "E02 UTF-16 BE", ENC, B("\0<\0X\0/\0>"), NULL },
	{ "E03 UTF-16 with a hidden type", ENC,
	    B("\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0x\0>\0"), NULL },
	{ "E04 UTF-7 with a hidden type", ENC, B(DECL("UTF-7")
	    "+ADwAIQ-DOCTYPE x+AD4-<XmlMsg/>"), NULL },
	{ "E05 UTF-32 LE", ENC, B("\xff\xfe\0\0<\0\0\0"), NULL },
	{ "E05 UTF-32 BE", ENC, B("\0\0\xfe\xff\0\0\0<"), NULL },
	{ "E05 UCS-4 2143", ENC, B("\0\0<\0\0\0X\0"), NULL },
	{ "E06 EBCDIC", ENC, B("\x4c\x6f\xa7\x94\x93\x40"), NULL },
	{ "E07 ISO-2022-JP", ENC, B(DECL("ISO-2022-JP")
	    DOC("\x1b$B$\"\x1b(B")), NULL },
	{ "E07 HZ", ENC, B(DECL("HZ") DOC("~{<:~}")), NULL },
	{ "E07 EUC-JP", ENC, B(DECL("EUC-JP") DOC("\xa4\xa2")), NULL },
	{ "E07 ISO-8859-1", ENC, B(DECL("ISO-8859-1") DOC("\xe9")), NULL },
	{ "E08 declared UTF-16", ENC, B(DECL("UTF-16") DOC("a")), NULL },
	{ "E08 but the mark decides", OK, B("\xef\xbb\xbf" DECL("UTF-16")
	    DOC("a")), "a" },
	{ "E09 declared Shift_JIS, UTF-8", ENC, B(DECL("Shift_JIS")
	    DOC("\xe3\x81\x80")), NULL },
	{ "E10 declared UTF-8, Shift_JIS", ENC, B(DECL("UTF-8")
	    DOC("\x82\xa0")), NULL },
	{ "E11 unknown name", ENC, B(DECL("x-none") DOC("a")), NULL },
	{ "E11 HTML", ENC, B(DECL("HTML") DOC("a")), NULL },
	{ "E11 empty name", ENC, B(DECL("") DOC("a")), NULL },
	{ "E12 Windows mapping", OK, B(DECL("Shift_JIS") DOC("\x87\x40\xfb\xfc"
	    "\x81\x61\x81\x60\x81\x7c\x5c\x7e\x95\x5c")),
	    "\xe2\x91\xa0\xe9\xab\x99\xe2\x88\xa5\xef\xbd\x9e\xef\xbc\x8d\\~"
	    "\xe8\xa1\xa8" },
	{ "E12 windows-31j", OK, B(DECL("Windows-31J") DOC("\x82\xa0")),
	    "あ" },
	{ "E12 cp932", OK, B(DECL("CP932") DOC("\x82\xa0")), "あ" },
	{ "E12 x-sjis", OK, B(DECL("x-sjis") DOC("\x82\xa0")), "あ" },
	{ "E12 kana", OK, B(DECL("shift_jis") DOC("\xb1\xdf")), "ｱﾟ" },
	{ "E13 lead at the end", ENC, B(DECL("Shift_JIS") DOC("") "\x82"),
	    NULL },
	{ "E13 lead before <", ENC, B(DECL("Shift_JIS") DOC("\x82")), NULL },
	{ "E13 lead before < of a type", HOST, B(DECL("Shift_JIS")
	    "\x82<!DOCTYPE x>"), NULL },
	{ "E13 trail 7F", ENC, B(DECL("Shift_JIS") DOC("\x82\x7f")), NULL },
	{ "E14 user-defined", OK, B(DECL("Shift_JIS")
	    DOC("\xf0\x40\xf9\xfc")), "\xee\x80\x80\xee\x9d\x97" },
	{ "E15 80", ENC, B(DECL("Shift_JIS") DOC("\x80")), NULL },
	{ "E15 A0", ENC, B(DECL("Shift_JIS") DOC("\xa0")), NULL },
	{ "E15 FD", ENC, B(DECL("Shift_JIS") DOC("\xfd")), NULL },
	{ "E15 FE", ENC, B(DECL("Shift_JIS") DOC("\xfe")), NULL },
	{ "E15 FF", ENC, B(DECL("Shift_JIS") DOC("\xff")), NULL },
	{ "E15 a code of nothing", ENC, B(DECL("Shift_JIS")
	    DOC("\x81\xad")), NULL },
	{ "E19 identifier contradicts", OK, B("<XmlMsg><MessageHeader>"
	    "<ErrorMessage>あ</ErrorMessage><CharacterCodeIdentifier>1"
	    "</CharacterCodeIdentifier></MessageHeader></XmlMsg>"), "あ" },
	{ "F03 split by a comment", OK, B(DOC("123<!-- -->456")), "123456" },
	{ "F04 split by CDATA", OK, B(DOC("123<![CDATA[4]5]]>]]&gt;<![CDATA["
	    "]]]]><![CDATA[>]]>")), "1234]5]]>]]>" },
	{ "F08 white space inside", OK, B(DOC(" a\t \n b ")), " a\t \n b " },
	{ "F08 nothing but white space", OK, B(DOC("          \t")),
	    "          \t" },
	{ "F08 eight spaces before", OK, B(DOC("\n        a")),
	    "\n        a" },
	{ "F08 eight spaces after", OK, B(DOC("a        ")), "a        " },
	{ "D10 instruction, cut", HOST, B("<XmlMsg><?"), NULL },
	{ "cut in a tag", CUT, B("<XmlMsg><MessageHea"), NULL },
	{ "cut in a comment", CUT, B(DOC("") "<!-- a"), NULL },
	{ "cut in CDATA", CUT, B("<XmlMsg><A><![CDATA[ a ]]"), NULL },
	{ "cut in a reference", CUT, B("<XmlMsg><A>&am"), NULL },
	{ "cut in <!", CUT, B("<XmlMsg><!"), NULL },
	{ "cut in <![CD", CUT, B("<XmlMsg><![CD"), NULL },
	{ "cut in the declaration", CUT, B("<?xml version=\"1.0\""), NULL },
	{ "declaration not closed", BAD, B("<?xml version=\"1.0\" encoding="
	    "\"UTF-8\">\n" DOC("a")), NULL },
	{ "declaration not closed at all", BAD, B("<?xml version=\"1.0\"\n"
	    DOC("a")), NULL },
	{ "declaration not closed, then a type", HOST, B("<?xml version="
	    "\"1.0\" encoding=\"UTF-8\" <!DOCTYPE x>" DOC("a")), NULL },
	{ "declaration not closed, other encoding", ENC, B("<?xml version="
	    "\"1.0\" encoding=\"EUC-JP\">" DOC("a")), NULL },
	{ "declaration not closed, Shift_JIS", BAD, B("<?xml version="
	    "\"1.0\" encoding=\"Shift_JIS\">" DOC("\x82\xa0")), NULL },
	{ "declaration of other bytes", ENC, B("<?xml version=\"1.0\xff\""
	    " encoding=\"UTF-8\"?>" DOC("a")), NULL },
	{ "declaration with a NUL", ENC, B("<?xml version=\"1.0\"\0?>"
	    DOC("a")), NULL },
	{ "declaration of other bytes, cut", ENC, B("<?xml version=\xb1"),
	    NULL }
};

START_TEST(byte_row)
{
	struct onshi_error e;
	struct oki_doc *doc;
	const char *value;

	expect(byte_rows[_i].name, byte_rows[_i].bytes, byte_rows[_i].len,
	    byte_rows[_i].reason);
	if (byte_rows[_i].value == NULL)
		return;
	ck_assert_int_eq(read_it(byte_rows[_i].bytes, byte_rows[_i].len,
	    &doc, &e), ONSHI_OK);
	value = oki_record_search(oki_doc_root(doc), ONSHI_EL_ERROR_MESSAGE);
	ck_assert_pstr_eq(value, byte_rows[_i].value);
	oki_doc_free(&doc);
}
END_TEST

/* ---- rows that are made ------------------------------------------------- */

/* before, n times repeated, after: within the body of a document. */
struct made {
	const char	*name;
	const char	*reason;
	const char	*open;
	const char	*repeated;
	size_t		 n;
	const char	*close;
	size_t		 closes;	/* how often close is repeated */
};

static const struct made made_rows[] = {
	{ "B03 quadratic", HOST, "<!DOCTYPE x>", "&a;", 20000, "", 0 },
	{ "B17 parameter entity of 1 KB", HOST, "<!DOCTYPE x [<!ENTITY % a '",
	    "x", 1024, "'>]>", 1 },
	{ "B22 200,000 entities", HOST, "<!DOCTYPE x [", "<!ENTITY a 'b'>",
	    200000, "]>", 1 },
	{ "B24 after a comment of 4 MB", HOST, "<!--", "x", 4 * MIB,
	    "--><!DOCTYPE x>", 1 },
	/* XmlMsg and MessageBody are two of the depth. */
	{ "C01 depth 32", OK, "", "<a>", 30, "</a>", 30 },
	{ "C01 depth 33", BIG, "", "<a>", 31, "</a>", 31 },
	{ "C01 depth 32, empty", OK, "", "<a>", 29, "<b/></a>", 29 },
	{ "C01 depth 33, empty", BIG, "", "<a>", 30, "<b/></a>", 30 },
	{ "C02 depth 257", BIG, "", "<a>", 255, "</a>", 255 },
	{ "C03 depth 100,000", BIG, "", "<a>", 100000, "</a>", 100000 },
	{ "C04 100,000 attributes", BIG, "<a", " a=''", 100000, "/>", 1 },
	{ "C05 16 attributes of one name", BAD, "<a", " a=''", 16, "/>", 1 },
	{ "C05 17 attributes", BIG, "<a", " a=''", 17, "/>", 1 },
	{ "C06 start tag of 16 KiB", OK, "<a b='", "x", 16 * 1024 - 9, "'/>",
	    1 },
	{ "C06 one more", BIG, "<a b='", "x", 16 * 1024 - 8, "'/>", 1 },
	{ "C06 by blanks", BIG, "<a ", " ", 16 * 1024, "/>", 1 },
	{ "C06 end tag", BIG, "<a></a ", " ", 16 * 1024, ">", 1 },
	{ "C07 attribute of 11 MB", BIG, "<a b='", "x", 11000000, "'/>", 1 },
	{ "C08 text of 11 MB", BIG, "<a>", "x", 11000000, "</a>", 1 },
	{ "C08 text of 1 MiB", OK, "<a>", "x", MIB, "</a>", 1 },
	{ "C08 one more", BIG, "<a>", "x", MIB + 1, "</a>", 1 },
	{ "C08 of three bytes each", OK, "<a>x", "あ", MIB / 3, "</a>", 1 },
	{ "C08 and one more", BIG, "<a>xx", "あ", MIB / 3, "</a>", 1 },
	{ "C09 CDATA of 11 MB", BIG, "<a><![CDATA[", "x", 11000000,
	    "]]></a>", 1 },
	{ "C09 CDATA of 1 MiB", OK, "<a><![CDATA[", "]", MIB, "]]></a>", 1 },
	{ "C09 one more", BIG, "<a><![CDATA[", "]", MIB + 1, "]]></a>", 1 },
	{ "C10 comment of 11 MB", BIG, "<!--", "x", 11000000, "-->", 1 },
	{ "C11 instruction of 11 MB", HOST, "<?x ", "x", 11000000, "?>", 1 },
	{ "C12 name of 60,000", BIG, "<a", "a", 60000, "/>", 1 },
	{ "C12 name of 128", OK, "<a", "a", 127, "/>", 1 },
	{ "C12 name of 129", BIG, "<a", "a", 128, "/>", 1 },
	{ "C12 attribute's name of 128", OK, "<a b", "b", 127, "=''/>", 1 },
	{ "C12 attribute's name of 129", BIG, "<a b", "b", 128, "=''/>", 1 },
	{ "C12 end's name of 129", BIG, "<a></a", "a", 128, ">", 1 },
	/* XmlMsg, MessageHeader and its two, MessageBody: five. */
	{ "C13 20,000 elements", OK, "", "<a/>", 20000 - 5, "", 0 },
	{ "C13 20,001 elements", BIG, "", "<a/>", 20000 - 4, "", 0 },
	{ "C13 one million", BIG, "", "<a/>", 1000000, "", 0 },
	{ "C14 20,000 name spaces", BIG, "<a", " xmlns:a='b'", 20000, "/>",
	    1 },
	{ "C15 250 nested name spaces", BIG, "", "<a xmlns='b'>", 250,
	    "</a>", 250 },
	{ "C16 20 MB of white space", BIG, "", " ", 20000000, "", 0 },
	{ "C16 1 MiB of white space", OK, "", "\n", MIB, "", 0 },
	{ "C19 100,000 pieces of CDATA", OK, "<a>", "<![CDATA[x]]>", 100000,
	    "</a>", 1 },
	{ "C19 100,000 references", OK, "<a>", "&#65;", 100000, "</a>", 1 },
	{ "C19 1 MiB of references and more", BIG, "<a>", "&lt;", MIB + 1,
	    "</a>", 1 },
	{ "F13 100,000 results", BIG, "<ResultList>",
	    "<ResultOfQualificationConfirmation/>", 100000, "</ResultList>",
	    1 }
};

START_TEST(made_row)
{
	const struct made *m = &made_rows[_i];
	struct text t = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	struct parts p = { NULL, NULL, "", NULL, NULL };

	text_put(&t, m->open);
	text_repeat(&t, m->repeated, m->n);
	text_repeat(&t, m->close, m->closes);
	if (strncmp(m->open, "<!DOCTYPE", 9) == 0)
		p.before = t.s;
	else
		p.within = t.s;
	put_parts(&all, &p);
	expect(m->name, all.s, all.len, m->reason);
	free(t.s);
	free(all.s);
}
END_TEST

/* C17, C18: names of which no two are alike. */
START_TEST(names_all_different)
{
	struct text t = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	struct parts p = { NULL, NULL, "", NULL, NULL };
	char name[32];
	int i;

	for (i = 0; i < (_i == 0 ? 200000 : 19000); i++) {
		snprintf(name, sizeof(name), "<a%d/>", i);
		text_put(&t, name);
	}
	p.within = t.s;
	put_parts(&all, &p);
	expect("C17", all.s, all.len, _i == 0 ? BIG : OK);
	free(t.s);
	free(all.s);
}
END_TEST

START_TEST(attributes_all_different)
{
	struct text t = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	struct parts p = { NULL, NULL, "", NULL, NULL };
	int n = _i == 0 ? 2000 : _i == 1 ? 17 : 16, i;
	char name[32];

	text_put(&t, "<a");
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), " a%d='='", i);
		text_put(&t, name);
	}
	text_put(&t, "/>");
	p.within = t.s;
	put_parts(&all, &p);
	expect("C05, C18", all.s, all.len, n > 16 ? BIG : OK);
	free(t.s);
	free(all.s);
}
END_TEST

/* Every name of the tables, twice, and names like them between: each is told
 * as it stands. They lie in a group that nobody knows. */
START_TEST(every_name)
{
	struct text t = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	struct parts p = { NULL, NULL, "", NULL, NULL };
	const struct onshi_record *group;
	const char *name, *text;
	struct onshi_error e;
	struct oki_doc *doc;
	char want[256];
	size_t n = 0, i;
	int el;

	text_put(&t, "<u>");
	while (onshi_element_at(n, &el) == ONSHI_OK)
		n++;
	for (i = 0; i < 2 * n; i++) {
		ck_assert_int_eq(onshi_element_at(i % n, &el), ONSHI_OK);
		snprintf(want, sizeof(want), "<%s/><%sX/>",
		    onshi_element_name(el), onshi_element_name(el));
		text_put(&t, want);
	}
	text_put(&t, "</u>");
	p.within = t.s;
	put_parts(&all, &p);
	ck_assert_int_eq(read_it(all.s, all.len, &doc, &e), ONSHI_OK);
	ck_assert_int_eq(onshi_record_at(oki_doc_body(doc), 0, &el, &name,
	    &text, &group), ONSHI_OK);
	for (i = 0; i < 4 * n; i++) {
		ck_assert_int_eq(onshi_element_at(i / 2 % n, &el), ONSHI_OK);
		snprintf(want, sizeof(want), "%s%s", onshi_element_name(el),
		    i % 2 == 0 ? "" : "X");
		ck_assert_int_eq(onshi_record_at(group, i, &el, &name, &text,
		    NULL), ONSHI_OK);
		ck_assert_str_eq(name, want);
	}
	oki_doc_free(&doc);
	free(t.s);
	free(all.s);
}
END_TEST

/* The line told is that of the fault. */
START_TEST(lines_are_told)
{
	static const struct { const char *xml, *text; } said[] = {
		{ "\n{}", "line 2: text outside" },
		{ DECL("UTF-8") "\n\n<XmlMsg>\n&\n</XmlMsg>", "line 4: " },
		{ DECL("UTF-8") "\n\n<XmlMsg>\n<a>\n</XmlMsg>", "line 5: " },
		{ "<XmlMsg>\n<a>\n<b>\n</a>\n \n\t<c></c>\n</XmlMsg>",
		    "line 4: " },
		{ "<XmlMsg>\n<a></a>\n\n  <b></b>\n<c></d>\n\n</XmlMsg>",
		    "line 5: " },
		{ DECL("UTF-8") "\n<XmlMsg>\n\xff</XmlMsg>", "line 3: " },
		{ "<XmlMsg>\n\n<?a?></XmlMsg>", "line 3: " }
	};
	struct onshi_error e;
	struct oki_doc *doc;

	ck_assert_int_eq(read_it(said[_i].xml, strlen(said[_i].xml), &doc,
	    &e), ONSHI_E_ANSWER_REFUSED);
	ck_assert_msg(strstr(e.text, said[_i].text) != NULL, "%s", e.text);
}
END_TEST

/* E11: a name of 100,000 bytes. */
START_TEST(endless_encoding)
{
	struct text t = { NULL, 0, 0 };

	text_put(&t, "<?xml version=\"1.0\" encoding=\"");
	text_repeat(&t, "x", 100000);
	text_put(&t, "\"?><XmlMsg/>");
	expect("E11", t.s, t.len, ENC);
	free(t.s);
}
END_TEST

/* C20: a document of the limit, and of one byte more, filled by comments. */
START_TEST(bytes_at_the_limit)
{
	struct text t = { NULL, 0, 0 };
	struct parts p = { NULL, NULL, "", NULL, NULL };
	size_t left;

	put_parts(&t, &p);
	while ((left = 4 * MIB - t.len) > 0) {
		left = left > 2000 ? 1000 : left;
		text_put(&t, "<!--");
		text_repeat(&t, "x", left - 7);
		text_put(&t, "-->");
	}
	text_repeat(&t, "\n", (size_t)_i);
	expect("C20", t.s, t.len, _i == 0 ? OK : BIG);
	free(t.s);
}
END_TEST

/* D13: 4 KiB of anything are never a message. */
START_TEST(noise)
{
	uint64_t state = (uint64_t)_i + 1;
	char bytes[4096];
	struct onshi_error e;
	struct oki_doc *doc;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)dice(&state, 256);
	ck_assert_int_eq(read_it(bytes, sizeof(bytes), &doc, &e),
	    ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_ne(e.reason, "");
}
END_TEST

static int
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);

	return n;
}

/* A sample with a byte changed is refused or read: nothing stays open, and
 * the error's text is a line of ASCII. */
START_TEST(mutated)
{
	static const char odd[] = "<>&;!?/\"'\x80\xe3 -][aA#x";
	struct text bytes = sample(_i);
	uint64_t state = (uint64_t)_i;
	int before = open_files(), round, r;
	struct onshi_error e;
	struct oki_doc *doc;
	size_t at;
	char kept;

	for (round = 0; round < 2000; round++) {
		at = dice(&state, (unsigned int)bytes.len);
		kept = bytes.s[at];
		bytes.s[at] = odd[dice(&state, sizeof(odd))];
		r = read_it(bytes.s, bytes.len, &doc, &e);
		ck_assert(r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED);
		ck_assert((r == ONSHI_OK) == (doc != NULL));
		ck_assert((r == ONSHI_OK) == (e.reason[0] == '\0'));
		oki_doc_free(&doc);
		bytes.s[at] = kept;
	}
	ck_assert_int_eq(open_files(), before);
	free(bytes.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("catalogue");
	TCase *c = tcase_create("catalogue");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, row, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, row_split, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, byte_row, 0, (int)OKI_COUNT(byte_rows));
	tcase_add_loop_test(c, made_row, 0, (int)OKI_COUNT(made_rows));
	tcase_add_loop_test(c, names_all_different, 0, 2);
	tcase_add_loop_test(c, attributes_all_different, 0, 3);
	tcase_add_test(c, every_name);
	tcase_add_loop_test(c, lines_are_told, 0, 5);
	tcase_add_test(c, endless_encoding);
	tcase_add_loop_test(c, bytes_at_the_limit, 0, 2);
	tcase_add_loop_test(c, noise, 0, 64);
	tcase_add_loop_test(c, mutated, 0, SAMPLES);
	suite_add_tcase(s, c);

	return run_suite(s);
}
