"""Configuration, and the tables that a program may plug in."""

from __future__ import annotations

import ctypes as C
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional, Protocol, Union

from . import _ffi
from ._core import Handle, bytes_in, secret, text_of, wipe
from ._ffi import lib

FAILED = -1  # what is no result is taken as the table's own failure


class Reader(Protocol):
    """A reader of one's own. Each may raise; an ``OnshiError`` keeps its code."""

    def wait(self, present: bool, timeout_ms: int) -> int: ...
    def hold(self, timeout_ms: int) -> int: ...
    def release(self, timeout_ms: int) -> int: ...
    def transmit(self, command: bytes, timeout_ms: int) -> Union[bytes, int]: ...


class Clock(Protocol):
    """All in milliseconds."""

    def wall(self) -> int: ...
    def steady(self) -> int: ...
    def boot(self) -> int: ...


class Link(Protocol):
    """A link of one's own; a session is any object."""

    def carries(self, prefix: str) -> bool: ...
    def open(self, timeout_ms: int) -> object: ...
    def exchange(self, session: object, exchange: Exchange) -> int: ...
    def close(self, session: object) -> None: ...


class Exchange:
    """One request and its answer, under way; valid inside ``exchange`` alone."""

    def __init__(self, pointer: Any) -> None:
        self._p = pointer

    @property
    def prefix(self) -> str:
        return text_of(lib.onshi_exchange_prefix(self._p))

    @property
    def body(self) -> bytes:
        n = C.c_size_t()
        p = lib.onshi_exchange_body(self._p, C.byref(n))
        return C.string_at(p, n.value) if p else b""

    @property
    def request_id(self) -> str:
        return text_of(lib.onshi_exchange_request_id(self._p))

    @property
    def token(self) -> str:
        return text_of(lib.onshi_exchange_token(self._p))

    @property
    def timeout_ms(self) -> int:
        return int(lib.onshi_exchange_timeout_ms(self._p))

    def write(self, data: bytes) -> int:
        return int(lib.onshi_exchange_write(self._p, bytes_in(data), len(data)))

    def set_thrown_back(self, yes: bool) -> None:
        lib.onshi_exchange_set_thrown_back(self._p, int(yes))

    def set_token(self, token: str) -> int:
        return int(lib.onshi_exchange_set_token(self._p, token.encode()))

    def set_sent(self, sent: int) -> None:
        lib.onshi_exchange_set_sent(self._p, sent)

    def set_retry_after(self, seconds: int) -> None:
        lib.onshi_exchange_set_retry_after(self._p, seconds)


class Config(Handle):
    """Settings by key; frozen once a root was made from it."""

    _free, _type, _error = "onshi_config_free", _ffi.Config, "onshi_config_error"

    def __init__(self, path: Union[str, Path, None] = None) -> None:
        pointer = self._pointer()
        code = lib.onshi_config_new(C.byref(pointer))
        super().__init__(pointer)
        self._check(code)
        self._kept: list[Any] = []
        #: What a table of this config raised last.
        self.raised: Optional[BaseException] = None
        if path is not None:
            self.load(path)

    @classmethod
    def from_environment(cls) -> Config:
        """The file that ONSHIKAKU_CONF names."""
        return cls(os.environ["ONSHIKAKU_CONF"])

    def load(self, path: Union[str, Path]) -> None:
        self._check(lib.onshi_config_load(self._p, os.fsencode(path)))

    def __setitem__(self, key: str, value: Union[str, bytes, bytearray, None]) -> None:
        """A text, the bytes of a file, or (bytearray) a secret."""
        name = key.encode()
        if isinstance(value, bytearray):
            copy = secret(value)
            try:
                self._check(lib.onshi_config_set_secret(
                    self._p, name, C.cast(copy, C.POINTER(C.c_uint8)), len(value)))
            finally:
                wipe(copy)
        elif isinstance(value, bytes):
            self._check(lib.onshi_config_set_bytes(
                self._p, name, bytes_in(value), len(value)))
        else:
            raw = None if value is None else value.encode()
            self._check(lib.onshi_config_set(self._p, name, raw))

    def __getitem__(self, key: str) -> Optional[str]:
        out = C.c_char_p()
        code = self._check(lib.onshi_config_text(self._p, key.encode(), C.byref(out)))
        return None if code != 0 else text_of(out.value)

    @staticmethod
    def keys(lang: str = "ja") -> Iterator[tuple[str, str]]:
        """Each key of the table and what it is for."""
        key, text, i = C.c_char_p(), C.c_char_p(), 0
        while lib.onshi_config_key_at(i, lang.encode(), C.byref(key), C.byref(text)) == 0:
            yield text_of(key.value), text_of(text.value)
            i += 1

    def _guard(self, call: Callable[[], int]) -> int:
        """An exception cannot cross C: it is kept, and the call has failed."""
        try:
            return call()
        except BaseException as why:
            self.raised = why
            return int(getattr(why, "code", FAILED))

    def _plug(self, function: Any, ops: Any, *names: bytes) -> None:
        ops.size = C.sizeof(ops)
        self._kept.append(ops)
        self._check(function(self._p, *names, C.byref(ops), None))

    def add_reader(self, name: str, reader: Reader) -> None:
        def transmit(_s: Any, command: Any, n: int, reply: Any, room: Any, ms: int) -> int:
            def call() -> int:
                got = reader.transmit(C.string_at(command, n), ms)
                if isinstance(got, int):
                    return got
                if len(got) > room[0]:
                    return FAILED
                C.memmove(reply, got, len(got))
                room[0] = len(got)
                return 0
            return self._guard(call)

        ops = _ffi.ReaderOps()
        ops.wait = _ffi.WAIT_FN(
            lambda _s, present, ms: self._guard(lambda: reader.wait(bool(present), ms)))
        ops.hold = _ffi.HOLD_FN(lambda _s, ms: self._guard(lambda: reader.hold(ms)))
        ops.release = _ffi.HOLD_FN(lambda _s, ms: self._guard(lambda: reader.release(ms)))
        ops.transmit = _ffi.TRANSMIT_FN(transmit)
        self._plug(lib.onshi_config_add_reader, ops, name.encode())

    def set_clock(self, clock: Clock) -> None:
        ops = _ffi.ClockOps()
        ops.wall = _ffi.CLOCK_FN(lambda _s: self._guard(clock.wall))
        ops.steady = _ffi.CLOCK_FN(lambda _s: self._guard(clock.steady))
        ops.boot = _ffi.CLOCK_FN(lambda _s: self._guard(clock.boot))
        self._plug(lib.onshi_config_set_clock, ops)

    def set_log(self, line: Callable[[str], object]) -> None:
        def call(_s: Any, raw: bytes) -> None:
            self._guard(lambda: (line(text_of(raw)), 0)[1])

        ops = _ffi.LogOps()
        ops.line = _ffi.LINE_FN(call)
        self._plug(lib.onshi_config_set_log, ops)

    def set_audit(self, entry: Callable[[bytes], object]) -> None:
        """entry raises when the line could not be made durable."""
        def call(_s: Any, raw: Any, n: int) -> int:
            return self._guard(lambda: (entry(C.string_at(raw, n)), 0)[1])

        ops = _ffi.AuditOps()
        ops.entry = _ffi.ENTRY_FN(call)
        self._plug(lib.onshi_config_set_audit, ops)

    def set_link(self, link: Link) -> None:
        sessions: dict[int, object] = {}

        def open_(_s: Any, ms: int, out: Any) -> int:
            def call() -> int:
                session = link.open(ms)
                number = max(sessions, default=0) + 1
                sessions[number] = session
                out[0] = number
                return 0
            return self._guard(call)

        def close(_s: Any, number: int) -> None:
            def call() -> int:
                link.close(sessions.pop(number))
                return 0
            self._guard(call)

        ops = _ffi.LinkOps()
        ops.carries = _ffi.CARRIES_FN(
            lambda _s, prefix: self._guard(lambda: int(link.carries(text_of(prefix)))))
        ops.open = _ffi.OPEN_FN(open_)
        ops.exchange = _ffi.EXCHANGE_FN(
            lambda _s, n, x: self._guard(lambda: link.exchange(sessions[n], Exchange(x))))
        ops.close = _ffi.SESSION_FN(close)
        self._plug(lib.onshi_config_set_link, ops)
