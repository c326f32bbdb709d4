"""Results as exceptions."""

from __future__ import annotations

import copy
import pickle

import pytest

import onshikaku
from onshikaku import (
    Cancelled,
    CardError,
    Config,
    NetworkError,
    OnshiError,
    RuleError,
    ServiceError,
)
from onshikaku._core import failure

CLASSES = {3: CardError, 4: NetworkError, 5: ServiceError, 6: RuleError, 8: Cancelled}


def test_every_result_tells_people_what_to_do() -> None:
    assert len(onshikaku.RESULTS) > 60
    for name, code in onshikaku.RESULTS.items():
        if code >= 0:
            continue
        why = failure(code)
        assert type(why) is CLASSES.get(-code // 100, OnshiError)
        assert str(why) == why.name == name
        assert why.code == code and why.who == -code // 100
        for lang in "ja", "en":
            assert why.message(lang)
            assert why.remedy(lang)
        assert why.message() == why.message("ja") != why.message("en")


@pytest.mark.parametrize("code", [-999, -1, -12345])
def test_an_unknown_result_is_readable(code: int) -> None:
    why = failure(code)
    assert isinstance(why, OnshiError)
    assert str(why) and why.code == code
    assert isinstance(why.message(), str) and isinstance(why.remedy(), str)
    assert why.tries_left is None and why.status_word is None


def test_what_is_known_comes_along() -> None:
    with pytest.raises(OnshiError) as caught, Config() as config:
        config["link.nothing"] = "1"
    assert caught.value.name == "ONSHI_E_CONFIG"
    assert "link.nothing" in str(caught.value)
    assert caught.value.ms[onshikaku.Phase.CARD] == 0
    assert caught.value.sent == onshikaku.sent_name(onshikaku.Sent.NOT)
    names = [onshikaku.phase_name(phase) for phase in onshikaku.Phase]
    assert len(set(names)) == len(names) and "reader" in names


def test_it_survives_pickle_and_copy() -> None:
    for why in failure(-312), failure(-999), failure(-601):
        why.tries_left = 2
        for other in pickle.loads(pickle.dumps(why)), copy.copy(why):
            assert type(other) is type(why) and str(other) == str(why)
            assert other.code == why.code and other.tries_left == 2
            assert other.remedy() == why.remedy()


def test_a_number_of_a_newer_library_has_a_name() -> None:
    need = onshikaku.Need(99)
    assert need == 99 and need.name == "UNKNOWN_99"
    with pytest.raises(ValueError):
        onshikaku.Need("card")  # type: ignore[arg-type]
