#!/bin/sh
# README, NEWS and SECURITY name what is there.
. "${top_srcdir:?}/tests/abi/abi.sh"
check docs.py
