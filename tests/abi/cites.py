"""Each rule, chapter and page that the tree cites is there to be read."""
import re
import subprocess

from abi_report import TOP, finish, pages, wrong

DOC = TOP / "doc"
HEADING = re.compile(r"^#{1,4} (\d+[a-z]?(?:\.\d+)*)\.? ")
ROW = re.compile(r"^\| (?:\*\*)?((?:ID|PU|CO|DI|EM|TI|SEC)-\d+|[PF]\d+)\b")
RULE = re.compile(r"\b(ID|PU|CO|DI|EM|TI|SEC)-(\d+)((?:, ?-\d+)*)\b")
CHAPTER = re.compile(r"(?<![.\w])([a-z][a-z0-9-]*|HACKING|README|NEWS)\.md\b"
                     r"(?:`? (?:chapters? )?(\d+[a-z]?(?:\.\d+)*))?")
PAGE = re.compile(r"\b(onshi\w*(?:\.conf)?)\(([1357])\)")
TEXT = {".c", ".h", ".def", ".awk", ".py", ".sh", ".am", ".ac", ".md", ".in",
        ".1", ".3", ".5", ".7", ".txt"}


def tracked() -> list:
    """What people write and read, and what is not there yet for git."""
    out = subprocess.run(
        ["git", "-C", str(TOP), "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=False).stdout.split("\n")
    found = [TOP / name for name in out if name] or [
        p for p in TOP.rglob("*") if "build" not in p.parts]
    return sorted(p for p in found if p.is_file() and p.suffix in TEXT and
                  "samples" not in p.parts and p.name != "cites.py")


def check_page() -> int:
    """Each rule that an error of the library can name is on its page."""
    page = (TOP / "man" / "onshi_rules.7").read_text("utf-8")
    there = set(re.findall(r"^\.It ([A-Z]+-\d+)$", page, re.M))
    count = 0
    for path in sorted((TOP / "lib").rglob("*.[ch]")):
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for name in re.findall(r'"((?:ID|PU|CO|DI|EM|TI|SEC)-\d+)"',
                                   line):
                count += 1
                if name not in there:
                    wrong(path, n, "onshi_rules(7) lacks %s" % name)
    return count


def main() -> None:
    """What is defined in doc/, then every place that leans on it."""
    chapters: dict[str, set[str]] = {}
    rules: set[str] = set()
    for path in sorted(DOC.glob("*.md")):
        found = chapters.setdefault(path.stem, set())
        for line in path.read_text("utf-8").splitlines():
            if m := HEADING.match(line):
                found.add(m.group(1))
            if m := ROW.match(line):
                rules.add(m.group(1))
    for name in ("HACKING", "README", "NEWS", "README.ja", "SECURITY"):
        chapters.setdefault(name, set())
    known = {p.name.rsplit(".in", 1)[0] for p in pages()}
    known |= {p.name[:-3] for p in (TOP / "man").glob("*.in")}
    count = check_page()
    for path in tracked():
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for m in RULE.finditer(line):
                numbers = [m.group(2), *re.findall(r"\d+", m.group(3))]
                for number in numbers:
                    count += 1
                    if "%s-%s" % (m.group(1), number) not in rules:
                        wrong(path, n, "no rule %s-%s"
                              % (m.group(1), number))
            for m in CHAPTER.finditer(line):
                count += 1
                if m.group(1) not in chapters:
                    wrong(path, n, "%s.md is not in doc/" % m.group(1))
                elif m.group(2) and chapters[m.group(1)] and \
                        m.group(2) not in chapters[m.group(1)]:
                    wrong(path, n, "%s.md has no chapter %s" % m.groups())
            if path.suffix in (".c", ".py") and \
                    not line.lstrip().startswith(("*", "/*", "#")):
                continue        # a call, not a page
            for m in PAGE.finditer(line):
                count += 1
                if "%s.%s" % m.groups() not in known and not any(
                        (TOP / "man").glob("%s.%s*" % m.groups())):
                    wrong(path, n, "no page %s(%s)" % m.groups())
    finish("%d citations, %d rules, %d pages of doc/"
           % (count, len(rules), len(chapters)))


main()
