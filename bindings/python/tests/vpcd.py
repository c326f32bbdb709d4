"""A reader in Python: it speaks to the virtual card without PC/SC."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Optional

from world import BUILD

from onshikaku import RESULTS
from onshikaku._core import failure

OFF, ON, GET_ATR = b"\0", b"\1", b"\4"


class CardReader:
    """What the virtual card calls, as the driver of a virtual reader does."""

    def __init__(self, pki: Path, folder: Path, profile: str = "adult") -> None:
        server = socket.create_server(("127.0.0.1", 0))
        port = server.getsockname()[1]
        self._card = subprocess.Popen(
            [str(BUILD / "onshikaku-vcard"), "--pki", str(pki), "--card", profile,
             "--vpcd", f"127.0.0.1:{port}", "--state", str(folder / "state"),
             "--control", str(folder / "control"), "--apdu-log", str(folder / "log")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        server.settimeout(20)
        self._wire, _ = server.accept()
        server.close()
        #: A copy of what was sent, and the buffers that it came in.
        self.sent: list[bytes] = []
        self.given: list[bytearray] = []

    def __enter__(self) -> CardReader:
        return self

    def __exit__(self, kind: Optional[type[BaseException]],
                 why: Optional[BaseException], where: Optional[TracebackType]) -> None:
        self._wire.close()
        self._card.terminate()
        self._card.wait(10)

    def _send(self, data: bytes) -> None:
        self._wire.sendall(len(data).to_bytes(2, "big") + data)

    def _take(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            piece = self._wire.recv(n - len(data))
            if not piece:
                raise failure(RESULTS["ONSHI_E_CARD_GONE"])
            data += piece
        return data

    def _receive(self) -> bytes:
        return self._take(int.from_bytes(self._take(2), "big"))

    def wait(self, present: bool, timeout_ms: int) -> None:
        if not present:
            raise failure(RESULTS["ONSHI_E_CARD_TIMEOUT"])

    def hold(self, timeout_ms: int) -> None:
        self._wire.settimeout(timeout_ms / 1000)
        self._send(ON)
        self._send(GET_ATR)
        assert self._receive()

    def release(self, timeout_ms: int) -> None:
        self._send(OFF)

    def transmit(self, command: bytearray, timeout_ms: int) -> bytes:
        self.sent.append(bytes(command))
        self.given.append(command)
        self._wire.settimeout(timeout_ms / 1000)
        self._send(bytes(command))
        return self._receive()
