"""A patient's file against an answer."""

from __future__ import annotations

import pytest
from world import TOP

from onshikaku import (
    RESULTS,
    Difference,
    Hint,
    Match,
    MatchVerdict,
    Message,
    OnshiError,
    Record,
    Severity,
    canonical,
    claim_name,
    hints,
    match_verdict_name,
    match_verdict_text,
    severity_name,
    severity_text,
)

SAMPLE = TOP / "tests" / "message" / "samples" / "08_OQSsiquc01res_face_employee.xml"


@pytest.fixture
def message() -> Message:
    return Message(SAMPLE.read_bytes(), SAMPLE.name)


def result_of(message: Message) -> Record:
    assert message.body is not None
    return next(message.body.children("ResultOfQualificationConfirmation"))


def test_a_file_that_was_kept_is_the_same(message: Message) -> None:
    result = result_of(message)
    match = Match()
    for name, text in result.fields():
        if isinstance(text, str):
            match.set_text(name, text)
    assert match.compare(result) in (MatchVerdict.SAME, MatchVerdict.COMPATIBLE)
    assert {found.reason for found in match} <= {Difference.UNREADABLE}


def test_each_difference_says_why_and_what_next(message: Message) -> None:
    with Match({"Name": "見本　花子", "NameKana": "ミホン　ハナコ"}) as match:
        assert match.compare(result_of(message)) == MatchVerdict.DIFFERENT
        first = next(iter(match))
        assert (first.element, first.reason) == ("Name", Difference.PERSON)
        assert first.severity == Severity.STOP
        assert first.verdict == MatchVerdict.DIFFERENT
        assert first.name == "person" and first.on_file == "見本　花子"
        assert first.text("en") != first.text("ja") != first.step("ja") != ""
        severities = [found.severity for found in match]
        assert severities == sorted(severities, reverse=True)


def test_what_to_keep(message: Message) -> None:
    with Match() as match:
        match.compare(result_of(message))
        assert {"ReferenceNumber", "QualificationConfirmationDate"} <= set(match.keep)


def test_what_is_not_compared() -> None:
    with Match() as match:
        assert not match.set_text("Address", "架空県見本市")
        assert not match.set_text("Sex2", "1")
        assert match.set_text("Name", None)
        assert match.set_item(1, "IssueNumber", "A001")
        with pytest.raises(OnshiError) as caught:
            match.set_item(16, "IssueNumber", "A001")
        assert caught.value.code == RESULTS["ONSHI_E_ARG"]


def test_one_value_alone() -> None:
    assert canonical("InsurerNumber", "  999995") == canonical(161, "00999995")
    assert canonical("InsuredCardSymbol", "　") == ""
    assert claim_name("髙橋 ﾄﾒ") == ("高橋　トメ", "髙")
    assert claim_name("高橋　一郎") == ("高橋　一郎", "")
    assert [(h.hint, h.at) for h in hints("InsuredCardSymbol", "12−34")] == \
        [(Hint.HYPHEN, 2)]
    (oddity,) = hints("InsurerNumber", "06999995")
    assert oddity.name == "check_digit" and oddity.text("ja") != oddity.text("en")
    with pytest.raises(OnshiError):
        canonical("Name", "架空")


def test_names_of_numbers() -> None:
    assert [match_verdict_name(v) for v in MatchVerdict] == [
        "same", "compatible", "different"]
    assert [severity_name(s) for s in Severity] == ["note", "check", "stop"]
    assert match_verdict_text(MatchVerdict.SAME, "en") == "the same"
    assert severity_text(Severity.STOP, "en") == "stop"
