#!/bin/sh
# The house's plan: which room includes which, where foreign headers and the
# operating system may show, and which functions are never called.
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
cd "$top_srcdir" || exit 1
found=$top_builddir/rooms.$$
trap 'rm -f "$found"' EXIT
: > "$found"

# complain WHAT, with the offending lines on standard input
complain()
{
	lines=$(cat)
	[ -z "$lines" ] && return
	echo "$1:"
	echo "$lines" | head -n 20
	echo "$1" >> "$found"
}

# Rooms that a room may include, beside itself (design: downward only).
may_include()
{
	case $1 in
	core)		echo "" ;;
	crypto|message|gate) echo "core" ;;
	card|audit)	echo "core crypto" ;;
	link)		echo "core crypto message" ;;
	match)		echo "core message" ;;
	query)		echo "core crypto gate audit message link" ;;
	visit)		echo "core crypto card message gate audit link match" \
			    "query" ;;
	*)		echo "no such room" ;;
	esac
}

for dir in lib/*/; do
	room=$(basename "$dir")
	allowed=$(may_include "$room")
	pattern="$room|onshikaku"
	for other in $allowed; do
		pattern="$pattern|$other"
	done
	find "$dir" -name '*.[ch]' -exec grep -HnE \
	    '^#include "[a-z]+/' {} + | grep -vE "#include \"($pattern)/" |
	    complain "lib/$room includes a room that it may not"
done
# A room is known by its one header; the others are its own affair.
find lib -name '*.[ch]' -exec grep -HnE '^#include "[a-z]+/' {} + |
    sed -E 's|^lib/([a-z]+)/([^:]*):([0-9]+):#include "([a-z]+)/([^"]*)".*|\1 \4 \5 \2:\3|' |
    awk '$1 != $2 && $2 != "onshikaku" && $3 != $2 ".h"' |
    complain "another room's own header is included"

# foreign PATTERN FILES: third-party headers stand in FILES alone.
foreign()
{
	find lib -name '*.[ch]' -exec grep -HnE "^#include <$1" {} + |
	    grep -vE "^lib/($2)[^/]*:" |
	    complain "a header of $1 outside of $2"
}
foreign '(winscard|PCSC/|pcsclite|reader\.h)' 'card/reader_pcsc'
foreign 'openssl/' 'crypto/|link/tls_'
foreign 'curl/' 'link/http_'
foreign 'libxml/' 'message/xml_'
foreign 'jansson' 'message/json|link/webapi'
foreign '(sys/|unistd|fcntl|pthread|signal|dirent|poll|netinet/|arpa/|netdb|net/|syslog|dlfcn|locale|pwd|termios)' \
    'core/os_posix|link/(http|tls)_|card/reader_pcsc'

# calls FOLDERS NAMES: none of these is called in FOLDERS.
calls()
{
	# Comments and strings may name them.
	find $1 -name '*.[ch]' -exec awk -v names="$2" '
	FNR == 1 { comment = 0 }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		gsub(/\/\*[^*]*\*\//, "", line)
		if (comment) {
			if (!sub(/^.*\*\//, "", line))
				next
			comment = 0
		}
		if (sub(/\/\*.*$/, "", line))
			comment = 1
		if (line ~ "(^|[^A-Za-z0-9_.>])(" names ")[ \t]*\\(")
			print FILENAME ":" FNR ": " $0
	}' {} + | complain "a function that is never to be called"
}
calls "lib tools simulator" \
    "strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|scanf|sscanf|fscanf|alloca|setjmp|longjmp|system|popen|mktemp|tmpnam|rand|srand"
calls "lib" \
    "exit|_exit|abort|assert|setlocale|signal|umask|chdir|setenv|putenv|unsetenv|printf|puts|putchar|perror|fprintf|vprintf|syslog|openlog|realloc|strtol|strtoul|strtod|localtime|gmtime|mktime|strftime|toupper|tolower|isalpha|isdigit|isspace|OPENSSL_cleanup|curl_global_cleanup|xmlCleanupParser|xmlMemSetup|CRYPTO_set_mem_functions"
# Memory comes from one file.
find lib -name '*.c' ! -path lib/core/alloc.c -exec grep -HnE \
    '(^|[^A-Za-z0-9_])(malloc|calloc|free|strdup|strndup|asprintf) ?\(' {} + |
    complain "memory that is not oki_alloc's"

# What is a table alone may be as long as it has to be.
find lib tools simulator -name '*.[ch]' ! -name '*table*.c' | while read -r f; do
	n=$(wc -l < "$f")
	[ "$n" -le 1000 ] || echo "$f: $n lines"
done | complain "files over 1,000 lines"

[ -s "$found" ] && exit 1
echo "the rooms are in order"
