# Lists every element of every message, one per line, parted by tabs: kind,
# path, number, how often, type and length, code table, Japanese name. For
# pages and for people; reads elements.def and messages.def.
BEGIN {
	FS = OFS = "\t"
	file = 0
}
FNR == 1 { file++ }
/^#/ || NF < 2 { next }
file == 1 {
	number[$2] = $1
	type[$2] = $3
	codes[$2] = $4
	title[$2] = $5
	next
}
$1 == "group" { group = $2; next }
$1 == "message" {
	if ($4 == "-") {
		list($2, "/" $3, $3, 0)
		next
	}
	list($2, "/XmlMsg/MessageHeader", $3, 0)
	list($2, "/XmlMsg/MessageBody", $4, 0)
	if ($5 != "")
		list($2, "/XmlMsg", $5, 0)
	next
}
{
	n = ++rows[group]
	row[group, n] = $1
	often[group, n] = $2
	within[group, n] = $3
}
function list(kind, path, g, i,    el) {
	for (i = 1; i <= rows[g]; i++) {
		el = row[g, i]
		print kind, path "/" el, number[el], often[g, i], type[el],
		    codes[el], title[el]
		if (within[g, i] != "")
			list(kind, path "/" el, within[g, i], 0)
	}
}
