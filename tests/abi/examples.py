"""Takes the examples out of pages and README: a file each in a folder.

In a page an example is what stands between .Bd -literal and .Ed behind a line
.\\" example: NAME, and "run" behind the name if it can be run anywhere. In
README it is each block of C.
"""
import re
import sys
from pathlib import Path

from abi_report import BUILD, TOP, lines, wrong

HEAD = ("#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
        "#include <string.h>\n\n#include <onshikaku.h>\n\n")


def of_page(path: Path) -> list[tuple[str, str, bool, int]]:
    """Name, text, whether to run it, line."""
    found = []
    name, run, start = "", False, 0
    text: list[str] | None = None
    for n, line in enumerate(lines(path), 1):
        m = re.match(r'\.\\" example: ([\w-]+)( run)?$', line)
        if m:
            name, run, start = m.group(1), bool(m.group(2)), n
        elif name and text is None:
            if not line.startswith(".Bd -literal"):
                wrong(path, n, "no .Bd -literal behind example: %s" % name)
            text = []
        elif name and line == ".Ed":
            found.append((name, "\n".join(text or []) + "\n", run, start))
            name, text = "", None
        elif name and text is not None:
            line = re.sub(r"^\\&", "", line)
            text.append(line.replace("\\e", "\\"))
    return found


def of_readme(path: Path) -> list[tuple[str, str, bool, int]]:
    """The blocks of C, which are whole programs."""
    text = path.read_text("utf-8")
    return [("%s-%d" % (path.stem.replace(".", "-"), i), m.group(1), False,
             text[:m.start()].count("\n") + 1)
            for i, m in enumerate(re.finditer(r"^```c\n(.*?)^```$", text,
                                              re.S | re.M))]


def main() -> None:
    """Writes NAME.c, and its name to the list of those to run or not."""
    into = Path(sys.argv[1])
    seen: dict[str, str] = {}
    todo = [(p, of_page(p)) for folder in (TOP, BUILD)
            for p in sorted((folder / "man").glob("*.[135]"))]
    todo += [(p, of_readme(p)) for p in sorted(TOP.glob("README*.md"))]
    for path, found in todo:
        if path.suffix == ".3" and ".Sh EXAMPLES" in path.read_text("utf-8") \
                and not found:
            wrong(path, 1, "no example is marked")
        for name, text, run, line in found:
            if name in seen and seen[name] != str(path):
                continue
            seen[name] = str(path)
            if "#include" not in text:
                text = HEAD + '#line %d "%s"\n' % (line + 2, path) + text
            (into / (name + ".c")).write_text(text, "utf-8")
            kind = "run" if run else \
                "link" if re.search(r"^main\(", text, re.M) else "compile"
            print(kind, name)


main()
