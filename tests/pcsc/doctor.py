#!/usr/bin/env python3
"""Set-ups that are broken in one way each: what the doctor says of them.

Every row breaks a copy of a good set-up and tells all that is to be found then,
but for what is well: check, result and owner, no more and no less.
"""

import base64
import datetime
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "sim"))
import zips  # noqa: E402  pylint: disable=wrong-import-position

DOCTOR, PKI, CONF, WORLD = sys.argv[1:]
DAY = datetime.timedelta(days=1)
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
JAPAN = datetime.timezone(datetime.timedelta(hours=9))
NOW = datetime.datetime.now(JAPAN).strftime("%Y%m%d%H%M%S")
rows: list = []
STATUS = {"reader": 3, "network": 4, "link": 4, "link.tls": 4, "service": 5}


def parse(path: str) -> dict:
    conf: dict = {}
    section = ""
    for line in Path(path).read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line:
            key, value = line.split("=", 1)
            conf[section + "." + key.strip()] = value.strip()
    return conf


HTTPS = parse(CONF)
# Nobody's name and numbers, which must be nowhere in what is said.
CANARIES = ("神無月", "ｶﾝﾅﾂﾞｷ", "73519846", "19010203", "CANARYID")
FACE = """<?xml version="1.0" encoding="UTF-8"?>
<XmlMsg><MessageHeader><ProcessExecutionTime>%s</ProcessExecutionTime>
<QualificationConfirmationDate>%.8s</QualificationConfirmationDate>
<MedicalInstitutionCode>%s</MedicalInstitutionCode>
<ArbitraryFileIdentifier>00000001AAAA=</ArbitraryFileIdentifier>
<ReferenceClassification>1</ReferenceClassification>
<SegmentOfResult>1</SegmentOfResult>
<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader>
<MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>
<QualificationValidity>1</QualificationValidity><ResultList>
<ResultOfQualificationConfirmation>
<InsuredCardClassification>01</InsuredCardClassification>
<InsurerNumber>99138006</InsurerNumber>
<InsuredCardSymbol>7</InsuredCardSymbol>
<InsuredIdentificationNumber>73519846</InsuredIdentificationNumber>
<Name>神無月　鵺子</Name><NameKana>ｶﾝﾅﾂﾞｷ ﾇｴｺ</NameKana><Sex1>2</Sex1>
<Birthdate>19010203</Birthdate>
</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>
""" % (NOW, NOW, HTTPS["facility.institution_code"])
# What the library was built with; and whether a disk of one's own, and a network
# without a route, may be had.
HAS_ZIP = "ZIP yes" in subprocess.run(
    [DOCTOR, "-c", CONF, "--json", "doctor"], check=False,
    capture_output=True, text=True).stdout
ALONE = subprocess.run(["unshare", "-rnm", "true"], check=False,
                       capture_output=True).returncode == 0


class Site:
    """A good set-up in a directory of its own, to be broken."""

    def __init__(self, base: str, where: Path) -> None:
        self.dir, self.env, self.closing = where, dict(os.environ), []
        self.within: list = []      # the command that the doctor is run by
        where.mkdir(mode=0o700)
        self.conf = dict(HTTPS)
        if base == "folder":
            for key in [k for k in self.conf if k.startswith(("link.", "card."))]:
                del self.conf[key]
            self.set("link.type", "folder")
            for name in ("req", "res", "face"):
                (where / name).mkdir()
                self.set("link.%s_dir" % name, where / name)
            self.set("link.journal_dir", where / "journal")
            (where / "visits").mkdir(mode=0o700)
            self.set("visits.dir", where / "visits")

    def set(self, key: str, value: object) -> None:
        self.conf[key] = str(value)

    def drop(self, key: str) -> None:
        del self.conf[key]

    def file(self, name: str, text: str = "x\n", mode: int = 0o600) -> Path:
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def copy(self, key: str) -> Path:
        """Its own copy of a file that the configuration names."""
        path = self.dir / key
        shutil.copy(self.conf[key], path)
        path.chmod(0o600)
        self.set(key, path)
        return path

    def old(self, name: str, seconds: int) -> None:
        then = time.time() - seconds
        os.utime(self.file(name), (then, then))

    def disk(self, key: str, size: str) -> None:
        """A disk of its own, of that size, for a directory."""
        where = Path(self.conf[key])
        where.mkdir(mode=0o700, exist_ok=True)
        self.within = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o "
                       "mode=700,size=%s none '%s' && exec \"$@\"" %
                       (size, where), "sh"]

    def keeps_faces(self) -> None:
        """Whoever checks in there is seen, whatever the link is."""
        (self.dir / "face").mkdir()
        self.set("link.face_dir", self.dir / "face")
        self.set("link.journal_dir", self.dir / "journal")

    def face(self, name: str = "ABCDEFGHIJKLMNOP", locked: str = "") -> None:
        """Somebody has checked in at the face reader."""
        base = "face/OQSsiquc01res_face_%s%s_%s" % (
            self.conf["facility.institution_code"], name, NOW)
        if locked:
            zips.write(self.dir / (base + ".zip"), "x.xml", FACE.encode(),
                       locked)
        else:
            self.file(base + ".xml", FACE)

    def run(self, *words: str) -> None:
        """The command, before the doctor looks."""
        subprocess.run([DOCTOR, "-c", self.write(), *words], check=True,
                       capture_output=True, env=self.env)

    def pki(self, days_ago: int) -> Path:
        """Certificates that were made so long ago: a terminal's lasts 730 days,
        a revocation list 365, an authority 3650."""
        day, made = TODAY - days_ago * DAY, Path(WORLD) / ("pki-%d" % days_ago)
        if not made.exists():
            subprocess.run([PKI, "--now", day.isoformat(), made],
                           check=True, stdout=subprocess.DEVNULL)
        return made

    def terminal(self, days_ago: int) -> None:
        pki = self.pki(days_ago)
        self.set("link.cert_file", pki / "terminal-medical.pem")
        self.set("link.key_file", pki / "terminal-medical.key")

    def container(self, word: str) -> None:
        """The terminal's certificate and key in one PKCS#12 file."""
        p12 = self.file("terminal.p12", "")
        subprocess.run(["openssl", "pkcs12", "-export", "-out", p12, "-in",
                        self.conf["link.cert_file"], "-inkey",
                        self.conf["link.key_file"], "-passout",
                        "pass:as is"], check=True, capture_output=True)
        self.set("link.cert_file", p12)
        self.drop("link.key_file")
        self.set("link.key_passphrase_file", self.file("word", word + "\n"))

    def port(self, serve) -> None:
        """Another than the service answers there."""
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        self.set("link.base", "https://onshi.example:%d" % port)
        self.set("link.addresses", "onshi.example:%d:127.0.0.1" % port)
        if serve is None:
            s.close()
            return
        s.listen(4)
        self.closing.append(s)

        def run() -> None:
            try:
                while True:
                    serve(s.accept()[0])
            except OSError:
                pass
        threading.Thread(target=run, daemon=True).start()

    def write(self) -> Path:
        sections: dict = {}
        for key, value in self.conf.items():
            section, name = key.split(".", 1)
            sections.setdefault(section, []).append("%s = %s" % (name, value))
        return self.file("conf", "".join(
            "[%s]\n%s\n" % (s, "\n".join(v)) for s, v in sections.items()))

    def look(self) -> tuple:
        conf = self.write()
        start = time.monotonic()
        ran = subprocess.run(
            [*self.within, DOCTOR, "-c", conf, "--json", "doctor"],
            capture_output=True, env=self.env, text=True)
        return ran, time.monotonic() - start


def row(base: str, *found: str):
    """found: what is to be found; the function breaks the site."""
    def add(function):
        rows.append((base, function, sorted(found)))
        return function
    return add


@row("https")
def good_by_https(_s): pass


@row("folder")
def good_by_folders(_s): pass


@row("https", "config wrong vendor")
def no_institution(s): s.drop("facility.institution_code")


@row("https", "config wrong vendor")
def no_kind(s): s.drop("facility.kind")


@row("https", "config wrong vendor")
def no_base(s): s.drop("link.base")


@row("https", "config wrong vendor")
def no_address(s): s.drop("link.addresses")


@row("https", "config wrong vendor")
def no_login(s): s.set("link.type", "webapi")


@row("https", "config wrong vendor")
def papers_wrong(s):
    s.set("fallback.table", s.file("papers", "fallback = 1\npaper = passport\n"))


@row("https")
def papers_right(s):
    s.set("fallback.table", s.file(
        "papers", "fallback = 1\npaper = notice\nwhen = lag\nshare = own\n"
        "standing = accepted\ntext = a\ntext_ja = b\n"))


@row("https", "reader wrong vendor")
def no_pcscd(s): s.env["PCSCLITE_CSOCK_NAME"] = str(s.dir / "nowhere")


@row("https", "reader wrong facility")
def other_reader(s): s.set("reader.name", "no such reader")


@row("folder", "reader wrong vendor")
def reader_wanted_by_folder(s):
    s.set("reader.name", "virtual")
    s.env["PCSCLITE_CSOCK_NAME"] = str(s.dir / "nowhere")


@row("https", "certificate.terminal wrong vendor")
def no_certificate(s): s.set("link.cert_file", s.dir / "nowhere")


@row("https", "certificate.terminal wrong vendor")
def certificate_is_none(s): s.copy("link.cert_file").write_text("hello\n")


@row("https", "certificate.terminal wrong vendor")
def no_key(s): s.set("link.key_file", s.dir / "nowhere")


@row("https", "certificate.terminal wrong vendor")
def key_open_to_all(s): s.copy("link.key_file").chmod(0o644)


@row("https", "certificate.terminal wrong vendor")
def key_of_another(s):
    s.set("link.key_file", WORLD + "/pki/terminal-dental.key")


@row("https")
def container_right(s): s.container("as is")


@row("https", "certificate.terminal wrong vendor")
def container_of_another_word(s): s.container("as it was")


@row("https", "certificate.terminal wrong vendor")
def certificate_of_another(s):
    s.set("link.cert_file", WORLD + "/pki/terminal-dental.pem")
    s.set("link.key_file", WORLD + "/pki/terminal-dental.key")


@row("https", "certificate.terminal wrong facility")
def certificate_over(s): s.terminal(735)


@row("https", "certificate.terminal wrong facility")
def certificate_early(s): s.terminal(-5)


@row("https", "certificate.terminal wrong facility",
     "link.tls wrong facility")
def certificate_ends_in_5_and_is_refused(s): s.terminal(725)


@row("https", "certificate.terminal note facility",
     "link.tls wrong facility")
def certificate_ends_in_20_and_is_refused(s): s.terminal(710)


@row("https", "certificate.terminal note facility",
     "link.tls wrong facility")
def certificate_ends_in_80_and_is_refused(s): s.terminal(650)


@row("https", "link.tls wrong facility")
def certificate_of_another_authority(s): s.terminal(0)


@row("https", "certificate.ca wrong vendor")
def no_authority(s): s.set("link.ca_file", s.dir / "nowhere")


@row("https", "certificate.ca wrong vendor")
def authority_is_none(s): s.copy("link.ca_file").write_text("hello\n")


@row("https", "certificate.ca wrong vendor")
def authority_open_to_all(s): s.copy("link.ca_file").chmod(0o666)


@row("https", "certificate.ca wrong vendor", "link.tls wrong vendor")
def authority_over(s): s.set("link.ca_file", s.pki(3655) / "ca.pem")


@row("https", "certificate.ca note vendor", "link.tls wrong vendor")
def authority_ends(s): s.set("link.ca_file", s.pki(3630) / "ca.pem")


@row("https", "link.tls wrong vendor")
def another_authority(s): s.set("link.ca_file", s.pki(0) / "ca.pem")


@row("https", "certificate.card_ca note vendor")
def no_card_authority(s): s.drop("card.ca_file")


@row("https", "certificate.card_ca wrong vendor")
def card_authority_is_none(s): s.copy("card.ca_file").write_text("hello\n")


@row("https", "certificate.crl wrong vendor")
def list_is_none(s): s.set("link.crl_file", s.file("crl", "hello\n"))


@row("https", "certificate.crl wrong vendor", "link.tls wrong vendor")
def list_over(s): s.set("link.crl_file", s.pki(370) / "crl.pem")


@row("https", "certificate.crl note vendor", "link.tls wrong vendor")
def list_ends(s): s.set("link.crl_file", s.pki(360) / "crl.pem")


@row("https", "link.tls wrong vendor")
def other_pins(s):
    s.set("link.pins", ",".join(
        base64.b64encode(bytes([i]) * 32).decode() for i in (1, 2)))


@row("https", "network wrong vendor")
def outside_networks(s): s.set("link.networks", "192.0.2.0/24")


@row("https", "network wrong vendor")
def outside_local(s): s.set("link.local_networks", "192.0.2.0/24")


@row("https", "network wrong facility")
def no_interface(s): s.set("link.interface", "nothere0")


@row("https", "network wrong facility")
def no_route(s):
    s.set("link.networks", "192.0.2.0/24")
    s.set("link.base", "https://onshi.example:8443")
    s.set("link.addresses", "onshi.example:8443:192.0.2.1")
    s.within = ["unshare", "-rn"]


@row("https", "link wrong line")
def nobody_listens(s): s.port(None)


@row("https", "link wrong line")
def nobody_speaks(s):
    s.set("limits.connect_ms", 500)
    s.port(s.closing.append)


@row("https", "link wrong line")
def they_hang_up(s): s.port(lambda c: c.close())


@row("https", "link.tls wrong vendor")
def another_server(s):
    pki = s.pki(0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server.pem", pki / "server.key")

    def serve(c):
        try:
            context.wrap_socket(c, server_side=True).close()
        except ssl.SSLError:
            c.close()
    s.port(serve)


def speak(*lines: str):
    """A service of the right certificate that says this to every request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(WORLD + "/pki/server.pem", WORLD + "/pki/server.key")
    context.load_verify_locations(WORLD + "/pki/ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    def serve(c):
        try:
            t = context.wrap_socket(c, server_side=True)
            t.recv(4096)
            t.sendall("\r\n".join(lines + ("", "")).encode())
            t.close()
        except OSError:
            c.close()
    return serve


@row("https", "service wrong agency")
def service_stopped(s):
    s.port(speak("HTTP/1.1 503 Service Unavailable", "Content-Length: 0"))


@row("https", "service wrong agency")
def service_refuses(s):
    s.port(speak("HTTP/1.1 403 Forbidden", "Content-Length: 0"))


@row("https", "service wrong agency")
def service_is_none(s): s.port(speak("220 mail ready"))


@row("https", "service wrong agency", "clock wrong facility")
def clock_apart(s):
    s.port(speak("HTTP/1.1 503 Service Unavailable",
                 "Date: Thu, 01 Oct 2026 00:00:00 GMT", "Content-Length: 0"))


@row("https", "audit note vendor")
def no_trail(s): s.drop("audit.dir")


@row("https", "audit wrong facility")
def trail_not_there(s): s.set("audit.dir", s.dir / "nowhere")


@row("https", "audit wrong facility")
def trail_not_begun(s):
    (s.dir / "audit").mkdir(mode=0o700)
    s.set("audit.dir", s.dir / "audit")


def trail(s) -> Path:
    where = s.dir / "audit"
    shutil.copytree(s.conf["audit.dir"], where)
    where.chmod(0o700)
    s.set("audit.dir", where)
    return where


@row("https", "audit wrong vendor")
def trail_open_to_all(s): trail(s).chmod(0o777)


@row("https", "audit wrong vendor")
def trail_damaged(s): (trail(s) / "audit.state").write_bytes(b"\0" * 1024)


@row("https", "audit note facility")
def trail_has_gaps(s): (trail(s) / "gap-0011223344556677").write_text("")


@row("folder", "audit wrong vendor", "folder note vendor")
def other_institution(s):
    s.set("facility.institution_code", "1311111111")
    s.file("face/OQSsiquc01res_face_1319999996abcdefghijklmnop_20261130084500.xml")


@row("folder", "folder wrong facility")
def req_gone(s): s.set("link.req_dir", s.dir / "nowhere")


@row("folder", "folder wrong facility")
def res_gone(s): s.set("link.res_dir", s.dir / "nowhere")


@row("folder", "folder wrong facility")
def face_gone(s): s.set("link.face_dir", s.dir / "nowhere")


@row("folder", "folder wrong facility", "folder wrong facility")
def second_terminal_gone(s):
    for name in ("req", "res"):
        key = "link.%s_dir" % name
        s.set(key, "%s|%s" % (s.conf[key], s.dir / "off" / name))


@row("folder", "folder wrong facility")
def res_not_writable(s): s.set("link.res_dir", "/proc/self/task")


@row("folder", "folder wrong vendor")
def face_is_res(s): s.set("link.face_dir", s.conf["link.res_dir"])


@row("folder", "config wrong vendor", "folder wrong vendor")
def req_is_res(s): s.set("link.res_dir", s.conf["link.req_dir"])


@row("folder", "config wrong vendor")
def no_res(s): s.drop("link.res_dir")


@row("folder", "folder wrong facility")
def terminal_sleeps(s): s.old("req/OQSsiquc01req_202611300001.xml", 600)


@row("folder", "folder note vendor")
def thrown_back(s):
    s.old("res/OQSsiquc01req_202611300001.err", 60)


@row("folder", "folder note vendor")
def answers_left(s): s.old("res/OQSsiquc01res_202611010001.xml", 200000)


@row("folder", "folder note facility")
def face_left(s):
    s.old("face/OQSsiquc01res_face_1319999996abcdefghijklmnop_"
          "20261101084500.xml", 200000)


@row("https", "folder wrong facility")
def face_gone_by_https(s):
    s.keeps_faces()
    s.set("link.face_dir", s.dir / "nowhere")


@row("https", "folder note facility")
def face_left_by_https(s):
    s.keeps_faces()
    s.old("face/OQSsiquc01res_face_1319999996abcdefghijklmnop_"
          "20261101084500.xml", 200000)


@row("https", "journal wrong vendor")
def face_journal_by_https(s):
    s.keeps_faces()
    s.set("link.journal_dir", "/dev/null")


TAKE = ("watch", "--count", "1", "--timeout", "10", "--take", "--operator",
        "U0001", "--licence", "reception", "--sign-in", "password")


@row("folder", "folder note facility")
def face_comes_again(s):
    s.face()
    s.run(*TAKE)
    s.face()


@row("folder", "folder note facility")
def face_is_copied(s):
    s.face()
    s.run(*TAKE)
    s.face("QRSTUVWXYZabcdef")


@row("folder")
def face_of_another_program(s):
    s.set("link.face_owner", "no")
    s.face()
    s.run(*TAKE)


@row("folder", "folder wrong vendor")
def face_is_locked(s): s.face(locked="open sesame")


if HAS_ZIP:
    @row("folder", "folder wrong vendor")
    def face_is_locked_otherwise(s):
        s.set("link.zip_password_file", s.file("secret", "guess\n"))
        s.face(locked="open sesame")

    @row("folder")
    def face_is_opened(s):
        s.set("link.zip_password_file", s.file("secret", "open sesame\n"))
        s.face(locked="open sesame")


@row("folder", "disk note facility")
def disk_low(s): s.disk("visits.dir", "64m")


@row("folder", "disk wrong facility")
def disk_full(s): s.disk("visits.dir", "4m")


@row("folder", "disk wrong facility")
def disk_of_the_journal_full(s): s.disk("link.journal_dir", "4m")


@row("folder", "disk wrong facility")
def disk_of_the_terminal_full(s): s.disk("link.req_dir", "4m")


@row("folder", "journal wrong vendor")
def no_journal(s): s.drop("link.journal_dir")


@row("folder", "journal wrong vendor")
def journal_open_to_all(s):
    (s.dir / "journal").mkdir()
    (s.dir / "journal").chmod(0o777)


@row("folder", "journal wrong vendor")
def journal_is_a_file(s): s.set("link.journal_dir", s.file("a-file"))


@row("folder", "journal note facility")
def request_open(s):
    s.set("link.deadline_ms", 300)
    subprocess.run([DOCTOR, "-c", s.write(), "eligibility", "--insurer",
                    "06123453", "--number", "12345", "--birthdate",
                    "1980-01-01"], capture_output=True, env=s.env)


@row("folder", "config wrong vendor")
def zip_without_password(s): s.set("link.zip", "yes")


@row("folder", "visits wrong facility")
def visits_gone(s): s.set("visits.dir", s.dir / "nowhere")


@row("folder", "visits wrong facility")
def visits_not_writable(s): s.set("visits.dir", "/proc/sys/kernel")


@row("folder", "visits note vendor")
def visits_old(s): s.old("visits/0123456789abcdef.visit", 300000)


def files_of(site: Site) -> list:
    return sorted(str(p) for name in ("req", "res", "face", "visits")
                  for p in (site.dir / name).glob("**/*"))


def check(n: int, base: str, function, found: list) -> list:
    site = Site(base, Path(WORLD) / ("site-%d" % n))
    function(site)
    if site.within and not ALONE:
        print("%s: not tried, unshare is refused" % function.__name__)
        return []
    before = files_of(site)
    ran, seconds = site.look()
    for s in site.closing:
        s.close()
    try:
        said = json.loads(ran.stdout)["findings"]
    except (ValueError, KeyError):
        return ["no findings: %s %s" % (ran.stdout, ran.stderr)]
    bad = []
    got = sorted("%s %s %s" % (f["check"], f["result"], f["owner"])
                 for f in said if f["result"] != "ok")
    if got != found:
        bad.append("found %s, not %s\n%s" % (got, found, "\n".join(
            f["text"] for f in said if f["result"] != "ok")))
    wrong = [f["check"] for f in said if f["result"] == "wrong"]
    status = STATUS.get(wrong[0], 7) if wrong else 0
    if ran.returncode != status:
        bad.append("exit %d, not %d" % (ran.returncode, status))
    for f in said:
        if not f["text"] or not f["text_ja"] or \
                (f["result"] != "ok") != bool(f["remedy_ja"]):
            bad.append("no words: %s" % f)
        if str(site.dir) in f["text"]:
            bad.append("a path: %s" % f["text"])
    if not found and seconds > 3 * float(os.environ.get(
            "CK_TIMEOUT_MULTIPLIER", "1")):
        bad.append("%.1f s" % seconds)
    if files_of(site) != before:
        bad.append("files that came or went: %s" % files_of(site))
    return bad


LOGGED = """import sys, onshikaku
config = onshikaku.Config(sys.argv[1])
config.set_log(lambda line: print("log:", line))
with onshikaku.Doctor(config) as doctor:
    for finding in doctor.run():
        print(*finding)
print("log: end")
"""


def plant(site: Site) -> None:
    """A patient in every place that the doctor looks at, and a PIN."""
    base = "OQSsiquc01%s_%s"
    site.face("CANARYID00000001")
    site.run(*TAKE)
    site.face("CANARYID00000001")
    site.face("CANARYID00000002")
    site.face("CANARYID00000003", locked="73519846")
    site.old("face/OQSsiquc01res_face_1319999996CANARYID00000004_"
             "20261101084500.xml", 200000)
    site.file("face/OQSsiquc01res_face_1319999996CANARYID_half.xml", FACE[:99])
    site.file("res/" + base % ("req", "CANARYID") + ".err", FACE)
    site.file("res/" + base % ("res", "CANARYID") + ".xml", FACE)
    site.old("req/" + base % ("req", "CANARYID") + ".xml", 600)
    site.file("visits/CANARYID.visit", FACE)
    site.env["ONSHIKAKU_PIN"] = "73519846"


def tries(said: bytes) -> object:
    """Of the PIN that are left, as the card tells it."""
    return json.loads(said)["tries_left"]


def says_nothing(base: str, n: int) -> list:
    """Of a patient or a PIN, in no language, form or log; the card is left
    alone."""
    site = Site(base, Path(WORLD) / ("planted-%d" % n))
    if base == "folder":
        plant(site)
    conf, bad = str(site.write()), []
    card = [DOCTOR, "-c", conf, "--json", "card"]
    before = subprocess.run(card, capture_output=True, env=site.env).stdout
    ways = [[DOCTOR, "-c", conf, "doctor"],
            [DOCTOR, "-c", conf, "--lang", "ja", "doctor"],
            [DOCTOR, "-c", conf, "--json", "doctor"]]
    if os.environ["ONSHIKAKU_LIBRARY"]:
        ways.append([sys.executable, "-c", LOGGED, conf])
    for words in ways:
        ran = subprocess.run(words, input="73519846\n", capture_output=True,
                             env=site.env, text=True)
        said = ran.stdout + ran.stderr
        if len(said) < 200 or (words[1] == "-c" and words[0] != DOCTOR and
                               "log: end" not in said):
            bad.append("says too little: %s" % said)
        bad += ["%s in %s" % (c, said) for c in CANARIES if c in said]
    if base == "https" and tries(subprocess.run(
            card, capture_output=True, env=site.env).stdout) != tries(before):
        bad.append("a try of the PIN was spent")
    return bad


def main() -> int:
    failures = 0
    for n, base in enumerate(("https", "folder")):
        for what in says_nothing(base, n):
            print("FAIL says_nothing: %s" % what)
            failures += 1
    for n, (base, function, found) in enumerate(rows):
        for what in check(n, base, function, found):
            print("FAIL %s: %s" % (function.__name__, what))
            failures += 1
    print("%d set-ups, %d failures" % (len(rows), failures))
    return 1 if failures or len(rows) < 30 else 0


sys.exit(main())
