#!/bin/sh
# Which room may include which, and where third-party headers may stand.
. "${top_srcdir:?}/tests/abi/abi.sh"
check rooms.py
