#!/bin/sh
# Prints the test programs of the fast layers: the rooms', but for those that
# need a PC/SC daemon or sockets. quick: nor those that fail or kill at every
# call and allocation, look at every byte sent to a card, or play for long
# against a model, a share or other desks. apart: those that need
# a process for each test, since one of them leaves behind what another finds;
# together: the others. forkless: of these, which need no process for each test
# without sanitizers, either: those that search a process's memory for a secret
# do, and the long play on a share that remembers what it lied.
apart='/(audit/t_theirs|link/t_profile|link/t_oom|visit/t_memory)$'
slow='^-' only=
case ${1:-} in
quick)
	slow='oom|crash|tamper|mode[ls]*|reseal|prune|loop|memory|system|calls'
	slow="$slow|apdu|fault|pcsc|seal_kill|folder_(faults|kill|share)"
	slow="/t_($slow|arrivals_(many|share|zip))\$" ;;
together) slow=$apart ;;
forkless)
	slow='/(card/t_secret|visit/t_(held|life|arrivals_share))$'
	slow="$apart|$slow" ;;
apart)	only=$apart ;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
sed -e :a -e '/\\$/N; s/\\\n//; ta' "$top"/lib/*/room.am |
    sed -n 's/^check_PROGRAMS += *//p' | tr -s ' \t' '\n' |
    grep '^tests/' | grep -vE '^tests/(pcsc|wire)/' | grep -vE -- "$slow" |
    grep -E -- "${only:-.}" | tr '\n' ' '
