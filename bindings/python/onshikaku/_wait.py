"""Handles whose calls wait, or come back for an event loop to go on."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from ._core import WAIT, Handle
from ._ffi import lib

LOOK_S = 1.0  # between looks at a call whose descriptor stays silent


class Waits(Handle):
    """One whose work goes on behind a descriptor."""

    _fd: ClassVar[str]
    _set_blocking: ClassVar[str]
    _is_blocking = True

    def set_blocking(self, yes: bool) -> None:
        """Whether calls wait, or come back with ``Need.WAIT``."""
        self._call(getattr(lib, self._set_blocking), int(yes))
        self._is_blocking = yes

    def cancel(self) -> None:
        """Ends a call that waits, or the next one, with :class:`Cancelled`.

        From any thread; nothing once it is closed.
        """
        self._owned.cancel()

    def fileno(self) -> int:
        """To be polled for reading after ``Need.WAIT``, and then only."""
        return int(getattr(lib, self._fd)(self._p))

    async def _until(self, function: Any, *args: Any) -> int:
        """Calls again when the descriptor says so; looks now and then, for the
        deadline of a call that hangs in a table of the program."""
        if self._is_blocking:
            self.set_blocking(False)
        while (code := self._call(function, *args)) == WAIT:
            try:
                await readable(self.fileno())
            except asyncio.CancelledError:
                self.cancel()
                raise
        return code


async def readable(fd: int) -> None:
    """Waits until it is, or for a moment."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await asyncio.wait_for(ready.wait(), LOOK_S)
    except asyncio.TimeoutError:
        pass
    finally:
        loop.remove_reader(fd)
