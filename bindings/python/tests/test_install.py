"""pip installs it from the tree, without network and compiler."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from world import HERE, TOP

import onshikaku

PACKAGE = HERE.parent
VERSION = re.compile(r'^version = "(.*)"$', re.MULTILINE)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy that may be written to."""
    shutil.copytree(PACKAGE, tmp_path / "tree",
                    ignore=shutil.ignore_patterns("__pycache__", "tests"))
    for path in [tmp_path / "tree", *(tmp_path / "tree").rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    return tmp_path / "tree"


def pip(*words: object) -> None:
    have = subprocess.run([sys.executable, "-m", "pip", "--version"],
                          capture_output=True)
    if have.returncode != 0:
        pytest.skip("no pip")
    env = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "CC": "false", "PIP_NO_INDEX": "1",
           "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([sys.executable, "-m", "pip", *map(str, words)], env=env, check=True,
                   capture_output=True, text=True)


def imported(where: Path) -> list[str]:
    """The package's own place and version, from there and nowhere else."""
    env = {**os.environ, "PYTHONPATH": str(where)}
    done = subprocess.run(
        [sys.executable, "-B", "-c",
         "import onshikaku as o; print(o.__file__); print(o.__version__)"],
        env=env, cwd=where, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_pip_installs_it(tree: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    pip("install", "--no-index", "--target", target, tree)
    place, version = imported(target)
    assert place.startswith(str(target)) and version == onshikaku.__version__
    assert (target / "onshikaku" / "py.typed").exists()
    there = {path.name for path in (target / "onshikaku").glob("*.py")}
    assert there == {path.name for path in (PACKAGE / "onshikaku").glob("*.py")}
    (info,) = target.glob("onshikaku-*.dist-info")
    assert f"Version: {version}\n" in (info / "METADATA").read_text()


def test_sdist_installs_too(tree: Path, tmp_path: Path) -> None:
    sys.path.insert(0, str(tree))
    try:
        import backend

        name = backend.build_sdist(str(tmp_path))
    finally:
        sys.path.remove(str(tree))
    target = tmp_path / "target"
    pip("install", "--no-index", "--target", target, tmp_path / name)
    assert imported(target)[1] == onshikaku.__version__


def test_wheel_is_the_same_every_time(tree: Path, tmp_path: Path) -> None:
    built = []
    for i in range(2):
        folder = tmp_path / f"out{i}"
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-B", "-c",
             f"import backend; backend.build_wheel({str(folder)!r})"],
            cwd=tree, check=True)
        (wheel,) = folder.glob("*.whl")
        assert zipfile.ZipFile(wheel).testzip() is None
        built.append(wheel.read_bytes())
    assert built[0] == built[1]


def test_one_version() -> None:
    (version,) = VERSION.findall((PACKAGE / "pyproject.toml").read_text())
    assert version == onshikaku.__version__
    configure = TOP / "configure.ac"
    (there,) = re.findall(r"AC_INIT\(\[libonshikaku\], \[([^]]+)\]",
                          configure.read_text())
    assert version == there
