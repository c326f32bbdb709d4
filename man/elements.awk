# onshi_elements(3) from elements.def and onshi_elements.3.in; with page.awk.
BEGIN { last = 2; FS = "\t" }
file < last && !/^#/ && NF >= 5 {
	number[++n] = $1
	name[n] = $2
	type[n] = $3
	codes[n] = $4
	ja[n] = $5
}

function constant(s,    i, c, out)
{
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (i > 1 && c >= "A" && c <= "Z")
			out = out "_"
		out = out toupper(c)
	}
	return "ONSHI_EL_" out
}

function table(    i)
{
	print ".Bl -tag -width 0000 -compact"
	for (i = 1; i <= n; i++) {
		print ".It " number[i]
		print ".Dv " constant(name[i])
		print ".br"
		print ".Li " name[i]
		print plain(ja[i])
		print ".Pq " type[i] (codes[i] == "-" ? "" : \
		    codes[i] >= 900 ? " , code table " codes[i] : \
		    " , OQSCD" codes[i])
	}
	print ".El"
}
