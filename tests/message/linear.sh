#!/bin/sh
# Work that goes with the answer: four times as much of it costs at most five
# times the instructions, by callgrind and not by the clock.
bin=tests/message/t_linear
command -v valgrind >/dev/null || exit 77
count()
{
	libtool=./libtool
	[ -x $libtool ] || exit 77
	$libtool --mode=execute valgrind --tool=callgrind \
	    --callgrind-out-file=/dev/null $bin "$1" "$2" 2>&1 |
	    sed -n 's/.*Collected : *//p'
}
n=$($bin count) bad=0 i=0
while [ "$i" -lt "$n" ]; do
	one=$(count "$i" 1) four=$(count "$i" 4)
	[ -n "$one" ] && [ -n "$four" ] || exit 99
	[ "$four" -le $((one * 5)) ] || {
		echo "answer $i: $one instructions, four times it $four"
		bad=1
	}
	i=$((i + 1))
done
exit $bad
