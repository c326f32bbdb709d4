# Makes include/onshikaku/results.h from lib/core/results.def.
BEGIN {
	print "/* Results and needs. Made from lib/core/results.def: do not edit. */"
	print "#ifndef ONSHIKAKU_RESULTS_H"
	print "#define ONSHIKAKU_RESULTS_H"
	print ""
	print "/* The hundreds digit says who must act: 1 us, 2 the program, 3 card,"
	print " * holder, reader, 4 network, 5 the service, 6 law and consent, 7 this"
	print " * machine, 8 cancelled. */"
	print "enum {"
}
/^R\(/ {
	split(substr($0, 3), f, ",")
	gsub(/[ \t]/, "", f[2])
	row[++n] = "\t" f[1] (length(f[1]) < 16 ? "\t\t" : length(f[1]) < 24 ? "\t" : " ") "= " f[2]
	want = 1
	next
}
want && /"/ {
	split($0, q, "\"")
	text[n] = q[2]
	want = 0
}
END {
	for (i = 1; i <= n; i++)
		print row[i] (i < n ? "," : "") "\t/* " text[i] " */"
	print "};"
	print ""
	print "#endif"
}
