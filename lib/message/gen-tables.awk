# Makes lib/message/tables.c from elements.def and messages.def, in this order.
# Numbers of groups count from 1; 0 is a value.
BEGIN {
	FS = "\t"
	file = rows = 0
	BUCKETS = 64
	SLOTS = 512
	for (k = 1; k < 127; k++)
		ord[sprintf("%c", k)] = k
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
	if ($1 > 1023)
		bad = 1
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
# The hash of element.c: 24 bits, so that awk reckons exactly.
function hash(s, factor,   h, k) {
	h = length(s)
	for (k = 1; k <= length(s); k++)
		h = (h * factor + ord[substr(s, k, 1)]) % 16777216
	return h
}
# Shifts each bucket until all of its names have slots of their own; the
# fullest bucket first. False: with another factor, perhaps.
function spread(factor,   b, i, k, n, most, ok, at, tries) {
	split("", bucket)
	split("", filled)
	split("", slot)
	split("", shift)
	most = 0
	for (i = 1; i <= elements; i++) {
		code_of[i] = hash(name[i], factor)
		b = code_of[i] % BUCKETS
		bucket[b, ++filled[b]] = i
		if (filled[b] > most)
			most = filled[b]
	}
	for (n = most; n > 0; n--)
		for (b = 0; b < BUCKETS; b++) {
			if (filled[b] != n)
				continue
			ok = 0
			for (tries = 0; tries < SLOTS && !ok; tries++) {
				split("", at)
				ok = 1
				for (k = 1; k <= n && ok; k++) {
					i = (int(code_of[bucket[b, k]] / 256) + tries) % SLOTS
					if ((i in slot) || (i in at))
						ok = 0
					at[i] = bucket[b, k]
				}
			}
			if (!ok)
				return 0
			shift[b] = tries - 1
			for (i in at)
				slot[i] = at[i]
		}
	return 1
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
	for (factor = 33; !spread(factor); factor += 2)
		if (factor > 2000) {
			print "no perfect hash of the names" > "/dev/stderr"
			exit 1
		}
	print "/* A perfect hash of the names: element.c. Places in"
	print " * oki_elements from 1 on. */"
	print "const uint32_t oki_hash_factor = " factor ";"
	print "const uint16_t oki_hash_shift[OKI_HASH_BUCKETS] = {"
	for (b = 0; b < BUCKETS; b++)
		several((b in shift ? shift[b] : 0) ",", b, 14, BUCKETS)
	print "};"
	print "const uint16_t oki_hash_slots[OKI_HASH_SLOTS] = {"
	for (i = 0; i < SLOTS; i++)
		several((i in slot ? slot[i] : 0) ",", i, 14, SLOTS)
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
	exit bad
}
