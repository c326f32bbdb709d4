# onshi_results(3) from results.def and onshi_results.3.in; used with page.awk.
BEGIN { last = 2 }
file < last && /^R\(/ {
	split(substr($0, 3), head, /[, \t]+/)
	name[++n] = head[1]
	number[n] = head[2]
	part = 0
	open = 1
}
file < last && open {
	m = split($0, piece, "\"")
	for (i = 2; i <= m; i += 2)
		text[n, ++part] = piece[i]
	if ($0 ~ /\)$/)
		open = 0
}

function title(k)
{
	if (k == 0)
		return "Done, and needs: no failures"
	if (k == 1)
		return "Answers of getters, from 101"
	split("a bug of libonshikaku|the calling program, or its " \
	    "configuration|the card, its holder, the reader|the network|" \
	    "the service said no|law and consent|this machine|cancelled",
	    titles, "|")
	return (k - 1) "xx: " titles[k - 1]
}

# 0 done and needs, 1 answers of getters, then the classes of failures.
function group(number)
{
	if (number < 0)
		return int(-number / 100) + 1
	return number > 100
}

# Japanese stands without blanks, one sentence to a line.
function japanese(s)
{
	gsub(/。/, "。\n", s)
	sub(/\n$/, "", s)
	if (s != "" && s !~ /。$/)
		s = s "。"
	print plain(s)
}

function table(    i, k)
{
	k = -1
	for (i = 1; i <= n; i++) {
		if (group(number[i]) != k) {
			if (k >= 0)
				print ".El"
			k = group(number[i])
			print ".Ss " title(k)
			print ".Bl -tag -width Ds"
		}
		print ".It Dv " name[i] " Pq " \
		    (number[i] < 0 ? "\\" number[i] : number[i])
		print sentence(text[i, 1])
		if (text[i, 3] != "")
			print sentence(text[i, 3])
		print ".Pp"
		japanese(text[i, 2])
		if (text[i, 4] != "")
			japanese(text[i, 4])
	}
	print ".El"
}
