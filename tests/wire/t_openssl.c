/*
 * What the process's openssl.cnf says changes nothing of ours (SEC-26): each
 * row runs a client of its own, with OPENSSL_CONF set before it begins.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

#define DEADLINE_MS	10000
#define GOOD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\nContent-Length: 4\r\n\r\nBODY"
#define SSL_CONF(lines) "openssl_conf = begin\n[begin]\nssl_conf = ssl\n" \
		"[ssl]\nsystem_default = ours\n[ours]\n" lines
#define SRV(...) { __VA_ARGS__ }

static char dir[] = "/tmp/onshi-openssl-XXXXXX";

static const struct row {
	const char		*name;
	const char		*conf;
	struct hostile_spec	 server;
	const char		*result;	/* as without */
} rows[] = {
	{ "nothing", "", SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "old protocols let in", SSL_CONF("MinProtocol = TLSv1\n"
	    "CipherString = ALL:@SECLEVEL=0\n"), SRV(.version = TLS1_VERSION),
	    "ONSHI_E_TLS" },
	{ "1.1 let in", SSL_CONF("MinProtocol = TLSv1.1\n"
	    "CipherString = ALL:@SECLEVEL=0\n"),
	    SRV(.version = TLS1_1_VERSION), "ONSHI_E_TLS" },
	{ "1.3 kept out", SSL_CONF("MaxProtocol = TLSv1.2\n"),
	    SRV(.version = TLS1_3_VERSION), "ONSHI_OK TLSv1.3" },
	{ "1.3 taken off", SSL_CONF("Protocol = -TLSv1.3\n"),
	    SRV(.version = TLS1_3_VERSION), "ONSHI_OK TLSv1.3" },
	{ "1.2 kept out", SSL_CONF("MinProtocol = TLSv1.3\n"),
	    SRV(.version = TLS1_2_VERSION), "ONSHI_OK TLSv1.2" },
	{ "1.2 taken off", SSL_CONF("Protocol = -TLSv1.2\n"),
	    SRV(.version = TLS1_2_VERSION), "ONSHI_OK TLSv1.2" },
	{ "other suites", SSL_CONF("Ciphersuites = "
	    "TLS_AES_128_CCM_8_SHA256\nCipherString = AES128-SHA\n"),
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "CBC let in", SSL_CONF("CipherString = ALL:@SECLEVEL=0\n"),
	    SRV(.version = TLS1_2_VERSION,
	    .suites12 = "ECDHE-ECDSA-AES128-SHA256"), "ONSHI_E_TLS" },
	{ "other groups", SSL_CONF("Groups = P-521\n"), SRV(.cert = "good"),
	    "ONSHI_OK TLSv1.3" },
	{ "SHA-1 for signatures", SSL_CONF("SignatureAlgorithms = RSA+SHA1:"
	    "ECDSA+SHA1\nClientSignatureAlgorithms = RSA+SHA1\n"
	    "CipherString = DEFAULT:@SECLEVEL=0\n"), SRV(.cert = "good"),
	    "ONSHI_OK TLSv1.3" },
	{ "a client's signature by SHA-1", SSL_CONF(
	    "ClientSignatureAlgorithms = RSA+SHA1\n"),
	    SRV(.version = TLS1_2_VERSION), "ONSHI_OK TLSv1.2" },
	{ "verification off", SSL_CONF("VerifyMode = Never\n"),
	    SRV(.cert = "self"), "ONSHI_E_TLS" },
	{ "weak keys let in", SSL_CONF("CipherString = ALL:@SECLEVEL=0\n"),
	    SRV(.cert = "rsa1024"), "ONSHI_E_TLS" },
	{ "unsafe options", SSL_CONF("Options = UnsafeLegacyRenegotiation,"
	    "UnsafeLegacyServerConnect,ClientRenegotiation,Compression\n"),
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "no provider", "openssl_conf = begin\n[begin]\nproviders = some\n"
	    "[some]\nnull = null\n[null]\nactivate = 1\n",
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "FIPS that is not there", "openssl_conf = begin\n[begin]\n"
	    "alg_section = alg\n[alg]\ndefault_properties = fips=yes\n",
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "a module that is not there", "openssl_conf = begin\n[begin]\n"
	    "nothing_like_it = x\n", SRV(.cert = "good"),
	    "ONSHI_OK TLSv1.3" },
	{ "no configuration at all", "openssl_conf = [[[\n",
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" },
	{ "a mistake that is told of", "config_diagnostics = 1\n"
	    "openssl_conf = begin\n[begin]\nnothing_like_it = x\n",
	    SRV(.cert = "good"), "ONSHI_OK TLSv1.3" }
};

/* ---- the client, in its own process -------------------------------------- */

static int
ask(struct onshi_config *c, char *facts, size_t room)
{
	struct oki_env *env = NULL;
	struct oki_link *link = NULL;
	struct oki_session *s = NULL;
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	int r;

	oki_error_clear(&e);
	if ((r = oki_env_new(c, &env)) != ONSHI_OK)
		return r;
	oki_wait_init(&wait, env, DEADLINE_MS, NULL);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 4096);
	x.body = (const uint8_t *)"<XmlMsg/>";
	x.bodylen = 9;
	(void)oki_copy(x.request_id, sizeof(x.request_id),
	    "0a1b2c3d-0000-4000-8000-000000000000");
	if ((r = oki_link_new(env, &link, &e)) == ONSHI_OK &&
	    (r = oki_session_open(link, &wait, &s, &e)) == ONSHI_OK)
		r = oki_session_exchange(s, &x, &e);
	if (r == ONSHI_OK)
		(void)oki_copy(facts, room, x.facts);
	else
		fprintf(stderr, "%s: %s (%s)\n", onshi_result_name(r),
		    onshi_error_text(&e), onshi_error_reason(&e));
	oki_session_close(&s);
	oki_exchange_free(&x);
	oki_link_free(&link);
	oki_env_free(&env);

	return r;
}

static int
client(const char *path)
{
	struct onshi_config *c;
	char facts[160] = "";
	int r;

	if ((r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, path)) == ONSHI_OK)
		r = ask(c, facts, sizeof(facts));
	onshi_config_free(&c);
	facts[strcspn(facts, ":")] = '\0';
	printf("%s%s%s\n", onshi_result_name(r), *facts == '\0' ? "" : " ",
	    facts);

	return 0;
}

/* That the hostile file is read at all by whoever uses OpenSSL plainly. */
static int
control(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	long least = ctx == NULL ? 0 : SSL_CTX_get_min_proto_version(ctx);

	SSL_CTX_free(ctx);
	printf("%s\n", least == TLS1_3_VERSION ? "read" : "not read");

	return 0;
}

/* ---- the parent ---------------------------------------------------------- */

/* Before the tests begin, too. */
static void
need(bool ok)
{
	if (!ok)
		abort();
}

static void
path_of(char *to, size_t room, const char *name)
{
	(void)snprintf(to, room, "%s/%s", dir, name);
}

static void
write_file(const char *name, const void *bytes, size_t len)
{
	char path[128];
	int fd;

	path_of(path, sizeof(path), name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	need(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

static void
write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static void
write_pem(const char *name, void (*make)(const char *, struct oki_buf *),
    const char *what)
{
	struct oki_buf b;

	oki_buf_init(&b, 1 << 20);
	make(what, &b);
	write_file(name, b.data, b.len);
	oki_buf_free(&b);
}

static void
key_pem(const char *what, struct oki_buf *out)
{
	certs_key_pem(what, NULL, out);
}

static void
write_config(uint16_t port)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "[facility]\n"
	    "institution_code = " TERMINAL "\n[link]\n"
	    "base = https://" NAME ":%u\naddresses = " NAME ":%u:127.0.0.1\n"
	    "networks = 127.0.0.0/8\nca_file = %s/ca\ncert_file = %s/cert\n"
	    "key_file = %s/key\n", port, port, dir, dir, dir);
	write_text("onshikaku.conf", text);
}

/* Runs this program anew, under that openssl.cnf; its one line of answer. */
static void
run(const char *mode, char *to, size_t room)
{
	char conf[128], path[128];
	ssize_t n = 0, got;
	int out[2], status;
	pid_t pid;

	path_of(conf, sizeof(conf), "openssl.cnf");
	path_of(path, sizeof(path), "onshikaku.conf");
	ck_assert_int_eq(pipe(out), 0);
	ck_assert_int_ge(pid = fork(), 0);
	if (pid == 0) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)setenv("OPENSSL_CONF", conf, 1);
		(void)execl("/proc/self/exe", "t_openssl", mode, path,
		    (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	while ((got = read(out[0], to + n, room - 1 - (size_t)n)) > 0)
		n += got;
	close(out[0]);
	to[n] = '\0';
	to[strcspn(to, "\n")] = '\0';
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(hostile_configuration)
{
	const struct row *row = &rows[_i];
	struct hostile_spec spec = row->server;
	struct hostile *h;
	char got[256];

	if (spec.text == NULL)
		spec.text = GOOD;
	h = hostile_start(&spec);
	write_config(hostile_port(h));
	write_text("openssl.cnf", row->conf);
	run("client", got, sizeof(got));
	ck_assert_msg(strcmp(got, row->result) == 0, "%s: %s", row->name,
	    got);
	hostile_stop(&h);
}
END_TEST

START_TEST(is_read)
{
	char got[256];

	write_config(1);
	write_text("openssl.cnf", SSL_CONF("MinProtocol = TLSv1.3\n"));
	run("control", got, sizeof(got));
	ck_assert_str_eq(got, "read");
}
END_TEST

static void
prepare(void)
{
	need(mkdtemp(dir) != NULL);
	certs_make();
	write_pem("ca", certs_pem, "root");
	write_pem("cert", certs_pem, "terminal");
	write_pem("key", key_pem, "terminal");
}

static void
clear(void)
{
	static const char *const names[] = { "ca", "cert", "key",
	    "onshikaku.conf", "openssl.cnf" };
	char path[128];
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++) {
		path_of(path, sizeof(path), names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
	certs_free();
}

int
main(int argc, char **argv)
{
	SRunner *sr;
	Suite *s;
	TCase *t;
	int failed;

	if (argc == 3)
		return strcmp(argv[1], "control") == 0 ? control() :
		    client(argv[2]);
	s = suite_create("wire/openssl");
	t = tcase_create("openssl");
	prepare();
	tcase_set_timeout(t, 30);
	tcase_add_test(t, is_read);
	tcase_add_loop_test(t, hostile_configuration, 0,
	    (int)OKI_COUNT(rows));
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	clear();

	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
