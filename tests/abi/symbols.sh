#!/bin/sh
# The built library: what it exports and needs, and how it is hardened
# (SEC-121, SEC-122, SEC-126).
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
lib=$top_builddir/lib/.libs/libonshikaku.so
work=$(mktemp -d "$top_builddir/abi.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

wrong()
{
	echo "$1:0: $2"
	bad=1
}

# hardened FILE: what holds for the library and for programs.
hardened()
{
	readelf -lW "$1" >"$work/segments" 2>/dev/null
	readelf -dW "$1" >"$work/dynamic" 2>/dev/null
	grep -q GNU_RELRO "$work/segments" || wrong "$1" "no RELRO"
	grep -Eq 'BIND_NOW|FLAGS.*NOW' "$work/dynamic" ||
	    wrong "$1" "symbols are bound late"
	awk '$1 == "GNU_STACK" { found = 1; if ($7 ~ /E/) exec = 1 }
	    END { exit !(found && !exec) }' "$work/segments" ||
	    wrong "$1" "the stack can be executed"
	awk '$1 == "LOAD" && /RWE/ { bad = 1 } END { exit bad }' \
	    "$work/segments" || wrong "$1" "a segment is writable and executable"
	! grep -q TEXTREL "$work/dynamic" || wrong "$1" "text is relocated"
}

hardened "$lib"
! grep -Eq 'R(UN)?PATH' "$work/dynamic" || wrong "$lib" "has a search path"
grep -q 'SONAME.*libonshikaku\.so\.0' "$work/dynamic" ||
    wrong "$lib" "its soname is not libonshikaku.so.0"
for p in onshikaku onshikaku-pki onshikaku-vcard onshikaku-sim; do
	for f in "$top_builddir/.libs/$p" "$top_builddir/$p"; do
		if [ -f "$f" ] && [ "$(head -c 4 "$f" | tail -c 3)" = ELF ]; then
			hardened "$f"
			readelf -hW "$f" | grep -q 'Type:.*DYN' ||
			    wrong "$f" "its address is fixed"
			break
		fi
	done
done

nm -D --defined-only "$lib" | awk '$2 != "A" { print $NF }' >"$work/exported"
for name in $(grep -v '^onshi_' "$work/exported"); do
	wrong "$lib" "exports $name"
done
nm --defined-only "$lib" | awk '{ print $NF }' >"$work/all"
for name in $(grep -Ei 'insecure|no_?verify|skip_?verify' "$work/all"); do
	wrong "$lib" "has $name"
done

# What it takes from others: a banned function is one whatever it is called
# by in the source. Sanitizers bring names of their own.
nm -D --undefined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' |
    grep -Ev '^__(asan|ubsan|sanitizer)' >"$work/needed"
for name in strcpy strcat stpcpy sprintf vsprintf gets strtok atoi atol atof \
    sscanf fscanf scanf __isoc99_sscanf __isoc99_fscanf __isoc99_scanf system \
    popen mktemp tmpnam rand srand random abort exit _exit __assert_fail \
    setlocale signal umask chdir setenv putenv unsetenv printf vprintf \
    fprintf __fprintf_chk __printf_chk puts fputs perror __longjmp_chk \
    longjmp setjmp _setjmp fork execve __strcpy_chk __strcat_chk \
    __sprintf_chk __vsprintf_chk; do
	if grep -qx "$name" "$work/needed"; then
		wrong "$lib" "needs $name"
	fi
done

echo "$(wc -l <"$work/exported") exported, $(wc -l <"$work/needed") needed"
exit $bad
