/*
 * A face reader's adapter: its software listens at a socket and says in words
 * what the patient did there, as onshikaku-sim face does. face_reader SOCKET:
 * one check-in by face alone, for brevity, consent to drugs asked there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <onshikaku.h>

static uint8_t data[32768];
static size_t
bytes(const char *hex)
{
	char two[3] = "";
	size_t n = 0;

	while (n < sizeof(data) && hex[2 * n] != '\0') {
		(void)memcpy(two, hex + 2 * n, 2);
		data[n++] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static int
hear(struct onshi_face_exchange *x, const char *word, const char *value)
{
	if (strcmp(word, "id") == 0)	/* no answer to another patient's */
		return strcmp(value, onshi_face_id(x)) == 0 ? 0 :
		    ONSHI_E_READER;
	if (strcmp(word, "carrier") == 0)
		return onshi_face_set_carrier(x, *value == 'p' ?
		    ONSHI_CARRIER_PHONE : ONSHI_CARRIER_CARD);
	if (strcmp(word, "method") == 0)
		return onshi_face_set_method(x, ONSHI_METHOD_FACE);
	if (strcmp(word, "consent") == 0)
		return onshi_face_set_consent(x, ONSHI_CATEGORY_DRUGS,
		    strcmp(value, "drugs 1") == 0);
	if (strcmp(word, "certificate") == 0)
		return onshi_face_set_certificate(x, data, bytes(value));
	if (strcmp(word, "proof") == 0)
		return onshi_face_set_proof(x, data, bytes(value));
	return strcmp(word, "result") == 0 && strcmp(value, "done") != 0 ?
	    ONSHI_E_FACE : ONSHI_OK;
}

static int
check(void *self, struct onshi_face_exchange *x)
{
	static char line[70000];
	struct sockaddr_un to = { AF_UNIX, "" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), r = ONSHI_E_READER_NONE;
	FILE *in = fdopen(fd, "r");
	char *value;

	(void)strncpy(to.sun_path, (char *)self, sizeof(to.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    dprintf(fd, "check %s %d\nallows face\nasks drugs %s\ngo\n",
	    onshi_face_id(x), (int)onshi_face_timeout_ms(x),
	    onshi_face_text(x, ONSHI_NOTICE_CONSENT, ONSHI_CATEGORY_DRUGS,
	    "ja")) > 0)
		r = ONSHI_OK;
	while (r == ONSHI_OK && fgets(line, sizeof(line), in) != NULL)
		if ((value = strchr(line, ' ')) != NULL) {
			*value++ = '\0';
			value[strcspn(value, "\n")] = '\0';
			r = hear(x, line, value);
		}
	(void)fclose(in);
	return r;
}

int
main(int argc, char **argv)
{
	struct onshi_face_ops ops = { sizeof(ops), check, NULL, NULL };
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_visit *v = NULL;
	int r = ONSHI_E_ARG;

	if (argc == 2 && (r = onshi_config_new(&c)) == 0 &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == 0 &&
	    (r = onshi_config_add_face(c, &ops, argv[1])) == 0 &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == 0 &&
	    (r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) == 0 &&
	    (r = onshi_visit_set_method(v, ONSHI_METHOD_FACE)) == 0 &&
	    (r = onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK)) == 0 &&
	    (r = onshi_visit_advance(v)) == ONSHI_NEED_FACE)
		r = onshi_visit_advance(v);	/* they are there now */
	puts(onshi_result_text(r, "ja"));
	onshi_visit_free(&v);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
