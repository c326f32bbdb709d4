#!/bin/sh
# The unit layers under valgrind's memcheck: sh tests/valgrind.sh BUILDDIR
#
# Runs the test programs that a build has (make check makes them), two at a
# time, in one process each (CK_FORK=no). A line per program, then a closing
# line; exit status 1 if one failed. VALGRIND_JOBS: how many at a time;
# VALGRIND_ONLY: a part of the names, for one by hand.
#
# What is not in the list: programs that make keys for a minute under valgrind
# (card, identity: their parsers are in the fuzz replays), whole tables of a
# million rows, and those whose children end with what they hold (os_file,
# os_thread). Wire, PC/SC and processes are other layers.
set -u
[ $# -eq 1 ] && [ -f "$1/config.status" ] || {
	echo "usage: sh tests/valgrind.sh BUILDDIR" >&2
	exit 2
}
top_srcdir=$(cd "$(dirname "$0")/.." && pwd)
top_builddir=$(cd "$1" && pwd)
export top_srcdir top_builddir
command -v valgrind >/dev/null || {
	echo "skip: valgrind is not installed"
	echo "valgrind: 0 passed, 0 failed, 1 skipped"
	exit 0
}
CK_FORK=no FUZZ_ROUNDS=1 TMPDIR=${TMPDIR:-/tmp}
ONSHIKAKU_SAMPLE=${ONSHIKAKU_SAMPLE:-5}		# all is played without valgrind
export CK_FORK FUZZ_ROUNDS TMPDIR ONSHIKAKU_SAMPLE
work=$(mktemp -d "$TMPDIR/onshikaku-valgrind.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The long ones first, so that both processes end at about the same time.
programs='
tests/audit/t_entry tests/crypto/t_hash tests/audit/t_audit tests/gate/t_gate
tests/fuzz/replay_xml_answer tests/fuzz/replay_public_message tests/link/t_head
tests/fuzz/replay_cert tests/fuzz/replay_apdu tests/fuzz/replay_gate
tests/message/t_judge tests/message/t_lines tests/message/t_public
tests/query/t_learn
tests/core/t_text tests/core/t_alloc tests/core/t_config
tests/core/t_config_check tests/core/t_config_load tests/core/t_env
tests/core/t_error tests/core/t_net tests/core/t_oom
tests/link/t_confine tests/link/t_vendor
tests/fuzz/replay_audit_line tests/fuzz/replay_config
tests/fuzz/replay_consent tests/fuzz/replay_http_head
tests/fuzz/replay_p12 tests/fuzz/replay_text tests/fuzz/replay_tlv'

# one PROGRAM: its output in a file of work; the line is the program's own.
cat >"$work/one" <<'END'
cd "$top_builddir" || exit 1
out=$2/$(echo "$1" | tr / _)
[ -x "$1" ] || {
	echo "skip: $1: not built" >"$out.line"
	cat "$out.line"
	exit 0
}
if timeout 300 valgrind -q --leak-check=full \
    --errors-for-leak-kinds=definite,possible --child-silent-after-fork=yes \
    --suppressions="$top_srcdir/tests/valgrind.supp" --error-exitcode=9 \
    "$1" >"$out" 2>&1; then
	echo "pass: $1: $(grep '^[0-9]*%: Checks:' "$out" | tail -n 1)"
else
	echo "FAIL: $1: status $?"
	tail -n 30 "$out"
fi >"$out.line"
cat "$out.line"
END
for p in $programs; do
	case $p in
	*${VALGRIND_ONLY:-}*) echo "$p" ;;
	esac
done | xargs -P "${VALGRIND_JOBS:-2}" -I PROGRAM sh "$work/one" PROGRAM "$work"

count() {
	cat "$work"/*.line 2>/dev/null | grep -c "^$1: "
}
failed=$(count FAIL)
echo "valgrind: $(count pass) passed, $failed failed, $(count skip) skipped"
[ "$failed" -eq 0 ]
