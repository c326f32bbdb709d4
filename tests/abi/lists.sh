#!/bin/sh
# Five lists agree: public headers, map, pages, built library, Python table.
. "${top_srcdir:?}/tests/abi/abi.sh"
check lists.py
