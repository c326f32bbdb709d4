#!/bin/sh
# Six lists agree: headers, map, pages, library, Python table, test of calls.
. "${top_srcdir:?}/tests/abi/abi.sh"
check lists.py
