"""What a person at a terminal sees: questions, no echo, Ctrl-C."""
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

COMMAND = sys.argv[1]
INSURER, SYMBOL, NUMBER, BIRTHDATE, SERVICE = sys.argv[2:7]
ENV = dict(os.environ, LC_ALL="C")


class Terminal:
    """The command on a terminal of its own; standard output apart."""

    def __init__(self, *words):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.words = words
        self.seen = ""

        def lead():
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.p = subprocess.Popen(
            [COMMAND, "--json", *words], stdin=slave, stderr=slave,
            stdout=subprocess.PIPE, env=ENV, preexec_fn=lead)

    def until(self, text, seconds=8):
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            assert left > 0, f"{self.words}: no {text!r} in {self.seen!r}"
            if select.select([self.master], [], [], left)[0]:
                self.seen += os.read(self.master, 4096).decode()

    def until_it_waits(self, number, seconds=8):
        """Until that signal is kept for the thread that waits for it, and a
        moment more: by then it is at work."""
        end = time.monotonic() + seconds
        while True:
            with open(f"/proc/{self.p.pid}/status", encoding="ascii") as f:
                kept = int(f.read().split("SigBlk:")[1].split()[0], 16)
            if kept >> (number - 1) & 1:
                break
            assert time.monotonic() < end, f"{self.words}: does not wait"
            time.sleep(0.02)
        time.sleep(0.5)

    def type(self, text):
        self.seen = ""
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def ends(self, status, *within):
        out = self.p.communicate(timeout=20)[0].decode()
        while select.select([self.master], [], [], 0.05)[0]:
            self.seen += os.read(self.master, 4096).decode()
        assert self.p.returncode == status, \
            f"{self.words}: exit {self.p.returncode}: {out} {self.seen}"
        for text in within:
            assert text in out, f"{self.words}: no {text!r} in {out}"
        assert self.echoes(), f"{self.words}: the terminal is left silent"
        for text in ("1234", "4321"):
            assert text not in self.seen, f"{self.words}: echoed"
        os.close(self.master)
        os.close(self.slave)


def vcard(*words):
    subprocess.run(["onshikaku-vcard", *words], check=True,
                   stdout=subprocess.DEVNULL)


def wrong_then_right():
    t = Terminal("checkin", "--method", "pin")
    t.until("PIN (4 digits)")
    assert not t.echoes(), "the PIN would be seen"
    t.type("12\n")
    t.until("PIN (4 digits)")
    t.type("4321\n")
    t.until("Tries left: 2")
    t.until("PIN (4 digits)")
    t.type("1234\n")
    t.ends(0, '"outcome":"valid"')


def last_try():
    vcard("insert", "last-try")
    t = Terminal("checkin", "--method", "pin")
    t.until("last try")
    t.type("no\n")
    t.ends(3, "ONSHI_E_PIN_LAST_TRY")
    t = Terminal("checkin", "--method", "pin")
    t.until("last try")
    t.type("yes\n")
    t.until("PIN (4 digits)")
    t.type("1234\n")
    t.ends(0, '"outcome":"valid"')
    vcard("insert", "adult")


def interrupted():
    t = Terminal("checkin", "--method", "pin")
    t.until("PIN (4 digits)")
    t.type("\x03")
    t.ends(8, "ONSHI_E_CANCELLED")
    t = Terminal("checkin", "--method", "pin")
    t.until("PIN (4 digits)")
    t.type("\x04")
    t.ends(8, "ONSHI_E_CANCELLED")
    vcard("remove")
    t = Terminal("checkin", "--method", "pin")
    t.until("Put the My Number Card")
    t.type("\x03")
    t.ends(8, "ONSHI_E_CANCELLED")
    t = Terminal("card")
    t.until_it_waits(signal.SIGINT)
    t.type("\x03")
    t.ends(8, "ONSHI_E_CANCELLED")


def card_comes():
    t = Terminal("checkin", "--method", "pin")
    t.until("Put the My Number Card")
    vcard("insert", "adult")
    t.until("PIN (4 digits)")
    t.type("1234\n")
    t.ends(0, '"outcome":"valid"')


def by_eye():
    for answer, status, within in (
            ("y", 0, '"outcome":"valid"'), ("", 6, "ONSHI_E_NOT_CONFIRMED"),
            ("yess", 6, "ONSHI_E_NOT_CONFIRMED")):
        t = Terminal("checkin", "--method", "visual", "--operator", "R0001")
        t.until("[yes/no]")
        t.type(answer + "\n")
        t.ends(status, within)


def whose():
    """Medical information under another name (ID-10)."""
    control("fault", "YZKsiquc01req:renamed")
    for answer, status, within in (
            ("y", 0, '"drugs":['), ("n", 6, "ONSHI_E_NOT_CONFIRMED")):
        t = Terminal("checkin", "--method", "pin", "--consent", "drugs",
                     "--get", "drugs", "--operator", "D0001", "--licence",
                     "doctor", "--sign-in", "password")
        t.until("PIN (4 digits)")
        t.type("1234\n")
        t.until("[yes/no]")
        assert "架空　旧姓" in t.seen and "Date of birth" in t.seen, t.seen
        t.type(answer + "\n")
        t.ends(status, within, '"name":"架空　旧姓"')
    control("fault", "clear")


def control(*words):
    subprocess.run(["onshikaku-sim", "control", "--control", SERVICE, *words],
                   check=True, stdout=subprocess.DEVNULL)


def argv_is_cleared():
    control("fault", "OQSsiquc01req:delay=1500")
    p = subprocess.Popen(
        [COMMAND, "--json", "eligibility", "--insurer", INSURER,
         f"--symbol={SYMBOL}", "--number", NUMBER, "--birthdate", BIRTHDATE],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    time.sleep(0.8)
    with open(f"/proc/{p.pid}/cmdline", "rb") as f:
        words = f.read().decode().split("\0")
    p.send_signal(signal.SIGTERM)
    out = p.communicate(timeout=10)[0].decode()
    control("fault", "clear")
    assert "eligibility" in words, words
    assert not {INSURER, f"--symbol={SYMBOL}", NUMBER, BIRTHDATE} & \
        set(words), "a person in argv"
    assert p.returncode == 8 and "ONSHI_E_CANCELLED" in out, out


for test in (wrong_then_right, last_try, by_eye, whose, argv_is_cleared,
             interrupted, card_comes):
    test()
    print("ok", test.__name__)
