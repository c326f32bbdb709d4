"""The record: the facility's, and one of one's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from world import World, check_in

from onshikaku import Audit, OnshiError, Verdict

JAPAN = timezone(timedelta(hours=9))


def fields(line: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in line.split("\t"))


def test_begin_and_verify(tmp_path: Path) -> None:
    with Audit(tmp_path / "record") as audit:
        with pytest.raises(OnshiError, match="ONSHI_E_AUDIT_GONE"):
            audit.head
        key = audit.init("1319999996")
        assert ":" in key and key == key.strip()
        assert audit.verify(key) is Verdict.INTACT
        assert audit.verify() is Verdict.NO_KEY
        assert audit.first_bad == audit.unmatched == audit.clock_jumps == 0
        head = audit.head
        assert audit.verify(key, head) is Verdict.INTACT
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            audit.init("1319999996")
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            audit.verify("no key")


def test_prune_keeps_what_has_to_be_kept(tmp_path: Path) -> None:
    today = datetime.now(JAPAN).date()
    with Audit(tmp_path / "record") as audit:
        with pytest.raises(OnshiError, match="ONSHI_E_AUDIT_GONE"):
            audit.prune(date(2001, 1, 1))
        key = audit.init("1319999996")
        assert audit.prune(date(2001, 1, 1), key) == 0
        assert audit.prune(date(2001, 1, 1)) == 0
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            audit.prune(today, key)
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            audit.prune(today - timedelta(days=3 * 365), key)
        assert audit.prune(today - timedelta(days=3 * 365), key, years=2) == 0
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            audit.prune(date(2001, 1, 1), key, years=0)
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            audit.prune(date(2001, 1, 1), "no key")
        assert audit.verify(key) is Verdict.INTACT and audit.pruned == 0


def test_a_check_in_stands_on_it(world: World) -> None:
    key = (world.folder / "audit.key").read_text().strip()
    with Audit(world.folder / "audit") as audit:
        assert audit.verify(key) is Verdict.INTACT
        before, head = audit.entries, audit.head
        with world.root() as root, root.visit() as visit:
            visit.set_patient("P-0077")
            check_in(visit)
        assert audit.verify(key, head) is Verdict.INTACT
        assert audit.entries > before and audit.unmatched == 0
        today = datetime.now(JAPAN).date()
        lines = [fields(line) for line in audit.lines(today)]
        assert any(line["p"] == "P-0077" for line in lines)
        assert list(audit.lines(date(2001, 1, 1), date(2001, 1, 2))) == []
        assert len(list(audit.lines())) >= len(lines) > 0


def test_a_change_is_found(tmp_path: Path, world: World) -> None:
    folder = tmp_path / "record"
    with Audit(folder) as audit:
        key = audit.init("1319999996")
    with world.config(audit__dir=str(folder)) as config:
        from onshikaku import Onshi

        with Onshi(config) as root, root.visit() as visit:
            check_in(visit)
    with Audit(folder) as audit:
        assert audit.verify(key) is Verdict.INTACT
        (path,) = [p for p in folder.rglob("*") if p.is_file()
                   and b"\tm=" in p.read_bytes()]
        data = path.read_bytes()
        at = data.index(b"\tm=") + 3
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        assert audit.verify(key) is Verdict.CHANGED
        assert audit.first_bad > 0
        with pytest.raises(OnshiError, match="ONSHI_E_ARG"):
            audit.reseal("1319999996", accept_loss=False)
        with pytest.raises(OnshiError, match="ONSHI_E_AUDIT"):
            audit.prune(date(2001, 1, 1), key)
        fresh = audit.reseal("1319999996", accept_loss=True, old_key=key)
        assert fresh != key and audit.verify(fresh) is Verdict.INTACT
        (line,) = audit.lines()
        assert fields(line)["r"].startswith("reseal=lost-000001:changed:")
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            audit.reseal("1319999996", accept_loss=True)
    with Audit(folder / "lost-000001") as audit:
        assert audit.verify(key) is Verdict.CHANGED
