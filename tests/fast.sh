#!/bin/sh
# Prints the test programs of the fast layers: the rooms', but for those that
# need a PC/SC daemon or sockets. quick: nor those that fail every allocation,
# kill at every call, or play for long against a model.
slow='^-'
[ "${1:-}" != quick ] ||
    slow='/(t_oom|t_crash|t_tamper|t_model|t_reseal|t_prune|t_loop|t_memory|t_system)$'
top=$(cd "$(dirname "$0")/.." && pwd)
sed -e :a -e '/\\$/N; s/\\\n//; ta' "$top"/lib/*/room.am |
    sed -n 's/^check_PROGRAMS += *//p' | tr -s ' \t' '\n' |
    grep '^tests/' | grep -vE '^tests/(pcsc|wire)/' | grep -vE -- "$slow" |
    tr '\n' ' '
