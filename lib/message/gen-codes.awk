# Makes lib/message/code_rows.c from codes.def.
BEGIN {
	FS = "\t"
	print "/* Codes of the messages. Made by gen-codes.awk: do not edit. */"
	print "#include \"config.h\""
	print ""
	print "#include \"message/inside.h\""
	print ""
	print "const struct oki_code oki_code_rows[] = {"
}
/^#/ || NF < 2 { next }
{
	printf "\t{ %d, \"%s\", \"%s\" },\n", $1, $2, $3
	codes++
}
END {
	print "};"
	print "const size_t oki_code_rows_n = " codes ";"
}
