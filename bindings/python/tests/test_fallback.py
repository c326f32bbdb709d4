"""What to go by when no answer is to be had."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import onshikaku
from onshikaku import Config, OnshiError, Outcome, Paper, Standing, fallback

RESULTS = onshikaku.RESULTS
BORDER = date(2026, 3, 31), date(2026, 4, 1)


def counting(day: date, why: int) -> set[Paper]:
    return {x.paper for x in fallback(why, day).papers if x.counts}


def test_old_cards_end_in_a_night() -> None:
    before, after = (counting(day, RESULTS["ONSHI_E_CARD_NONE"]) for day in BORDER)
    assert before - after == {Paper.INSURANCE_CARD, Paper.NOTICE}
    assert Paper.CERTIFICATE in after


def test_unknown_says_whom_to_ask() -> None:
    for option in fallback(RESULTS["ONSHI_E_CARD_NONE"], BORDER[1]).papers:
        assert option.counts == (option.standing is Standing.ACCEPTED)
        assert option.counts == (option.ask_ja == "")


def test_today_and_an_outcome() -> None:
    found = fallback(Outcome.NOT_FOUND)
    assert found.again is onshikaku.Again.DAYS
    assert found.papers[0].fields
    assert onshikaku.again_name(found.again) == "days"
    assert fallback(Outcome.VALID).papers == []


def test_a_wrong_table_names_its_line(tmp_path: Path) -> None:
    table = tmp_path / "papers"
    table.write_text("fallback = 1\npaper = passport\n", "utf-8")
    table.chmod(0o600)
    with Config() as config:
        config["fallback.table"] = str(table)
        with pytest.raises(OnshiError, match="line 2") as caught:
            fallback(config=config)
        assert caught.value.code == RESULTS["ONSHI_E_CONFIG"]


def test_an_error_is_looked_up_as_it_is() -> None:
    error = OnshiError(RESULTS["ONSHI_E_CARD_PHONE"])
    assert Paper.PORTAL in {x.paper for x in fallback(error, BORDER[1]).papers}
