#!/bin/sh
# Breaks lines of the library, one at a time, and looks whether a test notices:
# sh tests/mutate.sh [-n N] [-s SEED] [-t MINUTES] [ROOM|FILE…]
#
# Long form only (hours for everything): some seconds a line. Without names it
# takes all of gate and query, and -n lines (20) of each other file that guards
# somebody: card, audit, link, message, visit; with names, -n lines of each file
# of theirs; no new line after -t minutes.
# Works on a copy in build/mutate, goes on where it was stopped, and asks those
# that lived again once the tree has changed; rm -r build/mutate begins anew.
# What lives is printed, and fails unless tests/mutate/lives.txt names it with
# the reason. Ends with the share that was noticed.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
exec nice -n 15 python3 -B "$top/tests/mutate/mutate.py" "$top" "$@"
