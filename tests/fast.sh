#!/bin/sh
# Prints the test programs of the fast layers: the rooms', but for those that
# need a PC/SC daemon or sockets.
top=$(cd "$(dirname "$0")/.." && pwd)
sed -e :a -e '/\\$/N; s/\\\n//; ta' "$top"/lib/*/room.am |
    sed -n 's/^check_PROGRAMS += *//p' | tr -s ' \t' '\n' |
    grep '^tests/' | grep -vE '^tests/(pcsc|wire)/' | tr '\n' ' '
