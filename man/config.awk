# onshikaku.conf(5) from config_keys.def and onshikaku.conf.5.in; with page.awk.
BEGIN { last = 2 }
# A row from its K( to the ) that ends a line, as fields: quotes hold commas.
file < last && /^K(STEM)?\(/ { row = ""; open = 1 }
file < last && open {
	row = row $0
	if ($0 ~ /\)$/) {
		open = 0
		take(row)
	}
}

function take(row,    i, c, quoted, n, f)
{
	n = 1
	for (i = index(row, "(") + 1; i < length(row); i++) {
		c = substr(row, i, 1)
		if (c == "\"")
			quoted = !quoted
		else if (c == "," && !quoted)
			n++
		else if (quoted || c !~ /[ \t]/)
			f[n] = f[n] c
	}
	keys++
	key[keys] = f[2]
	type[keys] = f[3]
	if (row ~ /^KSTEM/) {
		preset[keys] = "NULL"
		low[keys] = 1
		high[keys] = 1024
		words[keys] = f[4]
		en[keys] = f[5]
		ja[keys] = f[6]
		return
	}
	preset[keys] = f[4]
	low[keys] = f[5]
	high[keys] = f[6]
	words[keys] = f[7]
	en[keys] = f[8]
	ja[keys] = f[9]
}

function value(i,    w)
{
	if (type[i] == "WORD") {
		w = words[i]
		gsub(/\|/, " | ", w)
		return "Cm " w
	}
	if (type[i] == "DIGITS" || type[i] == "NUMBER")
		return "Ar number"
	if (type[i] == "FILE" || type[i] == "SECRET")
		return "Ar file"
	if (type[i] == "PATHS")
		return "Ar path"
	if (type[i] == "PATH")
		return "Ar path"
	if (type[i] == "URL")
		return "Ar url"
	return "Ar text"
}

function bounds(i)
{
	if (type[i] == "DIGITS")
		return low[i] == high[i] ? low[i] " digits." : \
		    low[i] " to " high[i] " digits."
	if (type[i] == "NUMBER")
		return low[i] " to " high[i] "."
	if (type[i] == "TEXT")
		return "At most " high[i] " bytes."
	if (type[i] == "FILE")
		return "A file of at most " high[i] " bytes, or its content."
	if (type[i] == "SECRET")
		return "A file of at most " high[i] \
		    " bytes that nobody else may read, or its content."
	return ""
}

function table(    i, k, part, section)
{
	for (k = 1; k <= keys; k++) {
		split(key[k], part, ".")
		if (part[1] in seen)
			continue
		section = part[1]
		seen[section] = 1
		print ".Ss Section " section
		print ".Bl -tag -width Ds"
		for (i = k; i <= keys; i++)
			if (index(key[i], section ".") == 1)
				entry(i, substr(key[i], length(section) + 2))
		print ".El"
	}
}

function entry(i, name)
{
	if (sub(/\.$/, "", name))
		name = name " Ns \\&. Ns Ar PREFIX"
	print ".It Ic " name " No = " value(i)
	print sentence(en[i])
	if (bounds(i) != "")
		print bounds(i)
	if (preset[i] != "NULL")
		print "Default:\n.Li " preset[i] " ."
	print ".br"
	gsub(/ /, "\n", ja[i])
	print plain(ja[i])
}
