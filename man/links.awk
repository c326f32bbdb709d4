# The names beside a page's own that its NAME gives: "link page", one a line.
# Each becomes a page of one line that points to the other.
FNR == 1 {
	page = FILENAME
	sub(/.*\//, "", page)
	section = page
	sub(/.*\./, "", section)
	inside = 0
}
/^\.Sh / { inside = $2 == "NAME" }
inside && $1 == ".Nm" && $2 "." section != page {
	print $2 "." section, page
}
