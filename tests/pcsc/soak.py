"""One root, check-ins without end: soak.py READER-DIR VCARD VREADER SECONDS

Meanwhile the card is taken away and put down again, and the daemon of PC/SC
is stopped and started. Every call ends within its deadline, in a check-in or
in a result that says so; descriptors, threads and memory stay as they were.
"""

import collections
import os
import subprocess
import sys
import threading
import time

import onshikaku
from onshikaku import Config, Method, Need, Onshi, OnshiError

DEADLINE_MS = 3000
LATE_MS = 1000  # for a machine that has much to do
GROWTH_KIB = 1024
WHO = 3, 4  # card or reader, network: what came and went


def resources() -> tuple[int, int, int]:
    """Descriptors, threads, and memory in KiB."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[1])
    return (len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")),
            pages * os.sysconf("SC_PAGESIZE") // 1024)


class World:
    """Plays patients and a machine that fails, until told to end."""

    def __init__(self, folder: str, vcard: str, vreader: str) -> None:
        self.card = [vcard, "--control", f"{folder}/vcard.sock"]
        self.daemon = [vreader, "--dir", folder]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.play)

    def run(self, *command: str) -> None:
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)

    def play(self) -> None:
        turn = 0
        while not self.over.wait(1.5):
            turn += 1
            if turn % 5 == 0:
                self.run(*self.daemon, "stop-pcscd")
                self.over.wait(0.5)
                self.run(*self.daemon, "start-pcscd")
            else:
                self.run(*self.card, "remove")
                self.over.wait(0.3)
                self.run(*self.card, "insert", "adult")


def check_in(root: Onshi) -> str:
    with root.visit() as visit:
        visit.set_method(Method.PIN)
        visit.set_deadline(DEADLINE_MS)
        visit.set_pin(bytearray(b"1234"))
        try:
            need = visit.advance()
            if need is Need.CARD:
                need = visit.advance()
        except OnshiError as error:
            if error.who not in WHO:
                raise
            return error.name
        return "ONSHI_OK" if need is None else need.name


def soak(root: Onshi, seconds: float) -> collections.Counter[str]:
    seen: collections.Counter[str] = collections.Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        seen[check_in(root)] += 1
        took = (time.monotonic() - begun) * 1000
        assert took < 2 * DEADLINE_MS + LATE_MS, f"{took:.0f} ms"
    return seen


def main() -> int:
    folder, vcard, vreader, seconds = *sys.argv[1:4], float(sys.argv[4])
    config = Config()
    config.load(os.environ["ONSHIKAKU_CONF"])
    failures = 0
    with Onshi(config) as root:
        world = World(folder, vcard, vreader)
        world.thread.start()
        try:
            soak(root, seconds / 4)  # until everything has happened once
            time.sleep(1)
            before = resources()
            seen = soak(root, seconds * 3 / 4)
        finally:
            world.over.set()
            world.thread.join()
        time.sleep(1)
        after = resources()
    for name, count in seen.most_common():
        print(f"{count:7d} {name}")
    for what, old, new, more in zip(
            ("descriptors", "threads", "KiB"), before, after, (0, 0, GROWTH_KIB)):
        print(f"{what}: {old}, then {new}")
        failures += new > old + more
    failures += seen["ONSHI_OK"] == 0
    print(f"{100 if not failures else 0}%: Checks: 4, Failures: {failures}, Errors: 0")
    return 1 if failures else 0


if __name__ == "__main__":
    assert onshikaku.__version__
    sys.exit(main())
