#!/bin/sh
# Numbers of the Python binding are those of the headers.
. "${top_srcdir:?}/tests/abi/abi.sh"
check constants.py
