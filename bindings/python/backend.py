"""Builds the wheel with the standard library alone, so that pip needs neither
network nor compiler: a package of plain files."""

from __future__ import annotations

import base64
import hashlib
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
FILES = ["pyproject.toml", "backend.py"]


def _project(key: str) -> str:
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(rf'^{key} = "(.*)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError(f"pyproject.toml has no {key}")
    return found.group(1)


def _name() -> str:
    return f"{_project('name')}-{_project('version')}"


def _metadata() -> str:
    return (
        f"Metadata-Version: 2.1\nName: {_project('name')}\n"
        f"Version: {_project('version')}\nSummary: {_project('description')}\n"
        f"Requires-Python: {_project('requires-python')}\nLicense: BSD-2-Clause\n"
    )


def _package() -> dict[str, bytes]:
    root = HERE / "onshikaku"
    return {
        f"onshikaku/{path.name}": path.read_bytes()
        for path in sorted(root.iterdir())
        if path.suffix == ".py" or path.name == "py.typed"
    }


def _wheel(directory: str, content: dict[str, bytes]) -> str:
    info = f"{_name()}.dist-info"
    content = {
        **content,
        f"{info}/METADATA": _metadata().encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: onshikaku\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
        record += f"{name},sha256={digest.rstrip(b'=').decode()},{len(data)}\n"
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    wheel = f"{_name()}-py3-none-any.whl"
    with zipfile.ZipFile(Path(directory) / wheel, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in content.items():
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return wheel


def build_wheel(
    wheel_directory: str,
    config_settings: Optional[dict[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    return _wheel(wheel_directory, _package())


def build_editable(
    wheel_directory: str,
    config_settings: Optional[dict[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    return _wheel(wheel_directory, {"onshikaku.pth": f"{HERE}\n".encode()})


def build_sdist(
    sdist_directory: str, config_settings: Optional[dict[str, Any]] = None
) -> str:
    name = f"{_name()}.tar.gz"
    with tarfile.open(Path(sdist_directory) / name, "w:gz") as out:
        for path in [*FILES, *_package()]:
            out.add(HERE / path, f"{_name()}/{path}")
    return name
