"""README, NEWS and SECURITY name what is there."""
import re
from pathlib import Path

import abi_headers
from abi_report import BUILD, TOP, finish, lines, map_names, wrong

DOCS = ("README.md", "README.ja.md", "SECURITY.md", "NEWS")
# Words with a slash or a suffix that are no paths of the tree.
PATH = re.compile(r"(?<![\w/.:~$-])((?:\./)?(?:[\w.-]+/)+[\w.-]*"
                  r"|[\w-]+\.(?:md|sh|py|am|ac))(?![\w/])")
MADE = ("build/",)


def check_paths(path: Path) -> None:
    """Files and folders that are named, in code or as links."""
    inside = False
    for n, line in enumerate(lines(path), 1):
        if line.startswith("```"):
            inside = not inside
        code = [line] if line.startswith("    ") and not inside else []
        code += re.findall(r"`([^`]+)`", line) if not inside else []
        links = re.findall(r"\]\(([^)]+)\)", line)
        for word in [m for c in code for m in PATH.findall(
                c.split("  #")[0])] + links:
            if word.startswith(("..", "./a.out")):
                continue
            for made in MADE:
                if word.startswith(made):
                    place = BUILD / word[len(made):]
                    break
            else:
                place = TOP / word
            if not place.exists():
                wrong(path, n, "no %s here" % word)


def check_commands(path: Path) -> None:
    """Subcommands and options of the command that are named."""
    table = TOP / "tools" / "tables.c"
    if not table.exists():
        return
    text = table.read_text("utf-8")
    known = set(re.findall(r'^\t\{ "([a-z ]+)",', text, re.M))
    options = set(re.findall(r'^\t\[OPT_\w+\] = \{ "([a-z-]+)"', text, re.M))
    for n, line in enumerate(lines(path), 1):
        for words in re.findall(r"`onshikaku ([^`]*)`", line):
            for option in re.findall(r"--([a-z-]+)", words):
                if option not in options:
                    wrong(path, n, "no option --%s" % option)
            plain = [w for w in words.split() if not w.startswith("-")]
            if plain and not any(
                    " ".join(plain[:k]) in known for k in (1, 2)):
                wrong(path, n, "no command %s" % " ".join(plain))


def check_calls(path: Path) -> None:
    """Functions and constants in the program."""
    functions = abi_headers.functions(TOP)
    constants = abi_headers.constants(TOP)
    for n, line in enumerate(lines(path), 1):
        for name in re.findall(r"\b(onshi_\w+)\(", line):
            if name not in functions:
                wrong(path, n, "no function %s" % name)
        for name in re.findall(r"\b(ONSHI_\w+)\b", line):
            if name not in constants:
                wrong(path, n, "no constant %s" % name)


def check_news() -> None:
    """New calls of all releases are the map; the version is configure's."""
    path = TOP / "NEWS"
    text = lines(path)
    version = re.search(r"AC_INIT\(\[libonshikaku\], \[([\d.]+)\]",
                        (TOP / "configure.ac").read_text("utf-8"))
    if version is None or text[0] != "libonshikaku " + version.group(1):
        wrong(path, 1, "the first release is not that of configure.ac")
    here: set[str] = set()
    for start in sorted((n for n, line in enumerate(text)
                         if line in ("New calls", "Calls that are gone")),
                        reverse=True):      # the oldest release first
        end = text.index("", start + 2) if "" in text[start + 2:] else None
        listed = text[start + 2:end]
        if text[start] == "New calls":
            here |= set(listed)
        else:
            here -= set(listed)
        if listed != sorted(listed):
            wrong(path, start + 1, "the list is not in order")
    want = set(map_names())
    for name in sorted(here - want):
        wrong(path, 1, "%s is not in the map" % name)
    for name in sorted(want - here):
        wrong(path, 1, "%s lacks" % name)


def check_programs() -> None:
    """Both READMEs show the same program."""
    found = [re.findall(r"^```c\n(.*?)^```$", (TOP / n).read_text("utf-8"),
                        re.S | re.M) for n in DOCS[:2]]
    if found[0] != found[1] or len(found[0]) != 1:
        wrong(TOP / DOCS[1], 1, "its program is not that of README.md")


def main() -> None:
    """Every document."""
    for name in DOCS:
        path = TOP / name
        check_paths(path)
        check_commands(path)
        check_calls(path)
    check_news()
    check_programs()
    finish("%d documents" % len(DOCS))


main()
