"""What to go by when no answer is to be had."""

from __future__ import annotations

import ctypes as C
from datetime import date
from typing import NamedTuple, Optional, Union

from . import _ffi
from ._core import END, OnshiError, failure, raw, text_of
from ._ffi import lib
from .config import Config
from .constants import Again, Field, Outcome, Paper, Share, Standing


class Option(NamedTuple):
    """One paper, and how it stands on that day."""

    paper: Paper
    standing: Standing
    since: Optional[date]
    until: Optional[date]
    share: Share
    fields: list[Field]
    text: str
    text_ja: str
    ask: str
    ask_ja: str

    @property
    def counts(self) -> bool:
        """Whether it may be gone by; else ask whom ``ask_ja`` names."""
        return self.standing is Standing.ACCEPTED


class Fallback(NamedTuple):
    """What is left without an answer: papers, and when to ask again."""

    day: date
    papers: list[Option]
    again: Again


def _date(day: int) -> Optional[date]:
    return date(day // 10000, day // 100 % 100, day % 100) if day else None


def _fields(handle: object, i: int) -> list[Field]:
    found: list[Field] = []
    field = C.c_int()
    while lib.onshi_fallback_field_at(handle, i, len(found),
                                      C.byref(field)) != END:
        found.append(Field(field.value))
    return found


def _options(handle: object) -> list[Option]:
    found: list[Option] = []
    paper, standing = C.c_int(), C.c_int()
    since, until = C.c_int32(), C.c_int32()
    while lib.onshi_fallback_at(handle, len(found), C.byref(paper),
                                C.byref(standing), C.byref(since),
                                C.byref(until)) != END:
        i = len(found)
        texts = [text_of(function(handle, i, raw(lang)))
                 for function in (lib.onshi_fallback_text, lib.onshi_fallback_ask)
                 for lang in ("en", "ja")]
        found.append(Option(
            Paper(paper.value), Standing(standing.value), _date(since.value),
            _date(until.value), Share(lib.onshi_fallback_share(handle, i)),
            _fields(handle, i), *texts))
    return found


def fallback(why: Union[OnshiError, Outcome, int] = Outcome.NONE,
             day: Optional[date] = None,
             config: Optional[Config] = None) -> Fallback:
    """Which papers count, for an error or an outcome, on a day or today.

    >>> for option in fallback(error).papers:
    ...     if option.counts:
    ...         print(paper_text(option.paper), option.text_ja)
    """
    handle = C.POINTER(_ffi.Fallback)()
    number = why.code if isinstance(why, OnshiError) else int(why)
    when = day.year * 10000 + day.month * 100 + day.day if day else 0
    if (code := lib.onshi_fallback_new(config._p if config else None,
                                       C.byref(handle))) < 0:
        raise failure(code, lib.onshi_config_error(config._p) if config else None)
    try:
        if (code := lib.onshi_fallback_for(handle, number, when)) < 0:
            raise failure(code, lib.onshi_fallback_error(handle))
        found = _date(lib.onshi_fallback_day(handle))
        assert found is not None
        return Fallback(found, _options(handle),
                        Again(lib.onshi_fallback_again(handle)))
    finally:
        lib.onshi_fallback_free(C.byref(handle))


def paper_name(paper: int) -> str:
    return text_of(lib.onshi_paper_name(paper))


def paper_text(paper: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_paper_text(paper, raw(lang)))


def standing_name(standing: int) -> str:
    return text_of(lib.onshi_standing_name(standing))


def standing_text(standing: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_standing_text(standing, raw(lang)))


def share_name(share: int) -> str:
    return text_of(lib.onshi_share_name(share))


def share_text(share: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_share_text(share, raw(lang)))


def field_name(field: int) -> str:
    return text_of(lib.onshi_field_name(field))


def field_text(field: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_field_text(field, raw(lang)))


def again_name(again: int) -> str:
    return text_of(lib.onshi_again_name(again))


def again_text(again: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_again_text(again, raw(lang)))
