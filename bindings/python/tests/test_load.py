"""Finding the library, and refusing one that cannot do."""

from __future__ import annotations

import ctypes as C
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_drift import compiler
from world import HERE

from onshikaku import _ffi

PACKAGE = HERE.parent


def import_with(library: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "ONSHIKAKU_LIBRARY": library, "PYTHONPATH": str(PACKAGE)}
    return subprocess.run(
        [sys.executable, "-B", "-c", "import onshikaku; print(onshikaku.__version__)"],
        env=env, capture_output=True, text=True)


def fake(folder: Path, source: str) -> str:
    (folder / "fake.c").write_text(source)
    library = folder / "libfake.so"
    subprocess.run([*compiler(), "-shared", "-fPIC", "-o", str(library),
                    str(folder / "fake.c")], check=True)
    return str(library)


def test_missing_names_what_was_tried(tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere.so")
    done = import_with(path)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ") and path in last and "tried" in last


def test_no_library_names_what_is_not_one(tmp_path: Path) -> None:
    path = tmp_path / "text.so"
    path.write_text("no library")
    done = import_with(str(path))
    assert "ImportError" in done.stderr and str(path) in done.stderr


def test_too_old_names_both_numbers(tmp_path: Path) -> None:
    library = fake(tmp_path, "unsigned onshi_abi(void) { return 0; }\n")
    last = import_with(library).stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    assert "ABI 0" in last and f"needs {_ffi.ABI}" in last


def test_another_library_is_an_import_error(tmp_path: Path) -> None:
    library = fake(tmp_path, "int something_else(void) { return 0; }\n")
    last = import_with(library).stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ") and library in last


def test_explicit_path_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONSHIKAKU_LIBRARY", "/a/b.so")
    assert _ffi._candidates() == ["/a/b.so"]
    monkeypatch.delenv("ONSHIKAKU_LIBRARY")
    found = _ffi._candidates()
    assert found and "/" not in found[-1] and all(found)


def test_what_an_older_library_lacks_is_told_at_the_call() -> None:
    with pytest.raises(NotImplementedError, match="onshi_next_year"):
        _ffi._missing("onshi_next_year")()


def test_a_wrong_handle_is_refused_not_followed() -> None:
    wrong = C.POINTER(_ffi.Card)()
    with pytest.raises(C.ArgumentError):
        _ffi.lib.onshi_visit_advance(wrong)
