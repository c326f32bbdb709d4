# Shared by the makers of pages: a template whose line @TABLE@ gives way to what
# table() prints. Text goes through plain(), so that no line of it is a macro.
function plain(s)
{
	gsub(/\\/, "\\e", s)
	if (s ~ /^[.']/)
		s = "\\&" s
	return s
}

# Sentences: a capital letter in front, a full stop behind, each on lines of
# its own of at most 72 bytes.
function sentence(s,    out, line, word, i, n)
{
	if (s ~ /^[a-z]/ && s !~ /^[a-z]+:/)
		s = toupper(substr(s, 1, 1)) substr(s, 2)
	if (s != "" && s !~ /[.?!]$/)
		s = s "."
	n = split(s, word, " ")
	for (i = 1; i <= n; i++) {
		if (line != "" && (length(line) + length(word[i]) > 72 ||
		    line ~ /[^.][.?!]$/)) {
			out = out plain(line) "\n"
			line = ""
		}
		line = line (line == "" ? "" : " ") word[i]
	}
	return out plain(line)
}

FNR == 1 { file++ }
file == last && $0 == "@TABLE@" { table(); next }
file == last { print }
