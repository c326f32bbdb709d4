#!/bin/sh
# Kills an append, with and without a new segment, the mending after it, and a
# prune, at each of their system calls (SEC-97, SEC-100, FM-17): nothing
# acknowledged is lost, and the next one makes the record whole.
set -eu

helper=${top_builddir:?}/tests/audit/h_append
command -v strace >/dev/null 2>&1 || { echo "skip: no strace"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/kill.XXXXXX")
trap 'rm -rf "$work"' EXIT
strace -o /dev/null true 2>/dev/null || { echo "skip: strace may not trace"; exit 77; }

# A leak checker cannot work beside a tracer.
ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS

# Every n-th system call on files. Full: all of them; else each third.
calls=openat,open,newfstatat,fstat,flock,pread64,pwrite64,write,fdatasync,fsync,ftruncate,close,unlinkat,mkdirat,getdents64
step=${ONSHIKAKU_CHECK_FULL:+1}
step=${step:-3}

# The helper's words, of what is killed.
act()
{
	case $name in
	prune)	"$@" "$helper" prune "$work/r" "$key" ;;
	*)	"$@" "$helper" add "$work/r" 1 "$bytes" ;;
	esac
}

# kill_each NAME SEGMENT-BYTES: $work/base is copied for each try.
kill_each()
{
	name=$1 bytes=$2
	had=$("$helper" prove "$work/base" "$key") || test $? -eq 3
	# How many calls there are, and where those of the record begin.
	rm -rf "$work/r"; cp -a "$work/base" "$work/r"
	act strace -f -o "$work/trace" -e "trace=$calls" >/dev/null
	all=$(grep -c '^' "$work/trace")
	first=$(grep -n "$work/r" "$work/trace" | head -n 1 | cut -d: -f1)
	test "$all" -gt "$first"
	# Runs of one build differ by none but the dynamic linker's calls, and
	# each call is counted by its own name: find name and number of each.
	awk -v first="$first" -v step="$step" '{
		sub(/^[0-9]+ +/, "")
		called = sub(/\(.*/, "") && /^[a-z0-9_]+$/
		if (called)
			nth[$0]++
		if (called && NR >= first && (NR - first) % step == 0)
			print NR, $0, nth[$0]
	}' "$work/trace" >"$work/list"
	killed=0
	while read -r n call nth; do
		rm -rf "$work/r"; cp -a "$work/base" "$work/r"
		act strace -f -o /dev/null -e "trace=$call" \
		    -e "inject=$call:signal=KILL:when=$nth" \
		    >"$work/out" 2>/dev/null || killed=$((killed + 1))
		least=$had
		[ ! -s "$work/out" ] || least=$((had + 1))	# acknowledged
		"$helper" mend "$work/r" "$key" "$bytes" "$least" \
		    >"$work/out" || {
			echo "$name: call $n ($call $nth): $(cat "$work/out")"
			exit 1
		}
		test "$name" != prune || test "$(ls "$work/r" |
		    grep -c "^audit-.*log")" -le 3
	done <"$work/list"
	echo "$name: $all calls, killed $killed times"
	test "$killed" -gt 5
}

rm -rf "$work/base"
key=$("$helper" begin "$work/base")
"$helper" add "$work/base" 4 1000000 >/dev/null
kill_each append 1000000
kill_each rotate 2100
# A torn tail, and a whole entry that the state does not know.
cp -a "$work/base" "$work/plain"
printf 'v=1\tn=6\tt=2026' >>"$work/base/audit-000001.log"
kill_each torn 1000000
rm -rf "$work/base"; cp -a "$work/plain" "$work/base"
cp "$work/base/audit.state" "$work/state"
"$helper" add "$work/base" 1 1000000 >/dev/null
cp "$work/state" "$work/base/audit.state"
kill_each whole 1000000
# Old segments that need not be kept.
rm -rf "$work/base"
key=$("$helper" begin-old "$work/base")
test "$(ls "$work/base" | grep -c '^audit-.*log')" -gt 3
kill_each prune 0
