#!/bin/sh
# Each rule of law has a test that attacks it; what only the host can keep
# stands on its page.
. "${top_srcdir:?}/tests/abi/abi.sh"
check rules.py
