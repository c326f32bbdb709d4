"""Encrypted ZIP by libzip, which the simulator is built on, too."""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

_zip = ctypes.CDLL(ctypes.util.find_library("zip") or "libzip.so.4")
for _name in "zip_open", "zip_source_buffer", "zip_fopen_index_encrypted":
    getattr(_zip, _name).restype = ctypes.c_void_p
_zip.zip_get_name.restype = ctypes.c_char_p
_zip.zip_fread.restype = ctypes.c_int64
_zip.zip_get_num_entries.restype = ctypes.c_int64
_zip.zip_file_add.restype = ctypes.c_int64
AES_256 = 0x0103


def read(path: Path, password: str | None) -> dict[str, bytes | None]:
    """What is in it, by name; None for what the password does not open."""
    error = ctypes.c_int()
    z = _zip.zip_open(str(path).encode(), 0, ctypes.byref(error))
    assert z, f"no ZIP: {error.value}"
    handle = ctypes.c_void_p(z)
    found: dict[str, bytes | None] = {}
    buf = ctypes.create_string_buffer(262144)
    for i in range(_zip.zip_get_num_entries(handle, 0)):
        name = _zip.zip_get_name(handle, ctypes.c_uint64(i), 0).decode()
        f = _zip.zip_fopen_index_encrypted(
            handle, ctypes.c_uint64(i), 0,
            password.encode() if password else None)
        found[name] = None
        if f:
            parts = []
            while (n := _zip.zip_fread(ctypes.c_void_p(f), buf,
                                       ctypes.c_uint64(len(buf)))) > 0:
                parts.append(buf.raw[:n])
            found[name] = b"".join(parts)
            _zip.zip_fclose(ctypes.c_void_p(f))
    _zip.zip_discard(handle)
    return found


def write(path: Path, name: str, data: bytes, password: str | None) -> None:
    error = ctypes.c_int()
    handle = ctypes.c_void_p(_zip.zip_open(str(path).encode(), 1,
                                           ctypes.byref(error)))
    source = ctypes.c_void_p(_zip.zip_source_buffer(
        handle, data, ctypes.c_uint64(len(data)), 0))
    i = _zip.zip_file_add(handle, name.encode(), source, 0)
    if password is not None:
        _zip.zip_file_set_encryption(handle, ctypes.c_uint64(i),
                                     ctypes.c_uint16(AES_256),
                                     password.encode())
    assert _zip.zip_close(handle) == 0
