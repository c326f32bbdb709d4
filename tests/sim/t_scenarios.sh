#!/bin/sh
# Every named scenario, with our own command as the client.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] && [ -x "$top_builddir/onshikaku" ] || exit 77
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS

# Whole chapters of the catalogue wait for commands that ours does not have.
words=$("$top_builddir/onshikaku" --help)
options=$("$top_builddir/onshikaku" eligibility --help)
later='-e ^$'
case $words in *' journal '*) ;; *) later="$later -e ^folder-" ;; esac
case $words in *' watch '*) ;; *) later="$later -e ^watch-" ;; esac
case $words in *' bulk '*) ;; *) later="$later -e ^bulk- -e ^register-" ;; esac
case $options in *--compare*) ;; *) later="$later -e ^match-" ;; esac
# shellcheck disable=SC2046,SC2086
exec "$sim" scenario run $("$sim" scenario list | cut -d' ' -f1 |
    grep -v $later)
