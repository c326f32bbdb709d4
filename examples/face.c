/*
 * Staff look at the photograph that the card's chip has, beside the holder's
 * face. 照合番号B, the 14 digits of the card's front, comes by standard input,
 * never as an argument. Needs card.face = yes and card.face_ca_file.
 *
 *   cc face.c -lonshikaku && ONSHIKAKU_CONF=... ./a.out photo.jp2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

static int
ask(char *number, size_t room)
{
	fputs("照合番号B（生年月日6桁・有効期限の年4桁・セキュリティコード4桁）: ",
	    stderr);
	if (fgets(number, (int)room, stdin) == NULL)
		return ONSHI_E_CANCELLED;
	number[strcspn(number, "\n")] = '\0';

	return ONSHI_OK;
}

/* For a viewer that decodes JPEG 2000 with care; to be deleted soon. */
static int
keep(const struct onshi_card *c, const char *path)
{
	const uint8_t *photo, *birth;
	size_t len, n;
	FILE *f;
	int ok;

	photo = onshi_card_face(c, ONSHI_PART_PHOTO, &len);
	birth = onshi_card_face(c, ONSHI_PART_BIRTHDATE, &n);
	if (photo == NULL || birth == NULL || (f = fopen(path, "wb")) == NULL)
		return 1;
	ok = fwrite(photo, 1, len, f) == len;
	ok = fclose(f) == 0 && ok;
	printf("署名を確認しました。生年月日 %.*s、顔写真 %lu バイト\n", (int)n,
	    (const char *)birth, (unsigned long)len);

	return ok ? 0 : 1;
}

static int
look(struct onshi *o, const char *path)
{
	struct onshi_card *c = NULL;
	char number[64];
	int r, left;

	if ((r = onshi_card_new(o, &c)) == ONSHI_OK &&
	    (r = onshi_card_open(c, NULL)) == ONSHI_OK &&
	    (r = ask(number, sizeof(number))) == ONSHI_OK)
		r = onshi_card_check_face(c, number, 0);
	onshi_wipe(number, sizeof(number));
	if (r == ONSHI_OK) {
		r = keep(c, path);
	} else {
		left = onshi_error_tries_left(onshi_card_error(c));
		fprintf(stderr, "%s\n%s\n", onshi_result_text(r, "ja"),
		    onshi_result_remedy(r, "ja"));
		if (left >= 0)
			fprintf(stderr, "残り%d回\n", left);
		r = r / -100;
	}
	onshi_card_free(&c);

	return r;
}

int
main(int argc, char **argv)
{
	const char *conf = getenv("ONSHIKAKU_CONF");
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	int r = 2;

	if (argc != 2 || conf == NULL)
		fputs("ONSHIKAKU_CONF=... face PHOTO\n", stderr);
	else if (onshi_config_new(&c) == ONSHI_OK &&
	    onshi_config_load(c, conf) == ONSHI_OK &&
	    onshi_new(ONSHI_ABI, c, &o) == ONSHI_OK)
		r = look(o, argv[1]);
	else
		fprintf(stderr, "%s\n",
		    onshi_error_text(onshi_config_error(c)));
	onshi_free(&o);
	onshi_config_free(&c);

	return r;
}
