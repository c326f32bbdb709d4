"""What the public headers declare: functions, constants, table members."""
import re
from pathlib import Path


class Function:
    """One exported function: its return type and its parameters as written."""

    def __init__(self, header: str, line: int, ret: str, name: str,
                 params: list[str]) -> None:
        self.header, self.line = header, line
        self.ret, self.name, self.params = ret, name, params

    def prototype(self) -> str:
        """As one line without differences of layout."""
        return "%s %s(%s)" % (self.ret, self.name, ", ".join(self.params))


def squeeze(text: str) -> str:
    """One blank between words, none after a star."""
    text = " ".join(text.split())
    return re.sub(r"\s*\*\s*", " *", text).replace("* *", "**").strip()


def public(top: Path) -> list[Path]:
    """Every public header, the umbrella first."""
    include = top / "include"
    return [include / "onshikaku.h",
            *sorted((include / "onshikaku").glob("*.h"))]


def without_comments(text: str) -> str:
    """The code alone; lines keep their numbers."""
    def blank(m: re.Match[str]) -> str:
        return "\n" * m.group(0).count("\n") or " "
    return re.sub(r"/\*.*?\*/", blank, text, flags=re.S)


def functions(top: Path) -> dict[str, Function]:
    """All functions that are declared with ONSHI_API."""
    found: dict[str, Function] = {}
    for path in public(top):
        code = without_comments(path.read_text("utf-8"))
        code = re.sub(r"^#.*$", "", code, flags=re.M)
        for m in re.finditer(
                r"\bONSHI_API\b(.*?)\b(\w+)\s*\(([^()]*)\)\s*;", code, re.S):
            ret = squeeze(m.group(1).replace("ONSHI_CHECK", ""))
            params = [squeeze(p) for p in m.group(3).split(",")]
            line = code[:m.start()].count("\n") + 1
            name = m.group(2)
            if name in found:
                raise SystemExit("%s:%d: %s is declared twice"
                                 % (path, line, name))
            found[name] = Function(path.name, line, ret, name, params)
    return found


def count(f: Function) -> int:
    """How many parameters a function takes."""
    return 0 if f.params == ["void"] else len(f.params)


def constants(top: Path) -> dict[str, int]:
    """Enumerators and numeric macros of the public headers."""
    found: dict[str, int] = {}
    for path in public(top):
        code = without_comments(path.read_text("utf-8"))
        for body in re.findall(r"\benum\s*\w*\s*\{(.*?)\}", code, re.S):
            for item in body.split(","):
                if "=" in item:
                    name, value = item.split("=")
                    found[name.strip()] = int(value.strip().rstrip("u"), 0)
        for name, value in re.findall(
                r"^#define\s+(ONSHI_\w+)\s+(0x[0-9a-fA-F]+|\d+)u?\s*$", code,
                re.M):
            found[name] = int(value, 0)
    return found


def tables(top: Path) -> dict[str, list[str]]:
    """Structs with visible members, and these."""
    code = "".join(without_comments(
        (top / "include" / "onshikaku" / name).read_text("utf-8"))
        for name in ("tables.h", "face.h"))
    found: dict[str, list[str]] = {}
    for name, body in re.findall(r"struct\s+(\w+)\s*\{(.*?)\};", code, re.S):
        found[name] = re.findall(r"(?:\(\*(\w+)\)\(|\b(size)\s*;)", body)
        found[name] = [a or b for a, b in found[name]]
    return found
