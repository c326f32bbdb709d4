/* text.c: numbers, keys for comparing, base64, files, code page 932. */
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "sim.h"

/* A simulator without memory has nothing to say. */
static void *
need(void *p)
{
	if (p == NULL) {
		fputs("onshikaku-sim: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

char *
text_dup(const char *s)
{
	return need(strdup(s));
}

char *
text_format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? need(NULL) : s;
}

int
text_number(const char *s, int64_t *out)
{
	int64_t n = 0;
	int minus = 0;

	if (*s == '-' || *s == '+')
		minus = *s++ == '-';
	if (*s == '\0' || strlen(s) > 15)
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (*s - '0');
	}
	*out = minus ? -n : n;
	return 0;
}

int
text_digits(const char *s, size_t len)
{
	return strlen(s) == len && strspn(s, "0123456789") == len;
}

/* Look-alikes of the hyphen, and the full-width space, in UTF-8. */
static const struct {
	const char *from, *to;
} folds[] = {
	{ "\xe2\x80\x90", "-" }, { "\xe2\x80\x91", "-" },
	{ "\xe2\x80\x93", "-" }, { "\xe2\x80\x94", "-" },
	{ "\xe2\x80\x95", "-" }, { "\xe2\x88\x92", "-" },
	{ "\xe3\x83\xbc", "-" }, { "\xef\xbd\xb0", "-" },
	{ "\xe3\x80\x80", "" },
};

/* The form in which 記号 and 番号 are compared: half-width, no spaces. */
char *
text_key(const char *s)
{
	char *key = need(malloc(strlen(s) + 1)), *o = key;
	const unsigned char *u;
	size_t i, n;

	while (*s != '\0') {
		u = (const unsigned char *)s;
		for (i = 0; i < sizeof(folds) / sizeof(folds[0]); i++)
			if (strncmp(s, folds[i].from, 3) == 0)
				break;
		if (i < sizeof(folds) / sizeof(folds[0])) {
			n = strlen(folds[i].to);
			memcpy(o, folds[i].to, n);
			o += n;
			s += 3;
		} else if (u[0] == 0xef && u[1] == 0xbc && u[2] >= 0x81 &&
		    u[2] <= 0xbf) {
			*o++ = (char)(u[2] - 0x60);	/* ！ to ＿ */
			s += 3;
		} else if (u[0] == 0xef && u[1] == 0xbd && u[2] >= 0x80 &&
		    u[2] <= 0x9e) {
			*o++ = (char)(u[2] - 0x20);	/* ｀ to ～ */
			s += 3;
		} else if (*s == ' ')
			s++;
		else
			*o++ = *s++;
	}
	*o = '\0';
	return key;
}

char *
text_key_number(const char *s)
{
	char *key = text_key(s);
	size_t zeros = strspn(key, "0");

	memmove(key, key + zeros, strlen(key + zeros) + 1);
	return key;
}

char *
text_base64(const unsigned char *data, size_t len)
{
	char *s = need(malloc(len / 3 * 4 + 8));

	EVP_EncodeBlock((unsigned char *)s, data, (int)len);
	return s;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Strict: one line, padded, nothing else. */
unsigned char *
text_unbase64(const char *s, size_t *len)
{
	size_t n = strlen(s), pad = 0, i, at = 0;
	unsigned char *out;
	uint32_t word = 0;
	int v;

	if (n == 0 || n % 4 != 0 || n > BODY_MAX)
		return NULL;
	while (pad < 2 && s[n - 1 - pad] == '=')
		pad++;
	out = need(malloc(n));
	for (i = 0; i < n; i++) {
		v = i >= n - pad ? 0 : base64_value(s[i]);
		if (v < 0) {
			free(out);
			return NULL;
		}
		word = word << 6 | (uint32_t)v;
		if (i % 4 == 3) {
			out[at++] = (unsigned char)(word >> 16);
			out[at++] = (unsigned char)(word >> 8);
			out[at++] = (unsigned char)word;
			word = 0;
		}
	}
	*len = at - pad;
	return out;
}

void
text_hex(const unsigned char *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = '\0';
}

char *
text_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *data = NULL;
	size_t n = 0, got;

	if (f == NULL) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path,
		    strerror(errno));
		return NULL;
	}
	do {
		data = need(realloc(data, n + 65536 + 1));
		got = fread(data + n, 1, 65536, f);
		n += got;
	} while (got == 65536);
	fclose(f);
	data[n] = '\0';
	if (len != NULL)
		*len = n;
	return data;
}

/* U+30A1 to U+30F6, small ones written large, as registers have them. */
static const char *const half[] = {
	"ｱ", "ｱ", "ｲ", "ｲ", "ｳ", "ｳ", "ｴ", "ｴ", "ｵ", "ｵ", "ｶ", "ｶﾞ", "ｷ",
	"ｷﾞ", "ｸ", "ｸﾞ", "ｹ", "ｹﾞ", "ｺ", "ｺﾞ", "ｻ", "ｻﾞ", "ｼ", "ｼﾞ", "ｽ",
	"ｽﾞ", "ｾ", "ｾﾞ", "ｿ", "ｿﾞ", "ﾀ", "ﾀﾞ", "ﾁ", "ﾁﾞ", "ﾂ", "ﾂ", "ﾂﾞ",
	"ﾃ", "ﾃﾞ", "ﾄ", "ﾄﾞ", "ﾅ", "ﾆ", "ﾇ", "ﾈ", "ﾉ", "ﾊ", "ﾊﾞ", "ﾊﾟ",
	"ﾋ", "ﾋﾞ", "ﾋﾟ", "ﾌ", "ﾌﾞ", "ﾌﾟ", "ﾍ", "ﾍﾞ", "ﾍﾟ", "ﾎ", "ﾎﾞ",
	"ﾎﾟ", "ﾏ", "ﾐ", "ﾑ", "ﾒ", "ﾓ", "ﾔ", "ﾔ", "ﾕ", "ﾕ", "ﾖ", "ﾖ", "ﾗ",
	"ﾘ", "ﾙ", "ﾚ", "ﾛ", "ﾜ", "ﾜ", "ｲ", "ｴ", "ｦ", "ﾝ", "ｳﾞ", "ｶ", "ｹ",
};

/* Full-width kana and space as half-width ones; the rest as it is. */
char *
text_half_kana(const char *s)
{
	char *out = need(malloc(strlen(s) * 2 + 1)), *o = out;
	const unsigned char *u;
	const char *to;
	unsigned int c;

	for (; *s != '\0'; o += strlen(o)) {
		u = (const unsigned char *)s;
		c = (u[0] & 0xf0) != 0xe0 ? 0 : (u[0] & 15u) << 12 |
		    (u[1] & 63u) << 6 | (u[2] & 63u);
		to = c == 0x3000 ? " " : c == 0x30fc ? "ｰ" :
		    c >= 0x30a1 && c <= 0x30f6 ? half[c - 0x30a1] : NULL;
		if (to == NULL) {
			*o++ = *s++;
			*o = '\0';
		} else {
			memcpy(o, to, strlen(to) + 1);
			s += 3;
		}
	}
	*o = '\0';
	return out;
}

int
text_is_file(const char *path)
{
	return access(path, R_OK) == 0;
}

char *
text_from_cp932(const char *data, size_t len, size_t *outlen)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");
	char *in, *copy, *out, *at;
	size_t left = len * 3 + 1, room = left;

	if (cd == (iconv_t)-1)
		return NULL;
	in = copy = need(malloc(len + 1));
	memcpy(copy, data, len);
	out = at = need(malloc(room));
	if (iconv(cd, &in, &len, &at, &left) == (size_t)-1) {
		free(out);
		out = NULL;
	} else {
		*outlen = room - left;
		*at = '\0';
	}
	iconv_close(cd);
	free(copy);
	return out;
}

/* What the code page lacks becomes a character reference, as XML has it. */
char *
text_to_cp932(const char *utf8, size_t len, size_t *outlen)
{
	iconv_t cd = iconv_open("CP932", "UTF-8");
	char *copy, *in, *out, *at;
	size_t left = len * 4 + 1, room = left, n;
	unsigned int c;

	if (cd == (iconv_t)-1)
		return NULL;
	in = copy = need(malloc(len + 1));
	memcpy(copy, utf8, len);
	copy[len] = '\0';
	out = at = need(malloc(room));
	while (len > 0 &&
	    iconv(cd, &in, &len, &at, &left) == (size_t)-1) {
		n = (*in & 0xf0) == 0xf0 ? 4 : (*in & 0xe0) == 0xe0 ? 3 : 2;
		if (errno != EILSEQ || n > len)
			break;
		c = (unsigned int)*in & (0xffu >> (n + 1));
		for (len -= n, in++; n > 1; n--, in++)
			c = c << 6 | ((unsigned int)*in & 0x3f);
		n = (size_t)snprintf(at, left, "&#%u;", c);
		at += n;
		left -= n;
	}
	*outlen = room - left;
	iconv_close(cd);
	free(copy);
	return out;
}
