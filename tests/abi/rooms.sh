#!/bin/sh
# Which room may include and call which, where third-party headers may stand,
# and that the library has nothing that only tests call.
. "${top_srcdir:?}/tests/abi/abi.sh"
check rooms.py
check objects.py
