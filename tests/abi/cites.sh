#!/bin/sh
# Each rule, chapter and page that the tree cites is there to be read.
. "${top_srcdir:?}/tests/abi/abi.sh"
check cites.py
