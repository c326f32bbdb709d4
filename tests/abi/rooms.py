"""Which room may include which, and where third-party headers may stand."""
import re
from pathlib import Path

from abi_report import TOP, finish, lines, wrong

# Rooms and the rooms whose header they may include.
ROOMS = {
    "core": set(),
    "crypto": {"core"},
    "card": {"core", "crypto"},
    "message": {"core"},
    "gate": {"core"},
    "audit": {"core", "crypto"},
    "link": {"core", "crypto", "message"},
    "match": {"core", "message"},
    "query": {"core", "gate", "audit", "message", "link"},
    "visit": {"core", "crypto", "card", "message", "gate", "audit", "link",
              "match", "query"},
}

# Headers of C itself, for everybody.
STANDARD = set("""errno.h inttypes.h limits.h stdarg.h stdatomic.h stdbool.h
stddef.h stdint.h stdio.h stdlib.h string.h""".split())

# All others: who may include them.
OUTSIDE = [
    (r"(winscard|reader|wintypes|pcsclite)\.h", r"lib/card/reader_pcsc\.c"),
    (r"libp11\.h", r"lib/crypto/token\.c"),
    (r"zip\.h", r"lib/link/zip_\w+\.c"),
    (r"openssl/ssl\.h", r"lib/link/tls_\w+\.c"),
    (r"openssl/.*", r"lib/crypto/\w+\.[ch]|lib/link/tls_\w+\.c"),
    (r"curl/.*", r"lib/link/http_\w+\.[ch]"),
    (r"netinet/in\.h", r"lib/link/http_\w+\.c"),
    (r"libxml/.*", r"lib/message/xml_\w+\.c"),
    (r"jansson\.h", r"lib/message/json_\w+\.c"),
    (r"(dirent|fcntl|poll|pthread|signal|time|unistd)\.h|sys/\w+\.h",
     r"lib/core/os_\w+\.c"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path: Path) -> list[tuple[int, str, str]]:
    """Line, bracket and name of each."""
    found = []
    for n, line in enumerate(lines(path), 1):
        m = INCLUDE.match(line)
        if m:
            found.append((n, m.group(1), m.group(2)))
    return found


def check_outside(path: Path, n: int, name: str) -> None:
    """A header in brackets: C's own, or where its kind may stand."""
    if name in STANDARD:
        return
    rel = str(path.relative_to(TOP))
    for header, where in OUTSIDE:
        if re.fullmatch(header, name):
            if not re.fullmatch(where, rel):
                wrong(path, n, "<%s> may stand in %s alone" % (name, where))
            return
    wrong(path, n, "<%s> is of no known kind" % name)


def check_inside(path: Path, room: str, n: int, name: str) -> None:
    """A header in quotes: of this room, of one below, or public."""
    other, _, file = name.partition("/")
    if name == "config.h" or (other == "onshikaku" and file):
        return
    if other == room:
        return
    if other not in ROOMS:
        wrong(path, n, '"%s" is of no room' % name)
    elif other not in ROOMS[room]:
        wrong(path, n, "room %s may not include room %s" % (room, other))
    elif file != other + ".h" and name != "core/os.h":
        wrong(path, n, '"%s": only "%s/%s.h" is for other rooms'
              % (name, other, other))


def check_cycles(graph: dict[str, list[str]]) -> None:
    """No header leads back to itself."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> None:
        if name in trail:
            wrong(TOP / "lib" / name, 1, "a circle of includes: %s"
                  % " > ".join([*trail[trail.index(name):], name]))
            return
        if name in done:
            return
        for other in graph.get(name, []):
            walk(other, [*trail, name])
        done.add(name)

    for name in graph:
        walk(name, [])


def check_rest() -> int:
    """Command, simulator and examples know no room; public headers know
    nothing but C and each other."""
    count = 0
    for folder in ("tools", "simulator", "examples"):
        for path in sorted((TOP / folder).rglob("*.[ch]")):
            count += 1
            for n, bracket, name in includes(path):
                if bracket == '"' and name.partition("/")[0] in ROOMS:
                    wrong(path, n, "a room is not for programs")
                if folder == "simulator" and name.startswith("onshikaku"):
                    wrong(path, n, "the simulator is of other makers")
    for path in sorted((TOP / "include").rglob("*.h")):
        count += 1
        for n, bracket, name in includes(path):
            if bracket == "<" and name not in {"stddef.h", "stdint.h"}:
                wrong(path, n, "<%s> in a public header" % name)
            if bracket == '"' and not name.startswith("onshikaku/"):
                wrong(path, n, '"%s" in a public header' % name)
    return count


def main() -> None:
    """Every file of every room."""
    graph: dict[str, list[str]] = {}
    count = 0
    for folder in sorted((TOP / "lib").iterdir()):
        if not folder.is_dir():
            continue
        if folder.name not in ROOMS:
            wrong(folder, 1, "no room of the design")
            continue
        for path in sorted(folder.glob("*.[ch]")):
            count += 1
            found = includes(path)
            for n, bracket, name in found:
                if bracket == "<":
                    check_outside(path, n, name)
                else:
                    check_inside(path, folder.name, n, name)
            if path.suffix == ".h":
                graph["%s/%s" % (folder.name, path.name)] = [
                    name for _, bracket, name in found if bracket == '"' and
                    name.partition("/")[0] in ROOMS]
    check_cycles(graph)
    count += check_rest()
    finish("%d files, %d rooms" % (count, len(ROOMS)))


if __name__ == "__main__":
    main()
