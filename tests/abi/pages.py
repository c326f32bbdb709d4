"""The pages are well-formed, complete and true to the headers."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import abi_headers
from abi_report import BUILD, TOP, finish, lines, pages, wrong

# What a page on functions has, in this order.
SECTIONS = ["NAME", "LIBRARY", "SYNOPSIS", "DESCRIPTION", "RETURN VALUES",
            "EXAMPLES", "ERRORS", "SEE ALSO", "HISTORY", "CAVEATS"]
WHOLE = {"onshi_results.3", "onshi_elements.3", "onshikaku.3"}


def stage(where: Path) -> None:
    """All pages and the links between them, as they are installed."""
    for path in pages():
        folder = where / ("man" + path.suffix[1:])
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)
    for link, page in links():
        (where / ("man" + page[-1]) / link).write_text(
            ".so man%s/%s\n" % (page[-1], page))


def links() -> list[tuple[str, str]]:
    """Names beside a page's own, by the script that installs them."""
    out = subprocess.run(
        [os.environ.get("AWK", "awk"), "-f", str(TOP / "man" / "links.awk"),
         *map(str, pages())], check=True, capture_output=True, text=True)
    return [tuple(x.split()) for x in out.stdout.splitlines()]


def lint() -> None:
    """mandoc has nothing to say."""
    if shutil.which("mandoc") is None:
        print("mandoc is not installed: not linted")
        return
    with tempfile.TemporaryDirectory() as tmp:
        stage(Path(tmp))
        env = dict(os.environ, MANPATH=tmp, LC_ALL="C.UTF-8")
        for path in pages():
            out = subprocess.run(
                ["mandoc", "-Tlint", "-W", "style", str(path)], env=env,
                check=False, capture_output=True, text=True)
            for line in out.stdout.splitlines():
                m = re.match(r"mandoc: (.*?):(\d+):\d+: (.*)", line)
                wrong(path, int(m.group(2)) if m else 1,
                      m.group(3) if m else line)


def check_sections(path: Path) -> None:
    """A page on functions says all that there is to say."""
    found = [x[4:] for x in lines(path) if x.startswith(".Sh ")]
    want = SECTIONS if path.name not in WHOLE else [
        "NAME", "LIBRARY", "SYNOPSIS", "DESCRIPTION", "SEE ALSO", "HISTORY"]
    if path.suffix != ".3":
        want = ["NAME", "DESCRIPTION", "SEE ALSO", "HISTORY", "CAVEATS"]
        want += ["SYNOPSIS", "EXIT STATUS", "EXAMPLES"] \
            if path.suffix == ".1" else []
        found, want = sorted(found), sorted(want)
    at = 0
    for name in want:
        if name not in found[at:]:
            wrong(path, 1, "no section %s here" % name)
        else:
            at = found.index(name, at) + 1


def known_words() -> dict[str, set[str]]:
    """What a page may name: functions, constants, keys, pages."""
    keys = set()
    for line in lines(TOP / "lib" / "core" / "config_keys.def"):
        m = re.match(r"K(?:STEM)?\(\w+,\s*\"([\w.]+)\"", line)
        if m:
            keys.add(m.group(1))
    xr = {p.name for p in pages()} | {link for link, _ in links()}
    return {"Fn": set(abi_headers.functions(TOP)),
            "Dv": set(abi_headers.constants(TOP)) | {
                "NULL", "ONSHI_VERSION"},
            "Ic": keys, "Xr": {x.replace(".", " ") if x.count(".") == 1
                               else " ".join(x.rsplit(".", 1)) for x in xr}}


def check_words(path: Path, known: dict[str, set[str]]) -> None:
    """Functions, constants, keys and pages that are named exist."""
    members = {m for t in abi_headers.tables(TOP).values() for m in t}
    for n, line in enumerate(lines(path), 1):
        if line.startswith(".Dt "):
            continue
        line = line.replace("\\&", "").replace(" \\", "")
        for word in re.findall(r"\b(ONSHI_[A-Z0-9_]+)\b(?!\.\.\.|…)", line):
            if word.endswith("_") or word in known["Dv"]:
                continue
            wrong(path, n, "no constant %s" % word)
        for word in re.findall(r"\b(onshi_[a-z0-9_]+)\(|\.F[no] (onshi_[a-z0-9_]+)\b",
                               line):
            name = word[0] or word[1]
            if name not in known["Fn"] and not name.endswith("_"):
                wrong(path, n, "no function %s" % name)
        m = re.match(r"\.Fn (\w+)", line)
        if m and not m.group(1).startswith("onshi_") and \
                m.group(1) not in members:
            wrong(path, n, "no member %s" % m.group(1))
        for name, section in re.findall(r"Xr ([\w.-]+) (\d)", line):
            if "%s %s" % (name, section) not in known["Xr"]:
                wrong(path, n, "no page %s(%s)" % (name, section))
        for key in re.findall(r"^\.Ic (\w+\.\w+)", line):
            if key not in known["Ic"]:
                wrong(path, n, "no key %s" % key)
        if re.search(r"@\w+@|\bTODO\b|\bFIXME\b", line):
            wrong(path, n, "unfinished")


def check_tables() -> None:
    """Tables stand in onshi_tables(3), onshi_face(3) as in the headers."""
    path = TOP / "man" / "onshi_tables.3"
    text = "".join((TOP / "man" / ("onshi_%s.3" % name)).read_text("utf-8")
                   for name in ("tables", "face"))
    header = "".join(abi_headers.without_comments(
        (TOP / "include" / "onshikaku" / ("%s.h" % name)).read_text("utf-8"))
        for name in ("tables", "face"))
    for tag in abi_headers.tables(TOP):
        pattern = r"struct %s \{.*?\n\};" % tag
        mine = re.search(pattern, text, re.S)
        theirs = re.search(pattern, header, re.S)
        if mine is None or theirs is None or \
                "".join(mine.group(0).split()) != \
                "".join(theirs.group(0).split()):
            wrong(path, 1, "struct %s is not as in the header" % tag)


# The programs' own words: where their options and commands are to be found.
PROGRAMS = {
    "onshikaku.1": (["tools/tables.c"],
                    r'^\t\[OPT_\w+\] = \{ "([a-z-]+)"'),
    "onshikaku-pki.1": (["simulator/pki/main.c"], r'^\t\t\{ "([a-z-]+)",'),
    "onshikaku-vcard.1": (["simulator/vcard/main.c"], r'--([a-z-]+[a-z0-9])'),
    "onshikaku-vreader.1": (["simulator/vcard/onshikaku-vreader"],
                            r"^\t+--([a-z0-9-]+)\) "),
    "onshikaku-sim.1": (["simulator/sim/serve.c", "simulator/sim/scenario.c",
                         "simulator/sim/record.c", "simulator/sim/face.c",
                         "simulator/sim/drill.c", "simulator/sim/reader.c"],
                        r'(?<!\w\[)(?<=[ "\[])--([a-z-]+[a-z])'),
}


def check_options() -> None:
    """A program's page has its options and commands, and no others."""
    for name, (sources, pattern) in PROGRAMS.items():
        path = TOP / "man" / name
        text = path.read_text("utf-8")
        known: set[str] = {"help"}
        for source in sources:
            known |= set(re.findall(pattern, (TOP / source).read_text(
                "utf-8"), re.M))
        said = set(re.findall(r"Fl -([a-z0-9-]+)", text)) | {"help"}
        for option in sorted(known - said):
            wrong(path, 1, "option --%s is missing" % option)
        for option in sorted(said - known):
            wrong(path, 1, "the program has no option --%s" % option)
    table = (TOP / "tools" / "tables.c").read_text("utf-8")
    page = TOP / "man" / "onshikaku.1"
    for command in re.findall(r'^\t\{ "([a-z ]+)",', table, re.M):
        if not re.search(r"^\.Cm %s$" % command, page.read_text("utf-8"),
                         re.M):
            wrong(page, 1, "command %s is missing" % command)


def check_complete() -> None:
    """Each result, element and key stands on its page; each failure that a
    program may see is explained somewhere."""
    said = "".join(p.read_text("utf-8") for p in pages()
                   if p.name not in WHOLE)
    for name in abi_headers.constants(TOP):
        where = "onshi_elements.3" if name.startswith("ONSHI_EL_") else \
            "onshi_results.3"
        page = (BUILD / "man" / where).read_text("utf-8")
        is_result = name.startswith(("ONSHI_E_", "ONSHI_NEED_"))
        if (is_result or name.startswith("ONSHI_EL_")) and \
                not re.search(r"\b%s\b" % name, page):
            wrong("man/" + where, 1, "%s is missing" % name)
        if not name.startswith("ONSHI_EL_") and \
                not re.search(r"\b%s\b" % name, said):
            wrong("man", 1, "%s is on no page" % name)
    conf = (BUILD / "man" / "onshikaku.conf.5").read_text("utf-8")
    for key in known_words()["Ic"]:
        if not re.search(r"^\.It Ic %s\b" % key.split(".", 1)[1].rstrip("."),
                         conf, re.M):
            wrong("man/onshikaku.conf.5", 1, "%s is missing" % key)


def main() -> None:
    """Every page, one after the other, then all together."""
    known = known_words()
    for path in pages():
        check_sections(path)
        check_words(path, known)
    check_tables()
    check_options()
    check_complete()
    lint()
    finish("%d pages, %d links" % (len(pages()), len(links())))


main()
