"""An adapter to the face reader's software that listens at face.socket, for
Config.add_face: lines of words, bytes as hexadecimal digits, as
onshikaku-sim(1) has them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import IO, Optional

import onshikaku
from onshikaku import (
    RESULTS, Carrier, Category, FaceExchange, Method, Notice, OnshiError)

LINE = 70000  # the longest are bytes, in digits
GRACE_S = 2.0  # the reader itself keeps the time
AT_READER = Method.FACE, Method.PIN, Method.VISUAL
ASKED = (Category.DRUGS, Category.CHECKUPS, Category.CARE, Category.SURGERY,
         Category.LIMIT, Category.DISEASES)
METHODS = {onshikaku.method_name(m): m for m in AT_READER}
CATEGORIES = {onshikaku.category_name(c): c for c in ASKED}
CARRIERS = {onshikaku.carrier_name(c): c for c in Carrier}
ENDS = {
    "done": "ONSHI_OK", "nobody": "ONSHI_E_CARD_NONE",
    "busy": "ONSHI_E_READER_BUSY", "gone": "ONSHI_E_CARD_GONE",
    "no-match": "ONSHI_E_FACE", "not-offered": "ONSHI_E_FACE",
    "pin-wrong": "ONSHI_E_PIN_WRONG", "pin-last": "ONSHI_E_PIN_LAST_TRY",
    "pin-blocked": "ONSHI_E_PIN_BLOCKED",
    "no-certificate": "ONSHI_E_CARD_NO_CERTIFICATE",
}


def failed(name: str) -> OnshiError:
    return OnshiError(RESULTS[name])


def wishes(x: FaceExchange) -> Iterator[str]:
    yield f"check {x.id} {x.timeout_ms}"
    yield f"registers {int(x.registers)}"
    yield f"guidance {x.text(Notice.FACE)}"
    for name, method in METHODS.items():
        if x.allows(method):
            yield f"allows {name}"
    for name, category in CATEGORIES.items():
        if x.asks(category):
            yield f"asks {name} {x.text(Notice.CONSENT, category)}"
    yield "go"


class Talk:
    """One exchange. An answer to another one is another patient's."""

    def __init__(self, x: FaceExchange, lines: IO[str]) -> None:
        self.x, self.lines, self.is_ours = x, lines, False

    def say(self, *lines: str) -> None:
        self.lines.write("".join(f"{line}\n" for line in lines))
        self.lines.flush()

    def hear(self) -> tuple[str, str]:
        line = self.lines.readline(LINE)
        if not line.endswith("\n"):
            raise failed("ONSHI_E_READER")
        word, _, value = line.rstrip("\r\n").partition(" ")
        return word, value

    def take(self, word: str, value: str) -> None:
        x = self.x
        if word == "id":
            self.is_ours = value == x.id
        if not self.is_ours:
            raise failed("ONSHI_E_READER")
        if word == "carrier":
            x.set_carrier(CARRIERS[value])
        elif word == "method":
            x.set_method(METHODS[value])
        elif word == "tries":
            x.set_tries(int(value))
        elif word == "consent":
            category, _, given = value.partition(" ")
            x.set_consent(CATEGORIES[category], {"0": False, "1": True}[given])
        elif word == "certificate":
            x.set_certificate(bytes.fromhex(value))
        elif word == "proof":
            x.set_proof(bytes.fromhex(value))
        elif word == "sign":
            self.say(f"text {x.to_sign().hex()}")
        elif word == "signature":
            x.set_signature(bytes.fromhex(value))
        elif word != "id":
            raise failed("ONSHI_E_READER")

    def run(self) -> int:
        self.say(*wishes(self.x))
        while True:
            word, value = self.hear()
            if word != "result":
                self.take(word, value)
                continue
            if value == "done" and not self.is_ours:
                raise failed("ONSHI_E_READER")
            return RESULTS[ENDS[value]]


class FaceSocket:
    """What Config.add_face takes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._under_way: Optional[socket.socket] = None

    def check(self, x: FaceExchange) -> int:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(x.timeout_ms / 1000 + GRACE_S)
            try:
                s.connect(self._path)
            except OSError:
                return RESULTS["ONSHI_E_READER_NONE"]
            self._set(s)
            try:
                with s.makefile("rw", encoding="utf-8", newline="\n") as lines:
                    return Talk(x, lines).run()
            except (OSError, OnshiError, LookupError, ValueError):
                if x.is_cancelled:
                    return RESULTS["ONSHI_E_CANCELLED"]
                raise  # it stays the cause of what the visit raises
            finally:
                self._set(None)

    def _set(self, s: Optional[socket.socket]) -> None:
        with self._lock:
            self._under_way = s

    def cancel(self) -> None:
        """Whoever reads comes back at once."""
        with self._lock:
            if self._under_way is not None:
                self._under_way.shutdown(socket.SHUT_RDWR)
