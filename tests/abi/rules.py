"""Each rule of doc/rules.md has a test that attacks it: rules.def says which."""
import re

from abi_report import TOP, finish, lines, map_names, wrong

TABLE = TOP / "tests" / "abi" / "rules.def"
RULES = TOP / "doc" / "rules.md"
PAGE = TOP / "man" / "onshi_rules.7"
SECTION = ".Ss What only the host can keep"


def rules() -> dict[str, int]:
    """Each rule and its line."""
    found = {}
    for n, line in enumerate(lines(RULES), 1):
        if m := re.match(r"\| ((?:ID|PU|CO|DI|EM|TI)-\d+) \|", line):
            if m[1] in found:
                wrong(RULES, n, "%s twice" % m[1])
            found[m[1]] = n
    return found


def kept_by_host() -> dict[str, int]:
    """What the page leaves to the host, and whether it says something."""
    found: dict[str, int] = {}
    inside = False
    for n, line in enumerate(lines(PAGE), 1):
        if line.startswith((".Ss ", ".Sh ")):
            inside = line == SECTION
        elif inside and line.startswith(".It "):
            found[line[4:]] = n
    return found


def made_files() -> str:
    """What make knows: a test that it does not know is never run."""
    return "\n".join(p.read_text("utf-8") for folder in ("lib", "tests", "tools")
                     for p in sorted((TOP / folder).rglob("*.am")))


def check_test(n: int, name: str, test: str, made: str) -> None:
    """The file is there, runs, and has that test in it."""
    path = TOP / name
    if not path.is_file():
        wrong(TABLE, n, "no file %s" % name)
        return
    run = name[:-2] if name.endswith(".c") else name
    if not re.search(r"(?<![\w/])%s(?![\w.])" % re.escape(run), made):
        wrong(TABLE, n, "%s is not run" % name)
    text = path.read_text("utf-8")
    if not name.endswith(".c"):
        if test not in text:
            wrong(TABLE, n, "%s does not say: %s" % (name, test))
        return
    if "START_TEST(%s)" % test not in text:
        wrong(TABLE, n, "%s has no test %s" % (name, test))
    elif not re.search(r"tcase_add\w*\([^;]*\b%s\b" % test, text) and \
            not re.search(r"\{[^{}]*\b%s\b[^{}]*\}" % test, text):
        wrong(TABLE, n, "%s does not run %s" % (name, test))


def main() -> None:
    """Reads the table against the rules, the tests and the page."""
    known, page, made = rules(), kept_by_host(), made_files()
    exported = map_names()
    attacked: set[str] = set()
    hosts: set[str] = set()
    later: list[str] = []
    for n, line in enumerate(lines(TABLE), 1):
        if not line or line.startswith("#"):
            continue
        rule, where, *rest = line.split("\t")
        if rule not in known:
            wrong(TABLE, n, "no rule %s" % rule)
        if where == "host":
            hosts.add(rule)
            if rule not in page:
                wrong(TABLE, n, "%s: the page does not leave it to the host"
                      % rule)
        elif where == "later":
            later.append(rule)
            if not rest or rest[0] in exported:
                wrong(TABLE, n, "%s is built: which test attacks it?" % rule)
        elif len(rest) != 1 or not rest[0]:
            wrong(TABLE, n, "which test of %s?" % where)
        else:
            attacked.add(rule)
            check_test(n, where, rest[0], made)
    for rule in sorted(set(known) - attacked - set(later)):
        wrong(RULES, known[rule], "%s: no test attacks it" % rule)
    for rule in sorted(set(page) - hosts):
        wrong(PAGE, page[rule], "%s: rules.def does not leave it to the host"
              % rule)
    finish("%d rules, %d attacked, %d kept by the host beside, later: %s" % (
        len(known), len(attacked), len(hosts), ", ".join(later) or "none"))


main()
