# Makes include/onshikaku/elements.h from lib/message/elements.def.
BEGIN {
	FS = "\t"
	print "/* Elements of the messages. Made from lib/message/elements.def: do not edit. */"
	print "#ifndef ONSHIKAKU_ELEMENTS_H"
	print "#define ONSHIKAKU_ELEMENTS_H"
	print ""
	print "/* A number never changes its meaning and is never used again. */"
	print "enum {"
}
# "InsurerNumber" to "INSURER_NUMBER", "Sex1" to "SEX1".
function constant(name,    i, c, s) {
	for (i = 1; i <= length(name); i++) {
		c = substr(name, i, 1)
		if (i > 1 && c >= "A" && c <= "Z")
			s = s "_"
		s = s toupper(c)
	}
	return s
}
/^#/ || NF < 5 { next }
{
	row[++n] = "\tONSHI_EL_" constant($2) " = " $1
	note[n] = "\t/* " $2 " */"
}
END {
	for (i = 1; i <= n; i++)
		print row[i] (i < n ? "," : "") note[i]
	print "};"
	print ""
	print "#endif"
}
