"""Configuration, and the tables that a program may plug in."""

from __future__ import annotations

import ctypes as C
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional, Protocol, Union

from . import _ffi
from ._core import (
    RESULTS,
    Borrower,
    Buffer,
    Handle,
    bytes_at,
    bytes_in,
    failure,
    maybe_raw,
    plain,
    raw,
    secret,
    text_of,
    wipe,
)
from ._ffi import lib
from .constants import Carrier, Category, Method, Notice, Purpose

READER = RESULTS["ONSHI_E_READER"]
CALLBACK = RESULTS["ONSHI_E_CALLBACK"]
AUDIT = RESULTS["ONSHI_E_AUDIT"]


class Reader(Protocol):
    """A reader of one's own.

    Each gives ``None`` (or 0) when it is done, or raises: an ``OnshiError``
    keeps its code, anything else is a reader that failed, and comes back as
    the cause of what the caller gets. ``transmit`` gives the answer with its
    status word; ``command`` may hold a PIN and is zeroed when it returns.
    A method ``cancel()``, if there is one, ends the others from another thread.
    """

    def wait(self, present: bool, timeout_ms: int) -> Optional[int]: ...
    def hold(self, timeout_ms: int) -> Optional[int]: ...
    def release(self, timeout_ms: int) -> Optional[int]: ...
    def transmit(self, command: bytearray, timeout_ms: int) -> Buffer: ...


class Clock(Protocol):
    """All in milliseconds: since 1970 UTC, steady, and steady with sleep."""

    def wall(self) -> int: ...
    def steady(self) -> int: ...
    def boot(self) -> int: ...


class Link(Protocol):
    """A link of one's own; a session is any object.

    ``carries`` is asked for a prefix, for ``challenge`` and for
    ``OQSsiquc01req+card``. ``exchange`` gives ``None`` (or 0) when a whole
    answer was written, or raises as a reader does. A method
    ``cancel(session)``, if there is one, ends it from another thread.
    """

    def carries(self, prefix: str) -> bool: ...
    def open(self, timeout_ms: int) -> object: ...
    def exchange(self, session: object, exchange: Exchange) -> Optional[int]: ...
    def close(self, session: object) -> None: ...


class Exchange(Borrower):
    """One request and its answer, under way; empty once ``exchange`` is over."""

    def __init__(self, pointer: Any) -> None:
        self._p = pointer

    @property
    def prefix(self) -> str:
        return text_of(lib.onshi_exchange_prefix(self._p))

    @property
    def body(self) -> bytes:
        return bytes_at(lib.onshi_exchange_body, self._p)

    @property
    def request_id(self) -> str:
        return text_of(lib.onshi_exchange_request_id(self._p))

    @property
    def token(self) -> str:
        return text_of(lib.onshi_exchange_token(self._p))

    @property
    def timeout_ms(self) -> int:
        return int(lib.onshi_exchange_timeout_ms(self._p))

    @property
    def is_again(self) -> bool:
        """This request, by its id, was sent before: it is no new question."""
        return bool(lib.onshi_exchange_is_again(self._p) != 0)

    def write(self, data: Buffer) -> int:
        """A piece of the answer. What is not 0 ends it: give that back."""
        piece = plain(data)
        return int(lib.onshi_exchange_write(self._p, bytes_in(piece), len(piece)))

    def set_rejected(self, yes: bool) -> None:
        lib.onshi_exchange_set_rejected(self._p, int(yes))

    def set_token(self, token: str) -> int:
        return int(lib.onshi_exchange_set_token(self._p, raw(token)))

    def set_sent(self, sent: int) -> None:
        """One of :class:`Sent`."""
        lib.onshi_exchange_set_sent(self._p, sent)

    def set_retry_after(self, seconds: int) -> None:
        lib.onshi_exchange_set_retry_after(self._p, seconds)


class Face(Protocol):
    """A face reader's adapter.

    ``check`` gives ``None`` (or 0) when all was said, or raises as a reader
    does: an ``OnshiError`` keeps its code, as ``ONSHI_E_FACE``. A method
    ``cancel()``, if there is one, ends it from another thread.
    """

    def check(self, exchange: FaceExchange) -> Optional[int]: ...


class FaceExchange(Borrower):
    """One patient at the face reader; empty once ``check`` is over.

    What is said is said once; a setter that is refused raises, and the
    exchange is over.
    """

    def __init__(self, pointer: Any) -> None:
        self._p = pointer

    @staticmethod
    def _said(code: int) -> None:
        if code != 0:
            raise failure(code)

    @property
    def id(self) -> str:
        """A random name of this exchange, for the software to say back."""
        return text_of(lib.onshi_face_id(self._p))

    @property
    def purpose(self) -> Purpose:
        return Purpose(lib.onshi_face_purpose(self._p))

    @property
    def registers(self) -> bool:
        """The card is to be registered for use (first use)."""
        return bool(lib.onshi_face_registers(self._p) != 0)

    @property
    def timeout_ms(self) -> int:
        return int(lib.onshi_face_timeout_ms(self._p))

    @property
    def is_cancelled(self) -> bool:
        return bool(lib.onshi_face_is_cancelled(self._p) != 0)

    def asks(self, category: Category) -> bool:
        return bool(lib.onshi_face_asks(self._p, category) != 0)

    def allows(self, method: Method) -> bool:
        return bool(lib.onshi_face_allows(self._p, method) != 0)

    def text(self, notice: Notice, category: Category = Category.ELIGIBILITY,
             lang: str = "ja") -> str:
        return text_of(lib.onshi_face_text(self._p, notice, category, raw(lang)))

    def set_carrier(self, carrier: Carrier) -> None:
        self._said(lib.onshi_face_set_carrier(self._p, carrier))

    def set_method(self, method: Method) -> None:
        self._said(lib.onshi_face_set_method(self._p, method))

    def set_consent(self, category: Category, given: bool) -> None:
        self._said(lib.onshi_face_set_consent(self._p, category, int(given)))

    def set_tries(self, left: int) -> None:
        self._said(lib.onshi_face_set_tries(self._p, left))

    def set_certificate(self, der: Buffer) -> None:
        self._give(lib.onshi_face_set_certificate, der)

    def set_proof(self, proof: Buffer) -> None:
        """Opaque, of the reader's software."""
        self._give(lib.onshi_face_set_proof, proof)

    def to_sign(self) -> bytes:
        """By PIN: what the card signs, once all else was said."""
        out, n = C.POINTER(C.c_uint8)(), C.c_size_t()
        self._said(lib.onshi_face_to_sign(self._p, C.byref(out), C.byref(n)))
        return C.string_at(out, n.value)

    def set_signature(self, signature: Buffer) -> None:
        self._give(lib.onshi_face_set_signature, signature)

    def _give(self, function: Any, data: Buffer) -> None:
        piece = plain(data)
        self._said(function(self._p, bytes_in(piece), len(piece)))


class _Guard:
    """An exception cannot cross C: it is kept, and the call has failed."""

    def __init__(self, kept: dict[int, BaseException], failed: int) -> None:
        self._kept, self._failed = kept, failed

    def __call__(self, call: Callable[[], Optional[int]]) -> int:
        try:
            result = call()
            return 0 if result is None else int(result)
        except BaseException as why:
            code = getattr(why, "code", None)
            code = code if isinstance(code, int) and code < 0 else self._failed
            self._kept[int(lib.onshi_result_class(code))] = why
            return code


# Tables that C may still call, by what it hands back with each call. The last
# call of all is done(); its own table is dropped later, for it runs in it.
_plugged: dict[int, Any] = {}
_over: list[int] = []
_keys = itertools.count(1)
_DONE = _ffi.SELF_FN(lambda key: _over.append(key or 0))


def form_name(form: int) -> str:
    """Its name, as "xml"."""
    return text_of(lib.onshi_form_name(form))


def _reader_ops(reader: Reader, guard: _Guard) -> Any:
    def transmit(_s: Any, command: Any, n: int, reply: Any, room: Any, ms: int) -> int:
        given = bytearray(n)  # no bytes on the way: they cannot be wiped
        if n:
            C.memmove((C.c_char * n).from_buffer(given), command, n)

        def call() -> None:
            got = plain(reader.transmit(given, ms))
            if len(got) > room[0]:
                raise ValueError(f"an answer of {len(got)} bytes, room for {room[0]}")
            C.memmove(reply, got, len(got))
            room[0] = len(got)

        try:
            return guard(call)
        finally:
            wipe(given)

    ops = _ffi.ReaderOps()
    ops.wait = _ffi.WAIT_FN(
        lambda _s, present, ms: guard(lambda: reader.wait(bool(present), ms)))
    ops.hold = _ffi.HOLD_FN(lambda _s, ms: guard(lambda: reader.hold(ms)))
    ops.release = _ffi.HOLD_FN(lambda _s, ms: guard(lambda: reader.release(ms)))
    ops.transmit = _ffi.TRANSMIT_FN(transmit)
    if hasattr(reader, "cancel"):
        cancel = reader.cancel
        ops.cancel = _ffi.SELF_FN(lambda _s: cancel())
    return ops


def _link_ops(link: Link, guard: _Guard) -> Any:
    sessions: dict[int, object] = {}
    numbers = itertools.count(1)

    def open_(_s: Any, ms: int, out: Any) -> int:
        def call() -> None:
            session = link.open(ms)
            number = next(numbers)
            sessions[number] = session
            out[0] = number
        return guard(call)

    def exchange(_s: Any, number: int, pointer: Any) -> int:
        under_way = Exchange(pointer)
        try:
            return guard(lambda: link.exchange(sessions[number], under_way))
        finally:
            under_way._p = None

    ops = _ffi.LinkOps()
    ops.carries = _ffi.CARRIES_FN(
        lambda _s, prefix: guard(lambda: int(link.carries(text_of(prefix)))))
    ops.open = _ffi.OPEN_FN(open_)
    ops.exchange = _ffi.EXCHANGE_FN(exchange)
    ops.close = _ffi.SESSION_FN(lambda _s, number: link.close(sessions.pop(number)))
    if hasattr(link, "cancel"):
        cancel = link.cancel
        ops.cancel = _ffi.SESSION_FN(lambda _s, number: cancel(sessions[number]))
    return ops


def _face_ops(face: Face, guard: _Guard) -> Any:
    def check(_s: Any, pointer: Any) -> int:
        under_way = FaceExchange(pointer)
        try:
            return guard(lambda: face.check(under_way))
        finally:
            under_way._p = None

    ops = _ffi.FaceOps()
    ops.check = _ffi.CHECK_FN(check)
    if hasattr(face, "cancel"):
        cancel = face.cancel
        ops.cancel = _ffi.SELF_FN(lambda _s: cancel())
    return ops


class _Going:
    """One of a clock's three: when it fails, it goes on from what it said last."""

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._said, self._at = int(time.time() * 1000), time.monotonic()

    def __call__(self, _self: Any) -> int:
        try:
            now = int(self._ask())
        except BaseException:
            return self._said + int((time.monotonic() - self._at) * 1000)
        self._said, self._at = now, time.monotonic()
        return now


class Config(Handle):
    """Settings by key; frozen once a root was made from it."""

    _free, _type, _error = "onshi_config_free", _ffi.Config, "onshi_config_error"

    def __init__(self, path: Union[str, Path, None] = None) -> None:
        pointer = self._pointer()
        code = lib.onshi_config_new(C.byref(pointer))
        super().__init__(pointer)
        self._check(code)
        self._raised: dict[int, BaseException] = {}
        if path is not None:
            self.load(path)

    def _cause(self, code: int) -> Optional[BaseException]:
        return self._raised.pop(int(lib.onshi_result_class(code)), None)

    @classmethod
    def from_environment(cls) -> Config:
        """The file that ONSHIKAKU_CONF names."""
        return cls(os.environ["ONSHIKAKU_CONF"])

    def load(self, path: Union[str, Path]) -> None:
        """Reads an INI file, strictly; nothing is taken from one refused."""
        self._call(lib.onshi_config_load, os.fsencode(path))

    def __setitem__(self, key: str, value: Union[str, bytes, bytearray, None]) -> None:
        """A text, the bytes of a file, or (bytearray) a secret; None: the default.

        A secret is copied to locked memory; wiping the bytearray is yours.
        """
        if isinstance(value, bytearray):
            copy = secret(value)
            try:
                self._call(lib.onshi_config_set_secret, raw(key),
                           C.cast(copy, C.POINTER(C.c_uint8)), len(value))
            finally:
                wipe(copy)
        elif isinstance(value, bytes):
            self._call(
                lib.onshi_config_set_bytes, raw(key), bytes_in(value), len(value))
        elif value is None or isinstance(value, str):
            self._call(lib.onshi_config_set, raw(key), maybe_raw(value))
        else:
            raise TypeError("a value is a str, bytes, a bytearray or None")

    def __getitem__(self, key: str) -> Optional[str]:
        """None where it has none, was given as bytes, or is secret."""
        out = C.c_char_p()
        code = self._ask(lib.onshi_config_text, raw(key), C.byref(out))
        return None if code != 0 else text_of(out.value)

    @staticmethod
    def keys(lang: str = "ja") -> Iterator[tuple[str, str]]:
        """Each key of the table and what it is for."""
        key, text, i = C.c_char_p(), C.c_char_p(), 0
        while lib.onshi_config_key_at(i, raw(lang), C.byref(key), C.byref(text)) == 0:
            yield text_of(key.value), text_of(text.value)
            i += 1

    def _plug(self, function: Any, ops: Any, *names: bytes) -> None:
        while _over:
            _plugged.pop(_over.pop(), None)
        key = next(_keys)
        ops.size, ops.done = C.sizeof(ops), _DONE
        _plugged[key] = ops
        try:
            self._call(function, *names, C.byref(ops), key)
        except BaseException:
            del _plugged[key]
            raise

    def add_reader(self, name: str, reader: Reader) -> None:
        """Beside PC/SC's, under a name of 1 to 128 bytes."""
        ops = _reader_ops(reader, _Guard(self._raised, READER))
        self._plug(lib.onshi_config_add_reader, ops, raw(name))

    def add_face(self, face: Face) -> None:
        """The one face reader of this desk."""
        ops = _face_ops(face, _Guard(self._raised, READER))
        self._plug(lib.onshi_config_add_face, ops)

    def set_link(self, link: Link) -> None:
        """In place of ``link.type``."""
        ops = _link_ops(link, _Guard(self._raised, CALLBACK))
        self._plug(lib.onshi_config_set_link, ops)

    def set_clock(self, clock: Clock) -> None:
        """One that raises goes on from what it said last."""
        ops = _ffi.ClockOps()
        ops.wall = _ffi.CLOCK_FN(_Going(clock.wall))
        ops.steady = _ffi.CLOCK_FN(_Going(clock.steady))
        ops.boot = _ffi.CLOCK_FN(_Going(clock.boot))
        self._plug(lib.onshi_config_set_clock, ops)

    def set_log(self, line: Optional[Callable[[str], object]]) -> None:
        """What it raises goes to ``sys.unraisablehook``. None: no log."""
        if line is None:
            self._call(lib.onshi_config_set_log, None, None)
            return
        take = line
        ops = _ffi.LogOps()

        def call(_s: Any, text: bytes) -> None:
            take(text_of(text))

        ops.line = _ffi.LINE_FN(call)
        self._plug(lib.onshi_config_set_log, ops)

    def set_audit(self, entry: Callable[[bytes], object]) -> None:
        """entry raises when the line could not be made durable."""
        self._plug(lib.onshi_config_set_audit, self._audit_ops(entry))

    def add_audit(self, entry: Callable[[bytes], object]) -> None:
        """A copy beside ``audit.dir``; one that raises refuses nothing."""
        self._plug(lib.onshi_config_add_audit, self._audit_ops(entry))

    def _audit_ops(self, entry: Callable[[bytes], object]) -> Any:
        guard = _Guard(self._raised, AUDIT)

        def call(_s: Any, text: Any, n: int) -> int:
            def keep() -> None:
                entry(C.string_at(text, n))
            return guard(keep)

        ops = _ffi.AuditOps()
        ops.entry = _ffi.ENTRY_FN(call)
        return ops


def carrier_name(carrier: int) -> str:
    return text_of(lib.onshi_carrier_name(carrier))


def carrier_text(carrier: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_carrier_text(carrier, raw(lang)))
