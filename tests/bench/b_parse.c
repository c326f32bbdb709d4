/*
 * Reads one file again and again, for counting instructions:
 *	valgrind --tool=callgrind --toggle-collect=parse_once \
 *	    b_parse ours|bare FILE [ROUNDS]
 * ours: gate, limits, parser, tables, judgement; bare: libxml2's xmlReader.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlreader.h>

#include "message/message.h"

int parse_once(const char *how, const char *bytes, size_t len);

static int
ours(const char *bytes, size_t len)
{
	struct onshi_error e;
	struct oki_verdict v;
	struct oki_doc *doc;
	int r;

	oki_error_clear(&e);
	if ((r = oki_message_parse("OQSsiquc01res", (const uint8_t *)bytes,
	    len, NULL, &doc, &e)) == ONSHI_OK)
		r = oki_message_judge(doc, NULL, NULL, &v, &e);
	oki_doc_free(&doc);

	return r;
}

static int
bare(const char *bytes, size_t len)
{
	xmlTextReaderPtr reader = xmlReaderForMemory(bytes, (int)len, NULL,
	    NULL, XML_PARSE_NONET);
	int r;

	while ((r = xmlTextReaderRead(reader)) == 1)
		(void)xmlTextReaderConstValue(reader);
	xmlFreeTextReader(reader);

	return r;
}

int
parse_once(const char *how, const char *bytes, size_t len)
{
	return strcmp(how, "bare") == 0 ? bare(bytes, len) : ours(bytes, len);
}

int
main(int argc, char **argv)
{
	static char bytes[1 << 24];
	long i, rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
	size_t len;
	FILE *f;
	int r = 0;

	if (argc < 3 || (f = fopen(argv[2], "rb")) == NULL) {
		fprintf(stderr, "usage: b_parse ours|bare FILE [ROUNDS]\n");
		return 2;
	}
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	xmlInitParser();
	/* The first round pays for what is set up once. */
	(void)!ours(bytes, len);
	for (i = 0; i < rounds && r == 0; i++)
		r = parse_once(argv[1], bytes, len);

	return r == 0 ? 0 : 1;
}
