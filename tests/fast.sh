#!/bin/sh
# Prints the test programs of the fast layers: the rooms', but for those that
# need a PC/SC daemon or sockets. quick: nor those that fail every allocation,
# kill at every call, or play for long against a model. apart: those that need
# a process for each test, since one of them leaves behind what another finds;
# together: the others.
apart='/(audit/t_theirs|link/t_profile|link/t_oom|visit/t_memory)$'
slow='^-' only=
case ${1:-} in
quick)	slow='/(t_oom|t_crash|t_tamper|t_model|t_reseal|t_prune|t_loop|t_memory|t_system)$' ;;
together) slow=$apart ;;
apart)	only=$apart ;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
sed -e :a -e '/\\$/N; s/\\\n//; ta' "$top"/lib/*/room.am |
    sed -n 's/^check_PROGRAMS += *//p' | tr -s ' \t' '\n' |
    grep '^tests/' | grep -vE '^tests/(pcsc|wire)/' | grep -vE -- "$slow" |
    grep -E -- "${only:-.}" | tr '\n' ' '
