"""Where a check stands, and how it says what is wrong."""
import os
import sys
from pathlib import Path

TOP = Path(os.environ["top_srcdir"])
BUILD = Path(os.environ["top_builddir"])

_bad = 0


def wrong(path: "Path | str", line: int, text: str) -> None:
    """One finding: file, line, what is wrong there."""
    global _bad
    _bad += 1
    try:
        path = Path(path).relative_to(TOP)
    except ValueError:
        pass
    print("%s:%d: %s" % (path, line, text))


def finish(what: str) -> None:
    """Ends the check: what was compared, exit status."""
    print("%s; %d wrong" % (what, _bad))
    sys.exit(1 if _bad else 0)


def lines(path: Path) -> list[str]:
    """A file's lines."""
    return path.read_text("utf-8").splitlines()


def pages() -> list[Path]:
    """All pages: those of the tree, and those that the build has made."""
    found = sorted(p for p in (TOP / "man").glob("*.[1357]"))
    if BUILD.resolve() != TOP.resolve():
        found += sorted(p for p in (BUILD / "man").glob("*.[1357]"))
    return found


def map_names() -> dict[str, int]:
    """The exported names of the map, and their lines."""
    found: dict[str, int] = {}
    path = TOP / "lib" / "onshikaku.map"
    inside = False
    before = ""
    for n, line in enumerate(lines(path), 1):
        word = line.strip()
        if word == "global:":
            inside, before = True, ""
        elif word == "local:":
            inside = False
        elif inside and word.endswith(";"):
            name = word[:-1]
            if name <= before:
                wrong(path, n, "%s is not in order" % name)
            before = name
            found[name] = n
    return found
