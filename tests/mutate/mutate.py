"""Breaks one line at a time in a copy of the tree and runs the room's tests."""
from __future__ import annotations

import argparse
import collections
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

# Which tests guard a room; those that notice most stand first until it is
# seen which they are.
GUARDS = {
    "lib/gate/": ["tests/gate/*", "tests/query/t_learn", "tests/visit/t_rules"],
    "lib/query/": ["tests/query/*", "tests/visit/t_rules",
                   "tests/visit/t_flow", "tests/visit/*"],
    "lib/visit/": ["tests/visit/t_flow", "tests/visit/t_visit",
                   "tests/visit/t_life", "tests/visit/*",
                   "tests/card/t_public"],
    "lib/audit/": ["tests/audit/t_entry", "tests/audit/t_tamper",
                   "tests/audit/*"],
    "lib/card/": ["tests/card/t_pin", "tests/card/t_card", "tests/card/*",
                  "tests/visit/t_flow"],
    "lib/link/": ["tests/link/*", "tests/wire/t_http", "tests/wire/t_session",
                  "tests/wire/*", "tests/visit/t_arrivals",
                  "tests/visit/t_arrivals_faults",
                  "tests/visit/t_arrivals_zip", "tests/visit/t_bulk"],
    "lib/message/": ["tests/message/*", "tests/xml/*", "tests/match/*",
                     "tests/query/*", "tests/visit/t_held",
                     "tests/visit/t_bulk"],
    "lib/crypto/": ["tests/crypto/*"],
    "lib/core/": ["tests/core/*"],
}
WHOLE = ("lib/gate/", "lib/query/")
OTHERS = ("lib/card/", "lib/audit/", "lib/link/", "lib/message/",
          "lib/visit/")

# What to look for, and what to put there; a line is broken in each way that
# fits it.
SWAPS = [
    ("==", r"(?<![=!<>])==(?!=)", "!="), ("!=", r"!=", "=="),
    ("<", r"(?<=\s)<(?=\s)", "<="), (">", r"(?<=\s)>(?=\s)", ">="),
    ("<=", r"(?<=\s)<=(?=\s)", "<"), (">=", r"(?<=\s)>=(?=\s)", ">"),
    ("&&", r"&&", "||"), ("||", r"\|\|", "&&"),
    ("true", r"\btrue\b", "false"), ("false", r"\bfalse\b", "true"),
    ("+1", r"\+ 1\b", "+ 0"), ("-1", r"- 1\b", "- 0"),
    ("not", r"!(?=[a-z(])", ""),
]
CALL = re.compile(r"^\t+(?:\(void\))?[a-z_][\w>.-]*\([^{}]*\);\s*$")
LOG = re.compile(r"OKI_LOG|oki_fail|static|ck_assert")


def mutants(text: str) -> list[tuple[int, str, str]]:
    """Line, what is done to it, the broken line."""
    found = []
    depth = 0
    comment = False
    for n, line in enumerate(text.split("\n")):
        code = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: "_" * len(m.group()),
                      line)
        if comment or code.lstrip().startswith(("/*", "*")):
            comment = "*/" not in code
            continue
        inside = depth > 0
        depth += code.count("{") - code.count("}")
        if not inside or code.startswith("#"):
            continue
        for name, pattern, put in SWAPS:
            for k, m in enumerate(re.finditer(pattern, code)):
                found.append((n, "%s.%d" % (name, k),
                              line[:m.start()] + put + line[m.end():]))
        if CALL.match(code) and not LOG.search(code):
            found.append((n, "call", re.match(r"\t*", line).group() + ";"))
    return found


class Copy:
    """A copy of the tree with a static build of its own."""

    def __init__(self, top: Path) -> None:
        self.dir = top / "build" / "mutate"
        self.src = self.dir / "src"
        self.build = self.src / "build"
        self.env = dict(os.environ, top_srcdir=str(self.src),
                        top_builddir=str(self.build),
                        CK_TAP_LOG_FILE_NAME="-")
        self.env.setdefault("CK_TIMEOUT_MULTIPLIER", "4")
        self.build.mkdir(parents=True, exist_ok=True)
        changed = self.take(top)
        self.is_new = bool(changed)
        if not (self.dir / "commands.txt").exists() or any(
                c.endswith((".am", ".ac")) for c in changed):
            self.configure()
        self.compiles: dict[str, list[str]] = {}
        self.links: dict[str, list[str]] = {}
        self.read_commands((self.dir / "commands.txt").read_text("utf-8"))
        if changed:
            parts = [w for c in self.links.values() for w in c
                     if w.endswith((".o", ".la"))]
            self.do(self.build, "make", *dict.fromkeys(parts))
        self.mark = self.dir / "broken.txt"     # whose object is not whole
        self.mend()
        self.seconds: dict[str, float] = {}     # of each program, when whole
        self.notices: collections.Counter[str] = collections.Counter()

    def take(self, top: Path) -> list[str]:
        """The tree as it is now; what was another before."""
        changed = []
        for name in filter(None, subprocess.run(
                ["git", "-C", str(top), "ls-files", "-z"], check=True,
                capture_output=True, text=True).stdout.split("\0")):
            mine = self.src / name
            if (top / name).is_file() and not (
                    mine.is_file() and
                    mine.read_bytes() == (top / name).read_bytes()):
                mine.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(top / name, mine)
                changed.append(name)
        return changed

    def do(self, where: Path, *command: str) -> None:
        """A step of making the copy, which has to succeed."""
        with (self.dir / "build.out").open("a") as out:
            subprocess.run(command, check=True, cwd=where, stdout=out,
                           stderr=out)

    def configure(self) -> None:
        """And how library and test programs are made, while none is there."""
        shutil.rmtree(self.build)
        self.build.mkdir()
        self.do(self.src, "autoreconf", "-fi")
        self.do(self.build, "../configure", "--disable-shared",
                "CFLAGS=-O1 -g0")
        told = subprocess.run(
            ["make", "-n", "V=1", "lib/liball.la",
             *self.programs(["tests/*/*"])],
            check=True, cwd=self.build, capture_output=True, text=True)
        (self.dir / "commands.txt").write_text(told.stdout, "utf-8")

    def programs(self, guards: list[str]) -> list[str]:
        """The test programs that there are, without twice."""
        there: list[str] = []
        for am in sorted(self.src.glob("lib/*/room.am")):
            there += re.findall(r"(tests/\w+/t_\w+)", am.read_text("utf-8"))
        out: list[str] = []
        for guard in guards:
            want = re.compile(guard.replace("/*", r"/\w+") + "$")
            out += [t for t in dict.fromkeys(there)
                    if want.match(t) and t not in out]
        return out

    def read_commands(self, text: str) -> None:
        """How a source is compiled, how a program is linked, libtool apart."""
        text = text.replace("\\\n", " ")
        for m in re.finditer(r"--mode=compile (.*?) -MT \S+ .*? -c -o (\S+)lo "
                             r"`.*?`(lib/\S+\.c)", text):
            self.compiles[m[3]] = [*shlex.split(m[1]), "-c", "-o",
                                   m[2] + "o", "../" + m[3]]
        for m in re.finditer(r"--mode=link (.*? -o (tests/\w+/t_\w+) .*)",
                             text):
            self.links[m[2]] = shlex.split(m[1])

    def unwrapped(self, word: str) -> list[str]:
        """What stands behind one of libtool's archives."""
        if not word.endswith(".la"):
            return [word]
        path = self.build / word
        needs = re.search(r"^dependency_libs='(.*)'", path.read_text(), re.M)
        return [str(path.parent / ".libs" / (path.stem + ".a")),
                *shlex.split(needs[1] if needs else "")]

    def is_done(self, command: list[str]) -> bool:
        """Runs a compiler or the like."""
        return subprocess.run(command, cwd=self.build, env=self.env,
                              capture_output=True, timeout=300,
                              check=False).returncode == 0

    def put(self, source: str) -> bool:
        """Compiles one source as it stands, into the archive."""
        command = self.compiles[source]
        return self.is_done(command) and self.is_done(
            ["ar", "r", "lib/.libs/liball.a", command[-2]])

    def passes(self, program: str, seconds: float) -> bool:
        """Whether no check of it fails; the first that does ends it."""
        if not self.is_done([w for word in self.links[program]
                             for w in self.unwrapped(word)]):
            raise SystemExit("%s cannot be linked" % program)
        p = subprocess.Popen(["./" + program], cwd=self.build, env=self.env,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, start_new_session=True)
        late = []

        def end(*_: object) -> None:
            late.append(1)
            os.killpg(p.pid, signal.SIGKILL)
        signal.signal(signal.SIGALRM, end)
        signal.alarm(int(seconds))
        failed = False
        for line in p.stdout or []:
            if line.startswith(b"not ok"):
                failed = True
                break
        if failed:
            os.killpg(p.pid, signal.SIGKILL)
        code = p.wait()
        signal.alarm(0)
        return not failed and not late and code in (0, 77)

    def guards(self, source: str) -> list[str]:
        """Its tests, the likeliest to notice soon first."""
        room = next(r for r in GUARDS if source.startswith(r))
        programs = self.programs(GUARDS[room])
        for program in programs:
            if program not in self.seconds:
                self.mend()
                begin = time.monotonic()
                whole = self.passes(program, 900)
                self.seconds[program] = time.monotonic() - begin
                if not whole:
                    print("%s fails unbroken: not asked" % program, flush=True)
                    self.seconds[program] = 0
        return sorted((p for p in programs if self.seconds[p] > 0),
                      key=lambda p: -self.notices[p] / self.seconds[p])

    def who_notices(self, source: str, broken: str) -> str:
        """"compiler", the test that fails, or "nobody"."""
        guards = self.guards(source)
        path = self.src / source
        whole = path.read_text("utf-8")
        try:
            if self.mark.exists() and self.mark.read_text() != source:
                self.mend()
            self.mark.write_text(source)
            path.write_text(broken, "utf-8")
            if not self.put(source):
                return "compiler"
            for program in guards:
                if not self.passes(program, 60 + 5 * self.seconds[program]):
                    self.notices[program] += 1
                    return program
        finally:
            path.write_text(whole, "utf-8")
        return "nobody"

    def mend(self) -> None:
        """The library as it was."""
        if self.mark.exists():
            self.put(self.mark.read_text())
            self.mark.unlink()


def choose(copy: Copy, names: list[str], most: int, seed: int) -> list[tuple]:
    """What is to be broken: file, line, way, broken line."""
    rooms = [n.rstrip("/") for n in names] or [
        *(r.rstrip("/") for r in WHOLE + OTHERS)]
    chosen = []
    for room in rooms:
        path = copy.src / (room if room.startswith("lib/") else "lib/" + room)
        files = [path] if path.suffix == ".c" else sorted(path.glob("*.c"))
        for file in files:
            name = str(file.relative_to(copy.src))
            found = mutants(file.read_text("utf-8"))
            whole = not names and name.startswith(WHOLE)
            if not whole and len(found) > most:
                found = sorted(random.Random("%d%s" % (seed, name)).sample(
                    found, most))
            chosen += [(name, *m) for m in found]
    return chosen


class Tally:
    """What was noticed, by whom; from a file that says it line by line."""

    def __init__(self, top: Path, copy: Copy) -> None:
        self.path = copy.dir / "done.txt"
        self.done: dict[str, str] = {}
        if self.path.exists():
            for line in self.path.read_text("utf-8").splitlines():
                key, _, who = line.rpartition("\t")
                if who == "nobody" and copy.is_new:
                    continue    # a test may have come
                self.done[key] = who
                copy.notices[who] += 1
        self.told = set()
        lives = top / "tests" / "mutate" / "lives.txt"
        for line in lives.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                self.told.add(tuple(line.split("\t")[:3]))
        self.noticed = self.known = self.alive = 0

    def note(self, key: str, who: str) -> None:
        """For the next run, too."""
        self.done[key] = who
        with self.path.open("a", encoding="utf-8") as out:
            out.write("%s\t%s\n" % (key, who))

    def count(self, key: str, where: str, what: tuple) -> None:
        """One that is done, and a word about it if nobody has noticed."""
        if self.done[key] == "compiler":
            return
        if self.done[key] != "nobody":
            self.noticed += 1
        elif what in self.told:
            self.known += 1
        else:
            self.alive += 1
            print("%s: %s lives: %s" % (where, *what[1:]), flush=True)

    def finish(self, left: int) -> None:
        """The sum."""
        most = self.noticed + self.alive + self.known
        print("%d lines broken, %d noticed (%.1f %%), %d live for a reason, "
              "%d live%s" % (most, self.noticed,
                             100 * self.noticed / max(most, 1), self.known,
                             self.alive, ", %d left" % left if left else ""))
        sys.exit(1 if self.alive else 0)


def main() -> None:
    """All of it, from where it was stopped."""
    p = argparse.ArgumentParser()
    p.add_argument("top", type=Path)
    p.add_argument("-n", type=int, default=20)
    p.add_argument("-s", type=int, default=1)
    p.add_argument("-t", type=int, default=600)
    p.add_argument("names", nargs="*")
    args = p.parse_intermixed_args()
    copy = Copy(args.top)
    tally = Tally(args.top, copy)
    ends = time.monotonic() + 60 * args.t
    left = 0
    for name, n, way, broken in choose(copy, args.names, args.n, args.s):
        lines = (copy.src / name).read_text("utf-8").split("\n")
        whole = lines[n].strip()
        # By what stands there, not by where: other lines come and go.
        before = sum(line.strip() == whole for line in lines[:n])
        key = "%s\t%d\t%s\t%s" % (name, before, way, whole)
        if key not in tally.done:
            if time.monotonic() > ends:
                left += 1
                continue
            lines[n] = broken
            tally.note(key, copy.who_notices(name, "\n".join(lines)))
        tally.count(key, "%s:%d" % (name, n + 1), (name, way, whole))
    copy.mend()
    tally.finish(left)


main()
