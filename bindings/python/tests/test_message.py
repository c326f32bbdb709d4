"""Message files alone, on the samples."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from world import TOP

from onshikaku import Message, OnshiError, Outcome, Record, is_list

SAMPLES: list[Path] = sorted((TOP / "tests" / "message" / "samples").glob("*.xml"))
ELIGIBILITY = next(p for p in SAMPLES if "08_" in p.name)
DRUGS = next(p for p in SAMPLES if "26_" in p.name)
OUTCOMES = {
    "02": Outcome.VALID, "03": Outcome.LOST_NEWER_EXISTS, "04": Outcome.NOT_FOUND,
    "05": Outcome.SEVERAL, "06": Outcome.ERROR_FILE, "07": Outcome.ERROR_PERSON,
    "26": Outcome.DATA, "29": Outcome.DATA, "01": Outcome.NONE, "25": Outcome.NONE,
}


def texts(record: Record) -> list[str]:
    """Every value, by walking."""
    found: list[str] = []
    for _, value in record.fields():
        found += texts(value) if isinstance(value, Record) else [value]
    return found


def leaves(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, list):
        return [leaf for value in tree for leaf in leaves(value)]
    assert isinstance(tree, str)
    return [tree]


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 25


@pytest.mark.parametrize("path", SAMPLES, ids=[p.name[:2] for p in SAMPLES])
def test_every_sample(path: Path) -> None:
    with Message(path.read_bytes(), path.name[3:]) as message:
        assert message.kind or message.candidates
        for part in message.header, message.body:
            if part is not None:
                assert sorted(texts(part)) == sorted(leaves(part.as_dict()))
        assert list(message.findings()) is not None
        assert all(line.startswith("/") for line in message.unknown)


@pytest.mark.parametrize("number, outcome", OUTCOMES.items())
def test_outcomes(number: str, outcome: Outcome) -> None:
    path = next(p for p in SAMPLES if p.name.startswith(number))
    assert Message(path.read_bytes()).outcome is outcome


def test_values_are_the_files_own() -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(DRUGS.read_text("utf-8"))
    there = [e.text for e in root.iter() if len(e) == 0 and (e.text or "") != ""]
    message = Message(DRUGS.read_bytes())
    assert message.header is not None and message.body is not None
    here = [t for t in texts(message.header) + texts(message.body) if t]
    assert sorted(here) == sorted(t for t in there if t is not None)


def test_lists_are_lists_with_one_item_too() -> None:
    body = Message(ELIGIBILITY.read_bytes()).body
    assert body is not None
    (inner,) = body.as_dict()["ResultList"]["ResultOfQualificationConfirmation"]
    assert inner["InsurerNumber"] and is_list("ResultOfQualificationConfirmation")
    assert not is_list("InsurerNumber")
    with pytest.raises(KeyError):
        is_list("NoSuchElement")
    record: Any = body
    assert "NoSuchElement" not in record and "QualificationValidity" in record
    with pytest.raises(TypeError, match="not iterable"):
        iter(record)


def test_children_stay_what_they_were() -> None:
    body = Message(DRUGS.read_bytes()).body
    assert body is not None

    def lists(record: Record) -> list[list[Record]]:
        found = []
        for name, value in record.fields():
            if isinstance(value, Record):
                found += [list(record.children(name))] if is_list(name) else []
                found += lists(value)
        return found

    several = [kept for kept in lists(body) if len(kept) > 1]
    assert several
    for kept in several:
        walked = [child.as_dict() for child in kept]
        assert any(one != walked[0] for one in walked[1:])


@pytest.mark.parametrize("data, reason", [
    (b"", "truncated"), (b"<XmlMsg>", "truncated"), (b"no xml", "malformed"),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><XmlMsg/>", "hostile"),
])
def test_what_is_no_message_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(OnshiError) as caught:
        Message(data)
    assert caught.value.name == "ONSHI_E_ANSWER_REFUSED"
    assert caught.value.reason in (reason, "malformed")


@pytest.mark.parametrize(("text", "time"), [
    ("00010101000000", datetime(1, 1, 1, tzinfo=timezone.utc)),  # year 0 in UTC
    ("19691231235959", datetime(1969, 12, 31, 14, 59, 59, tzinfo=timezone.utc)),
    ("99991231235959", datetime(9999, 12, 31, 14, 59, 59, tzinfo=timezone.utc)),
])
def test_any_time_that_can_stand_there_can_be_read(text: str, time: datetime) -> None:
    data, n = re.subn(rb"(<ProcessExecutionTime>).*?<",
                      lambda m: m[1] + text.encode() + b"<", ELIGIBILITY.read_bytes())
    assert n == 1
    header = Message(data).header
    assert header is not None and header.time("ProcessExecutionTime") == time


def test_any_buffer() -> None:
    data = ELIGIBILITY.read_bytes()
    assert Message(bytearray(data)).kind == Message(memoryview(data)).kind != ""


def test_unknown_elements_are_kept() -> None:
    data = ELIGIBILITY.read_bytes().replace(
        b"</MessageHeader>", b"<NextYear>1</NextYear></MessageHeader>")
    message = Message(data)
    assert message.unknown == ["/XmlMsg/MessageHeader/NextYear"]
    assert message.header is not None and message.header["NextYear"] == "1"
    assert message.header.as_dict()["NextYear"] == "1"


def test_a_record_ends_with_its_message() -> None:
    message = Message(ELIGIBILITY.read_bytes())
    body = message.body
    assert body is not None and body.as_dict()
    message.close()
    reads: list[Callable[[], object]] = [
        body.as_dict, lambda: message.kind, lambda: message.header]
    for read in reads:
        with pytest.raises(ValueError, match="closed"):
            read()


def test_a_record_holds_its_message() -> None:
    body = Message(ELIGIBILITY.read_bytes()).body
    assert body is not None and body.as_dict()
