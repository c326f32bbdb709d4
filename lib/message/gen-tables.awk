# Makes lib/message/tables.c from elements.def, messages.def and codes.def, in
# this order. Numbers of groups count from 1; 0 is a value.
BEGIN {
	FS = "\t"
	file = rows = 0
}
FNR == 1 { file++ }
/^#/ || NF < 2 { next }
file == 1 {
	type = substr($3, 1, 1)
	least = most = 0
	size = substr($3, 2)
	if (size != "") {
		k = index(size, "-")
		least = k ? substr(size, 1, k - 1) : size
		most = k ? substr(size, k + 1) : size
	}
	number[$2] = $1
	name[++elements] = $2
	element[elements] = sprintf("\t{ %d, '%s', %d, %d, %d, \"%s\", \"%s\" },",
	    $1, type, least, most, $4 == "-" ? 0 : $4, $2, $5)
	next
}
file == 2 && $1 == "group" {
	group[$2] = ++groups
	first[groups] = rows
	title[groups] = $2
	next
}
file == 2 && $1 == "message" {
	kind[++kinds] = $2
	head[kinds] = $3
	body[kinds] = $4
	rest[kinds] = $5
	next
}
file == 2 {
	if (!($1 in number)) {
		print "unknown element " $1 > "/dev/stderr"
		bad = 1
	}
	row[rows] = $1
	often[rows] = $2
	within[rows++] = $3
	count[groups]++
	next
}
file == 3 {
	code[++codes] = sprintf("\t{ %d, \"%s\", \"%s\" },", $1, $2, $3)
}
# The group that stands below XmlMsg, made from a line "message".
function root(k,    i, g) {
	g = ++groups
	first[g] = rows
	title[g] = kind[k]
	row[rows] = "MessageHeader"; often[rows] = "1"; within[rows++] = head[k]
	row[rows] = "MessageBody"; often[rows] = "1"; within[rows++] = body[k]
	count[g] = 2
	if (rest[k] != "")
		for (i = 0; i < count[group[rest[k]]]; i++) {
			row[rows] = row[first[group[rest[k]]] + i]
			often[rows] = often[first[group[rest[k]]] + i]
			within[rows++] = ""
			count[g]++
		}
	return g
}
# Item i (from 0) of n, so many on a line.
function several(item, i, most, n) {
	printf "%s%s%s", i % most == 0 ? "\t" : " ", item,
	    i % most == most - 1 || i == n - 1 ? "\n" : ""
}
function check(g) {
	if (g != "" && !(g in group)) {
		print "unknown group " g > "/dev/stderr"
		bad = 1
	}
	return g == "" ? 0 : group[g]
}
END {
	print "/* Tables of the messages. Made by gen-tables.awk: do not edit. */"
	print "#include \"config.h\""
	print ""
	print "#include \"message/inside.h\""
	print ""
	print "const struct oki_element oki_elements[] = {"
	for (i = 1; i <= elements; i++)
		print element[i]
	print "};"
	print "const size_t oki_elements_n = " elements ";"
	print ""
	print "/* Places in oki_elements, by name. */"
	print "const uint16_t oki_by_name[] = {"
	for (i = 1; i <= elements; i++) {
		for (j = i - 1; j >= 1 && name[order[j]] > name[i]; j--)
			order[j + 1] = order[j]
		order[j + 1] = i
	}
	for (i = 1; i <= elements; i++)
		several((order[i] - 1) ",", i - 1, 10, elements)
	print "};"
	print ""
	for (k = 1; k <= kinds; k++)
		top[k] = body[k] == "-" ? group[head[k]] : root(k)
	print "const struct oki_row oki_rows[] = {"
	for (g = 1; g <= groups; g++) {
		printf "\t/* %s */\n", title[g]
		for (i = 0; i < count[g]; i++) {
			at = first[g] + i
			several(sprintf("{ %d, '%s', %d },", number[row[at]],
			    often[at], check(within[at])), i, 3, count[g])
		}
	}
	print "};"
	print "const size_t oki_rows_n = " rows ";"
	print ""
	print "/* Those that may be many: handed out one by one. */"
	print "const struct oki_row oki_streamed[] = {"
	for (i = 0; i < rows; i++)
		if (often[i] == "=") {
			printf "\t{ %d, '=', %d },\n", number[row[i]],
			    check(within[i])
			streamed++
		}
	print "};"
	print "const size_t oki_streamed_n = " streamed ";"
	print ""
	print "const struct oki_group oki_groups[] = {"
	several("{ 0, 0 },", 0, 5, groups + 1)
	for (g = 1; g <= groups; g++) {
		several(sprintf("{ %d, %d },", first[g], count[g]), g, 5,
		    groups + 1)
		if (count[g] > 128 || groups > 255)
			bad = 1
	}
	print "};"
	print ""
	print "const struct oki_kind oki_kinds[] = {"
	for (k = 1; k <= kinds; k++)
		printf "\t{ \"%s\", %s, %d },\n", kind[k],
		    number[body[k] == "-" ? head[k] : "XmlMsg"], top[k]
	print "};"
	print "const size_t oki_kinds_n = " kinds ";"
	print ""
	print "const struct oki_code oki_code_rows[] = {"
	for (i = 1; i <= codes; i++)
		print code[i]
	print "};"
	print "const size_t oki_code_rows_n = " codes ";"
	exit bad
}
