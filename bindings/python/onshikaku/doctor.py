"""What is wrong with a set-up, and whose it is."""

from __future__ import annotations

import ctypes as C
from typing import NamedTuple

from . import _ffi
from ._core import Handle, failure, raw, text_of
from ._ffi import lib
from .config import Config
from .constants import Health, Owner


class Finding(NamedTuple):
    """One thing that was looked at; remedies are empty where all is well."""

    check: str
    result: Health
    owner: Owner
    text: str
    text_ja: str
    remedy: str
    remedy_ja: str


class Doctor(Handle):
    """Looks at a configuration, also at one that :class:`Onshi` refuses.

    >>> with Doctor(config) as doctor:
    ...     for finding in doctor.run():
    ...         if finding.result is Health.WRONG:
    ...             print(finding.text_ja, finding.remedy_ja)
    """

    _free, _type, _error = "onshi_doctor_free", _ffi.Doctor, "onshi_doctor_error"

    def __init__(self, config: Config) -> None:
        pointer = self._pointer()
        code = lib.onshi_doctor_new(config._p, C.byref(pointer))
        if code < 0:
            raise failure(code)
        super().__init__(pointer, config)

    def run(self) -> list[Finding]:
        """Looks at everything; waits for readers, shares and the service."""
        found: list[Finding] = []
        check, result, owner = C.c_char_p(), C.c_int(), C.c_int()
        self._call(lib.onshi_doctor_run)
        while self._ask(lib.onshi_doctor_at, len(found), C.byref(check),
                        C.byref(result), C.byref(owner)) == 0:
            texts = [text_of(function(self._p, len(found), raw(lang)))
                     for function in (lib.onshi_doctor_text, lib.onshi_doctor_remedy)
                     for lang in ("en", "ja")]
            found.append(Finding(text_of(check.value), Health(result.value),
                                 Owner(owner.value), *texts))
        return found


def health_name(result: int) -> str:
    return text_of(lib.onshi_health_name(result))


def owner_name(owner: int) -> str:
    return text_of(lib.onshi_owner_name(owner))


def owner_text(owner: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_owner_text(owner, raw(lang)))
