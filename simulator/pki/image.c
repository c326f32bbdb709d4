/*
 * Pictures for the card's face: small PNGs with digits, and a JPEG 2000
 * photograph that is plain grey, for nobody's face belongs here.
 */
#include "pki.h"

#include <string.h>

/* Five columns by seven rows, a row in five bits. */
static const uint8_t digits[10][7] = {
	{ 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e },
	{ 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e },
	{ 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f },
	{ 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e },
	{ 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 },
	{ 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e },
	{ 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e },
	{ 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 },
	{ 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e },
	{ 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c },
};

void
pki_put(struct pki_buf *b, const void *data, size_t len)
{
	if (len > sizeof(b->data) - b->len) {
		b->full = true;
		return;
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void
put_number(struct pki_buf *b, uint32_t n, size_t bytes)
{
	uint8_t be[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	pki_put(b, be + 4 - bytes, bytes);
}

static uint32_t
crc(const uint8_t *data, size_t len)
{
	uint32_t c = 0xffffffff;
	size_t i;
	int k;

	for (i = 0; i < len; i++)
		for (c ^= data[i], k = 0; k < 8; k++)
			c = (c & 1) != 0 ? 0xedb88320 ^ c >> 1 : c >> 1;

	return c ^ 0xffffffff;
}

static void
put_chunk(struct pki_buf *b, const char *type, const uint8_t *data,
    size_t len)
{
	size_t start;

	put_number(b, (uint32_t)len, 4);
	start = b->len;
	pki_put(b, type, 4);
	pki_put(b, data, len);
	if (!b->full)
		put_number(b, crc(b->data + start, b->len - start), 4);
}

/* zlib's frame around one stored block: nothing to compress here. */
static void
put_stored(struct pki_buf *out, const uint8_t *raw, size_t len)
{
	uint32_t a = 1, b = 0;
	uint8_t z[2048] = { 0x78, 0x01, 0x01, (uint8_t)len,
	    (uint8_t)(len >> 8), (uint8_t)~len, (uint8_t)(~len >> 8) };
	size_t i;

	if (len > sizeof(z) - 11) {
		out->full = true;
		return;
	}
	memcpy(z + 7, raw, len);
	for (i = 0; i < len; i++) {
		a = (a + raw[i]) % 65521;
		b = (b + a) % 65521;
	}
	z[7 + len] = (uint8_t)(b >> 8);
	z[8 + len] = (uint8_t)b;
	z[9 + len] = (uint8_t)(a >> 8);
	z[10 + len] = (uint8_t)a;
	put_chunk(out, "IDAT", z, len + 11);
}

static bool
is_ink(const char *text, size_t x, size_t y, size_t height)
{
	size_t top = (height - 7) / 2, n = x / 6;
	char ch;

	if (n >= strlen(text) || x % 6 == 5 || y < top || y >= top + 7)
		return false;
	ch = text[n];
	if (ch < '0' || ch > '9')
		return (x + y) % 2 == 0;

	return (digits[ch - '0'][y - top] >> (4 - x % 6) & 1) != 0;
}

/* Black on white, one bit; what is no digit is a grey box. */
void
pki_png(struct pki_buf *b, const char *text, size_t width, size_t height)
{
	static const uint8_t magic[] = { 0x89, 'P', 'N', 'G', 13, 10, 26,
	    10 };
	uint8_t head[13] = { 0, 0, (uint8_t)(width >> 8), (uint8_t)width,
	    0, 0, (uint8_t)(height >> 8), (uint8_t)height, 1 };
	uint8_t raw[2000] = { 0 };
	size_t line = 1 + (width + 7) / 8, x, y;

	if (line * height > sizeof(raw)) {
		b->full = true;
		return;
	}
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			if (!is_ink(text, x, y, height))
				raw[y * line + 1 + x / 8] |=
				    (uint8_t)(0x80 >> x % 8);
	pki_put(b, magic, sizeof(magic));
	put_chunk(b, "IHDR", head, sizeof(head));
	put_stored(b, raw, line * height);
	put_chunk(b, "IEND", head, 0);
}

/*
 * A codestream of one empty packet, which decodes to the middle grey, with a
 * comment that brings it to the size of a photograph.
 */
void
pki_photo(struct pki_buf *b, size_t width, size_t height, size_t comment)
{
	static const char text[] = "nobody: a test card of libonshikaku. ";
	static const uint8_t cod[] = { 0xff, 0x52, 0, 12, 0, 0, 0, 1, 0, 0,
	    4, 4, 0, 1 };
	static const uint8_t qcd[] = { 0xff, 0x5c, 0, 4, 0x40, 0x40 };
	static const uint8_t tile[] = { 0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 15,
	    0, 1, 0xff, 0x93, 0x00, 0xff, 0xd9 };
	size_t i;

	put_number(b, 0xff4fff51, 4);
	put_number(b, 41, 2);
	put_number(b, 0, 2);
	for (i = 0; i < 2; i++) {
		put_number(b, (uint32_t)width, 4);
		put_number(b, (uint32_t)height, 4);
		put_number(b, 0, 4);
		put_number(b, 0, 4);
	}
	put_number(b, 1, 2);
	put_number(b, 0x070101, 3);
	pki_put(b, cod, sizeof(cod));
	pki_put(b, qcd, sizeof(qcd));
	put_number(b, 0xff64, 2);
	put_number(b, (uint32_t)comment + 4, 2);
	put_number(b, 1, 2);
	for (i = 0; i < comment; i++)
		pki_put(b, text + i % (sizeof(text) - 1), 1);
	pki_put(b, tile, sizeof(tile));
}
