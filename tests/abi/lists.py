"""Six lists agree: headers, map, pages, library, Python table, test of calls."""
import ast
import re
import subprocess

import abi_headers
from abi_report import BUILD, TOP, finish, lines, map_names, pages, wrong

INCLUDE = TOP / "include" / "onshikaku"


def page_functions() -> dict[str, tuple]:
    """Functions that a SYNOPSIS shows: the page, the line, the prototype."""
    found: dict[str, tuple] = {}
    for path in pages():
        section = ret = name = ""
        params: list[str] = []
        for n, line in enumerate(lines(path), 1):
            if line.startswith(".Sh "):
                section = line[4:]
            if section != "SYNOPSIS":
                continue
            word, _, rest = line.partition(" ")
            rest = rest.strip('"')
            if word == ".Ft":
                ret = rest
            elif word == ".Fo":
                name, params = rest, []
            elif word == ".Fa" and name:
                params.append(abi_headers.squeeze(rest))
            elif word == ".Fc":
                if name in found:
                    wrong(path, n, "%s has another page, %s"
                          % (name, found[name][0].name))
                found[name] = (path, n, "%s %s(%s)" % (
                    abi_headers.squeeze(ret), name, ", ".join(params)))
                name = ""
    return found


def built_names() -> set[str]:
    """What the built library exports, its version nodes left out."""
    library = BUILD / "lib" / ".libs" / "libonshikaku.so"
    out = subprocess.run(["nm", "-D", "--defined-only", str(library)],
                         check=True, capture_output=True, text=True).stdout
    found = set()
    for line in out.splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":
            found.add(name.split("@")[0])
    return found


def ctype(c: str) -> str:
    """The ctypes expression for a parameter's or a result's C type."""
    c = c.strip()
    if c == "char *":               # room for the library to write in
        return "P(c_char)"
    if c.replace("const ", "") == "char **":
        return "P(c_char_p)"
    c = c.replace("const ", "").strip()
    plain = {"int": "c_int", "int32_t": "c_int32", "int64_t": "c_int64",
             "uint32_t": "c_uint32", "size_t": "c_size_t", "char *": "c_char_p",
             "uint8_t *": "P(c_uint8)", "void *": "c_void_p", "void": "None"}
    names = {"onshi": "Root"}
    if c in plain:
        return plain[c]
    if c.endswith("*"):
        inner = c[:-1].strip()
        if not inner.endswith("*") and inner.startswith("struct "):
            tag = inner[7:]
            return "P(%s)" % names.get(tag, "".join(
                part.capitalize() for part in tag.split("_")[1:]))
        if inner.endswith("*"):
            inner = inner[:-1].strip() + " *"
        return "P(%s)" % ctype(inner)
    return c


def type_of(param: str) -> str:
    """A parameter without its name."""
    return re.sub(r"\w+$", "", param).strip()


def check_python(functions: dict) -> int:
    """The binding's table: names, number and types of parameters."""
    path = TOP / "bindings" / "python" / "onshikaku" / "_ffi.py"
    if not path.exists():
        print("no Python binding here: not compared")
        return 0
    tree = ast.parse(path.read_text("utf-8"))
    table: dict[str, tuple] = {}
    ops: dict[str, list] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and \
                getattr(node.target, "id", "") == "FUNCTIONS":
            for row in node.value.elts:
                name, ret, params = row.elts
                table[name.value] = (row.lineno, ast.unparse(ret), [
                    ast.unparse(p) for p in params.elts])
        if isinstance(node, ast.ClassDef) and node.name.endswith("Ops"):
            ops[node.name] = [row.elts[0].value for row in
                              node.body[0].value.elts]
    for name in sorted(set(functions) - set(table)):
        wrong(path, 1, "%s is not in the table" % name)
    for name, (line, ret, params) in sorted(table.items()):
        if name not in functions:
            wrong(path, line, "%s is in no public header" % name)
            continue
        f = functions[name]
        want = [] if f.params == ["void"] else [
            ctype(type_of(p)) for p in f.params]
        if len(params) != len(want):
            wrong(path, line, "%s takes %d parameters, not %d"
                  % (name, len(want), len(params)))
        elif params != want or ret != ctype(f.ret):
            wrong(path, line, "%s is (%s) -> %s" % (
                name, ", ".join(want), ctype(f.ret)))
    for tag, members in abi_headers.tables(TOP).items():
        mine = "".join(p.capitalize() for p in tag.split("_")[1:])
        if ops.get(mine) != members:
            wrong(path, 1, "%s has the members %s" % (mine, members))
    return len(table)


def check_calls(functions: dict) -> int:
    """The table of the test that misuses every call."""
    path = TOP / "tests" / "visit" / "calls.def"
    rows: dict[str, int] = {}
    for n, line in enumerate(lines(path), 1):
        if m := re.match(r"[CT]\d\((\w+),", line):
            rows[m[1]] = n
    for name in sorted(set(functions) - set(rows)):
        wrong(path, 1, "%s has no row" % name)
    for name in sorted(set(rows) - set(functions)):
        wrong(path, rows[name], "%s is in no public header" % name)
    return len(rows)


def main() -> None:
    """Compares each list with the headers, and says what lacks where."""
    functions = abi_headers.functions(TOP)
    where = TOP / "lib" / "onshikaku.map"
    exported = map_names()
    for name in sorted(set(functions) - set(exported)):
        wrong(where, 1, "%s is not exported" % name)
    for name in sorted(set(exported) - set(functions)):
        wrong(where, exported[name], "%s is in no public header" % name)
    built = built_names()
    for name in sorted(set(functions) - built):
        wrong("lib/libonshikaku.so", 0, "%s is not in the library" % name)
    for name in sorted(built - set(functions)):
        wrong("lib/libonshikaku.so", 0, "%s is in no public header" % name)
    on_pages = page_functions()
    for name, f in sorted(functions.items()):
        if not name.startswith("onshi_"):
            wrong(INCLUDE / f.header, f.line, "%s: not onshi_" % name)
        if len(name) > 30:      # COBOL's most
            wrong(INCLUDE / f.header, f.line, "%s: more than 30" % name)
        if name not in on_pages:
            wrong(INCLUDE / f.header, f.line, "%s is on no page" % name)
            continue
        page, line, prototype = on_pages[name]
        if prototype != f.prototype():
            wrong(page, line, "the header says: %s" % f.prototype())
    for name, (page, line, _) in sorted(on_pages.items()):
        if name not in functions:
            wrong(page, line, "%s is in no public header" % name)
    n = check_python(functions)
    finish("%d functions: headers, map (%d), library (%d), pages (%d), "
           "Python (%d), calls (%d)" % (
               len(functions), len(exported), len(built), len(on_pages), n,
               check_calls(functions)))


main()
