"""Breaks one line at a time in a copy of the tree and runs the room's tests."""
from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

# Which tests guard a room; those that notice most stand first.
GATE = ["tests/gate/t_gate", "tests/query/t_learn", "tests/visit/t_rules"]
VISIT = ["tests/visit/t_visit", "tests/visit/t_flow", "tests/visit/t_rules"]
GUARDS = {
    "lib/gate/": GATE,
    "lib/query/": ["tests/query/*", "tests/visit/*"],
    "lib/visit/": ["tests/visit/*", "tests/card/t_public"],
    "lib/audit/": ["tests/audit/t_entry", "tests/audit/t_tamper",
                   "tests/audit/*"],
    "lib/card/": ["tests/card/t_pin", "tests/card/t_card", "tests/card/*"],
    "lib/link/": ["tests/link/*", "tests/wire/t_http", "tests/wire/t_session",
                  "tests/wire/*"],
    "lib/message/": ["tests/message/*", "tests/xml/t_catalogue"],
    "lib/core/": ["tests/core/*"],
}
WHOLE = ("lib/gate/", "lib/query/")
OTHERS = ("lib/visit/", "lib/audit/", "lib/card/", "lib/link/",
          "lib/message/")

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
    """A copy of the tree with a build of its own."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.dir = top / "build" / "mutate"
        self.src = self.dir / "src"
        self.done = self.dir / "done.txt"
        if not (self.src / "build" / "Makefile").exists():
            shutil.rmtree(self.dir, ignore_errors=True)
            self.src.mkdir(parents=True)
            names = subprocess.run(
                ["git", "-C", str(top), "ls-files", "-z"], check=True,
                capture_output=True, text=True).stdout.split("\0")
            for name in filter(None, names):
                (self.src / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(top / name, self.src / name)
            env = {k: v for k, v in os.environ.items()
                   if k != "ONSHIKAKU_BUILD"}
            subprocess.run(["sh", "scripts/build.sh", "check"], check=True,
                           cwd=self.src, env=env)

    def programs(self, guards: list[str]) -> list[str]:
        """The test programs that there are, without twice."""
        there = []
        for am in sorted(self.src.glob("lib/*/room.am")):
            there += re.findall(r"(tests/\w+/t_\w+)", am.read_text("utf-8"))
        out: list[str] = []
        for guard in guards:
            want = re.compile(guard.replace("*", r"t_\w+") + "$")
            out += [t for t in dict.fromkeys(there)
                    if want.match(t) and t not in out]
        return out

    def run(self, command: list[str], seconds: int) -> int:
        """Ends all that it started."""
        env = dict(os.environ, top_srcdir=str(self.src),
                   top_builddir=str(self.src / "build"),
                   CK_TIMEOUT_MULTIPLIER="2")
        with (self.dir / "out.txt").open("w") as out:
            p = subprocess.Popen(command, cwd=self.src / "build", env=env,
                                 stdout=out, stderr=out,
                                 start_new_session=True)
            try:
                return p.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
                return 99

    def is_noticed(self, guards: list[str]) -> str:
        """"compiler", the test that fails, or "" if nobody does."""
        if self.run(["make", "-j2", "lib/liball.la"], 300) != 0:
            return "compiler"
        for program in self.programs(guards):
            if self.run(["make", program], 300) != 0:
                return "compiler"
            if self.run(["./" + program], 240) not in (0, 77):
                return program
        return ""


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
            if not name.startswith(WHOLE) and len(found) > most:
                found = sorted(random.Random("%d%s" % (seed, name)).sample(
                    found, most))
            chosen += [(name, *m) for m in found]
    return chosen


def main() -> None:
    """All of it, from where it was stopped."""
    p = argparse.ArgumentParser()
    p.add_argument("top", type=Path)
    p.add_argument("-n", type=int, default=20)
    p.add_argument("-s", type=int, default=1)
    p.add_argument("names", nargs="*")
    args = p.parse_args()
    copy = Copy(args.top)
    told = {}
    lives = args.top / "tests" / "mutate" / "lives.txt"
    for line in lives.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            file, way, code = line.split("\t")[:3]
            told[file, way, code] = line
    done = dict(line.split("\t", 1) for line in
                (copy.done.read_text("utf-8").splitlines()
                 if copy.done.exists() else []))
    todo = choose(copy, args.names, args.n, args.s)
    noticed = alive = known = 0
    for name, n, way, broken in todo:
        path = copy.src / name
        text = path.read_text("utf-8")
        lines = text.split("\n")
        whole = lines[n].strip()
        key = "%s:%d:%s" % (name, n + 1, way)
        if key not in done:
            guards = next(g for r, g in GUARDS.items() if name.startswith(r))
            lines[n] = broken
            try:
                path.write_text("\n".join(lines), "utf-8")
                done[key] = copy.is_noticed(guards) or "nobody"
            finally:
                path.write_text(text, "utf-8")
            with copy.done.open("a", encoding="utf-8") as out:
                out.write("%s\t%s\n" % (key, done[key]))
        if done[key] == "compiler":
            continue
        if done[key] != "nobody":
            noticed += 1
        elif (name, way, whole) in told:
            known += 1
        else:
            alive += 1
            print("%s:%d: %s lives: %s" % (name, n + 1, way, whole),
                  flush=True)
    most = noticed + alive + known
    print("%d lines broken, %d noticed (%.1f %%), %d live for a reason, "
          "%d live" % (most, noticed, 100 * noticed / max(most, 1), known,
                       alive))
    sys.exit(1 if alive else 0)


main()
