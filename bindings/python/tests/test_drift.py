"""Headers, map and binding say the same."""

from __future__ import annotations

import ctypes as C
import enum
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from world import TOP

import onshikaku
from onshikaku import _ffi, constants

HEADERS = TOP / "include" / "onshikaku"
PROTOTYPE = re.compile(
    r"ONSHI_API\s+(?:ONSHI_CHECK\s+)?([\w\s*]+?)(onshi_\w+)\(([^;]*)\);")


def headers() -> str:
    """All of them without comments and directives, blanks made one."""
    text = "".join(path.read_text("utf-8-sig") for path in sorted(HEADERS.glob("*.h")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", text)


def c_type(text: str) -> str:
    """A parameter as its type alone: const and names do not count."""
    text = re.sub(r"\bconst\b", "", text).strip()
    stars = text.count("*")
    text = text.replace("*", " ").strip()
    words = text.split()
    base = " ".join(words[:2]) if words[0] == "struct" else words[0]
    return base + "*" * stars


NAMES: dict[Any, str] = {
    C.c_int: "int", C.c_int32: "int32_t", C.c_int64: "int64_t",
    C.c_uint32: "uint32_t", C.c_size_t: "size_t", C.c_uint8: "uint8_t",
    C.c_char: "char", C.c_char_p: "char*", C.c_void_p: "void*", None: "void",
}
# One type may have two names here (c_int is c_int32): both are as wide.
WIDTHS = {"int": "i32", "int32_t": "i32", "uint32_t": "u32", "size_t": "u64",
          "int64_t": "i64", "uint8_t": "u8"}
STRUCTS = {"Root": "onshi", "ReaderOps": "onshi_reader_ops",
           "LinkOps": "onshi_link_ops", "ClockOps": "onshi_clock_ops",
           "LogOps": "onshi_log_ops", "AuditOps": "onshi_audit_ops",
           "FaceOps": "onshi_face_ops", "FaceExchange": "onshi_face_exchange"}


def python_type(what: Any) -> str:
    if what in NAMES:
        return NAMES[what]
    if hasattr(what, "_type_") and not isinstance(what._type_, str):
        return python_type(what._type_) + "*"
    name = what.__name__
    return f"struct {STRUCTS.get(name, f'onshi_{name.lower()}')}"


def same(a: str) -> str:
    base = a.rstrip("*")
    return WIDTHS.get(base, base) + a[len(base):]


def prototypes() -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for result, name, parameters in PROTOTYPE.findall(headers()):
        given = [] if parameters.strip() == "void" else parameters.split(",")
        found[name] = same(c_type(result)), tuple(same(c_type(p)) for p in given)
    return found


def declared() -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        name: (same(python_type(result)), tuple(same(python_type(p)) for p in given))
        for name, result, given in _ffi.FUNCTIONS
    }


def test_functions_equal_the_headers() -> None:
    there, here = prototypes(), declared()
    assert len(there) > 100
    assert sorted(here) == sorted(there)
    assert {n: here[n] for n in here if here[n] != there[n]} == {}


def test_functions_equal_the_map() -> None:
    text = (TOP / "lib" / "onshikaku.map").read_text()
    names = re.findall(r"\b(onshi_\w+);", text)
    assert sorted(names) == sorted(name for name, _, _ in _ffi.FUNCTIONS)


def test_the_library_has_every_function() -> None:
    for name, _, _ in _ffi.FUNCTIONS:
        assert hasattr(_ffi.lib._cdll, name), name


def test_every_function_is_used() -> None:
    package = Path(onshikaku.__file__).parent
    text = "".join(p.read_text("utf-8") for p in package.glob("*.py")
                   if p.name != "_ffi.py")
    unused = [n for n, _, _ in _ffi.FUNCTIONS if not re.search(rf"\b{n}\b", text)]
    # The first is asked by _ffi itself; a copy is for callers without pointers.
    assert unused == ["onshi_abi", "onshi_record_copy"]


def values(text: str) -> dict[str, int]:
    return {name: int(number, 0) for name, number in
            re.findall(r"(ONSHI_\w+) = (-?\w+)", text)}


def header_numbers() -> dict[str, int]:
    """All enumerators but results and elements, which the library tells."""
    found: dict[str, int] = {}
    for body in re.findall(r"enum \{([^}]*)\}", headers()):
        found.update(values(body))
    return {n: v for n, v in found.items()
            if not n.startswith(("ONSHI_E_", "ONSHI_EL_"))
            and n not in ("ONSHI_OK", "ONSHI_ABSENT", "ONSHI_END")}


PREFIXES = {"SignIn": "SIGNIN_", "CardKind": "CARD_",
            "CertificateState": "CERTIFICATE_", "Verdict": "AUDIT_",
            "MatchVerdict": "MATCH_", "BulkKind": "BULK_",
            "Said": "CONSENT_",
            "EmergencyKind": "EMERGENCY_"}


def test_constants_equal_the_headers() -> None:
    here: dict[str, int] = {}
    for name, kind in vars(constants).items():
        if isinstance(kind, type) and issubclass(kind, enum.IntEnum) and len(kind) > 0:
            prefix = PREFIXES.get(name, f"{name.upper()}_")
            for member in kind:
                here[f"ONSHI_{prefix}{member.name}"] = member.value
    assert here == header_numbers()


def test_results_equal_the_header() -> None:
    text = (HEADERS / "results.h").read_text("utf-8-sig")
    there = {name: int(number) for name, number in
             re.findall(r"(ONSHI_\w+)\s*= (-?\d+)", text)}
    assert there == onshikaku.RESULTS


def test_elements_equal_the_header() -> None:
    text = (HEADERS / "elements.h").read_text("utf-8-sig")
    there = {name: int(number) for number, name in
             re.findall(r"ONSHI_EL_\w+ = (\d+),?\s*/\* (\w+)", text)}
    assert len(there) > 200
    assert there == onshikaku.elements()
    for name, number in list(there.items())[:20]:
        assert onshikaku.element(name) == onshikaku.element(number) == number
    with pytest.raises(KeyError):
        onshikaku.element("NoSuchElement")


def test_macros_equal_the_headers() -> None:
    text = (HEADERS / "base.h").read_text("utf-8-sig")
    (abi,) = re.findall(r"#define ONSHI_ABI\s+(\d+)", text)
    assert int(abi) == _ffi.ABI == _ffi.lib.onshi_abi()
    text = (HEADERS / "visit.h").read_text("utf-8-sig")
    (flag,) = re.findall(r"#define ONSHI_PIN_SPEND_LAST\s+0x(\d+)u", text)
    assert int(flag, 16) == onshikaku.visit.SPEND_LAST
    text = (HEADERS / "audit.h").read_text("utf-8-sig")
    (flag,) = re.findall(r"#define ONSHI_AUDIT_ACCEPT_LOSS\s+0x(\d+)u", text)
    assert int(flag, 16) == onshikaku.audit.ACCEPT_LOSS


TABLES: list[tuple[str, Any]] = [
    ("onshi_reader_ops", _ffi.ReaderOps), ("onshi_link_ops", _ffi.LinkOps),
    ("onshi_clock_ops", _ffi.ClockOps), ("onshi_log_ops", _ffi.LogOps),
    ("onshi_audit_ops", _ffi.AuditOps),
]


def compiler() -> list[str]:
    words = shlex.split(os.environ.get("CC") or "cc")
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]}")
    return words


def test_tables_lie_as_in_c(tmp_path: Path) -> None:
    lines = ["#include <stdio.h>", "#include <onshikaku.h>", "int main(void) {"]
    for name, table in TABLES:
        lines.append(f'printf("{name} %zu\\n", sizeof(struct {name}));')
        for member, _ in table._fields_:
            lines.append(f'printf("{name}.{member} %zu\\n", '
                         f'offsetof(struct {name}, {member}));')
    source = tmp_path / "tables.c"
    source.write_text("\n".join([*lines, "return 0; }"]))
    program = tmp_path / "tables"
    subprocess.run([*compiler(), "-I", str(TOP / "include"), "-o", str(program),
                    str(source)], check=True)
    done = subprocess.run([str(program)], check=True, capture_output=True, text=True)
    there = dict(line.split() for line in done.stdout.splitlines())
    for name, table in TABLES:
        assert int(there[name]) == C.sizeof(table)
        for member, _ in table._fields_:
            assert int(there[f"{name}.{member}"]) == getattr(table, member).offset


def test_callbacks_take_what_c_gives() -> None:
    text = headers()
    for name, table in TABLES:
        (body,) = re.findall(rf"struct {name} \{{(.*?)\}};", text)
        there = {member: (same(c_type(result)), tuple(same(c_type(p)) for p in
                 given.split(","))) for result, member, given in
                 re.findall(r"(\w+)\s*\(\*(\w+)\)\(([^)]*)\)", body)}
        here = {member: (same(python_type(kind._restype_)),
                tuple(same(python_type(p)) for p in kind._argtypes_))
                for member, kind in table._fields_[1:]}
        assert here == there, name
