#!/bin/sh
# No banned function, no unfinished remark, no name from outside.
. "${top_srcdir:?}/tests/abi/abi.sh"
check banned.py
