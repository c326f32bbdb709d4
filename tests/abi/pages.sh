#!/bin/sh
# The pages are well-formed, complete and true to the headers.
. "${top_srcdir:?}/tests/abi/abi.sh"
check pages.py
