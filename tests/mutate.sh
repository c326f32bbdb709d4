#!/bin/sh
# Breaks lines of the library, one at a time, and looks whether a test notices:
# sh tests/mutate.sh [-n N] [-s SEED] [ROOM|FILE…]
#
# Long form only (hours for everything): 10 to 20 s a line. Without names it
# takes all of gate and query, and -n lines (20) of each other file that guards
# somebody: visit, audit, card, link, message. Works on a copy in
# build/mutate, and goes on where it was stopped; rm -r build/mutate begins
# anew. What lives is printed, and fails unless tests/mutate/lives.txt names
# it with the reason. Ends with the share that was noticed.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
exec python3 -B "$top/tests/mutate/mutate.py" "$top" "$@"
