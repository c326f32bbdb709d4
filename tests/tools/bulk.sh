#!/bin/sh
# Many in one go: IN is read strictly before anything is sent, OUT has a row for
# each result in IN's order, and the same command line goes on where a run was
# left, whenever that was, without handing anything in twice.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/folders.sh"
sim_start --listen 127.0.0.1:0 --db "$dir/db"
port=$(sed -n 's/^listening .*://p' "$dir/sim")

# conf NAME LINES...: a configuration of that name, with these lines.
conf() {
	name=$1
	shift
	(umask 077; {
		printf '[facility]\ninstitution_code = 1319999996\n'
		printf 'kind = medical\ndesk = 4\n[link]\n'
		printf '%s\n' "$@"
	} >"$dir/$name")
}
conf https "type = https" "base = https://onshi.example:$port" \
    "ca_file = $dir/pki/ca.pem" "cert_file = $dir/pki/terminal-medical.pem" \
    "key_file = $dir/pki/terminal-medical.key" \
    "addresses = onshi.example:$port:127.0.0.1" "networks = 127.0.0.0/8"
conf folder "type = folder" "req_dir = $dir/oqs/req" \
    "res_dir = $dir/oqs/res" "journal_dir = $dir/journal" "settle_ms = 50" \
    "scan_ms = 100"

control() {
	"$sim" control --control "$dir/sim.sock" "$@" >"$dir/control" || {
		echo "FAIL: control $*"
		failed=$((failed + 1))
	}
}

# How many files were handed in; uploads N: so many.
counted() {
	"$sim" log --uploads --db "$dir/db" | tail -n +2 | grep -c .
}
uploads() {
	n=$(counted)
	[ "$n" = "$1" ] || bad "$n uploads, wanted $1"
}

# table EXPRESSION: true of rows, the OUT of the last run as a list of dicts.
table() {
	"$PYTHON3" - "$dir/$out" "$1" <<'END' || bad "$out: not $1"
import csv, sys
with open(sys.argv[1], encoding="utf-8-sig", newline="") as f:
    rows = list(csv.DictReader(f, strict=True))
sys.exit(0 if eval(sys.argv[2]) else 1)
END
}

# There is nothing but OUT: no ticket, no temporary name.
alone() {
	left=$(ls -A "$dir" | grep "^$out[.]\|^[.]onshikaku-")
	[ -z "$left" ] || bad "left: $left"
	[ "$(stat -c %a "$dir/$out")" = 600 ] || bad "$out can be read by others"
}

# Nothing at all.
nothing() {
	left=$(ls -A "$dir" | grep "^$out\|^[.]onshikaku-")
	[ -z "$left" ] || bad "left: $left"
}

people() {
	"$PYTHON3" - "$dir/pki/people.csv" "$@" <<'END'
import csv, sys
people = {r["profile"]: r for r in
          csv.DictReader(open(sys.argv[1], encoding="utf-8"))}
out = csv.writer(sys.stdout)
out.writerow(["id", "insurer", "symbol", "number", "branch", "birthdate"])
for name in sys.argv[2:]:
    if name == "nobody":
        out.writerow(["P-nobody", "999995", "1", "9", "", "1980-01-01"])
        continue
    r = people[name]
    out.writerow(["P-" + name, r["insurer"].strip(), r["symbol"],
                  r["number"], r["branch"], r["birthdate"]])
END
}
people adult nobody child >"$dir/in.csv"
out=out.csv

# ---- one run ------------------------------------------------------------------
for link in https folder; do
	rm -f "$dir/$out"
	json -c "$dir/$link" bulk "$dir/in.csv" "$dir/$out"
	wants 0 kind eligibility outcome done receipt present resumed false \
	    persons 3 counts.valid 2 counts.not_found 1 error absent
	table '[r["id"] for r in rows] == ["P-adult", "P-nobody", "P-child"]'
	table '[r["outcome"] for r in rows] == ["valid", "not_found", "valid"]'
	table 'rows[0]["name"] and not rows[1]["name"]'
	table 'rows[0]["result_birthdate"] == rows[0]["birthdate"]'
	table 'rows[1]["birthdate"] == "1980-01-01"'
	table 'rows[0]["qualification_validity"] == "1"'
	table 'rows[0]["insured_identification_number"] == rows[0]["number"]'
	alone
	grep -q "receipt number" "$dir/err" || bad "says no receipt number"
done
cp "$dir/$out" "$dir/whole.csv"
uploads 2
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 7 error.name ONSHI_E_DISK
cmp -s "$dir/$out" "$dir/whole.csv" || bad "OUT was changed"
uploads 2

# ---- IN is refused with its line, never with its values ---------------------------
# refused LINE TEXT, then IN on standard input
refused() {
	cat >"$dir/bad.csv"
	out=refused.csv
	json -c "$dir/https" bulk ${kind-} "$dir/bad.csv" "$dir/$out"
	wants 2 error.sent not_sent error.text "~line $1"
	says "$2"
	silent SECRET
	nothing
}
head='id,insurer,symbol,number,branch,birthdate'
good=1,999995,1,2,,19800101
printf '' | refused 1 "no header"
printf '%s\n' "$head" | refused 1 "nobody"
printf '%s,SECRET\n%s,x\n' "$head" $good | refused 1 "an unknown column"
printf '%s,id\n%s,x\n' "$head" $good | refused 1 "a column twice"
printf 'id,insurer,number,branch,birthdate\n%s\n' 1,999995,1,,19800101 |
    refused 1 "symbol"
printf '%s\n%s\n1,SECRET\n' "$head" $good | refused 3 "too few"
printf '%s\n%s,SECRET\n' "$head" $good | refused 2 "too many"
printf '%s\n%s\n1,999995,1,2,,1980SECRET\n' "$head" $good |
    refused 3 "birthdate"
printf '%s\r\n%s\r\n1,SECRET,1,2,,19800101\r\n' "$head" $good |
    refused 3 "insurer"
printf '%s\n"multi\nline",999995,1,2,,19800101\n1,,1,2,,19800101\n' "$head" |
    refused 4 "missing"
printf '%s\n1,"999995"SECRET,1,2,,19800101\n' "$head" | refused 2 "quote"
printf '%s\n1,99"9995,1,2,,19800101\n' "$head" | refused 2 "quote"
printf '%s\n1,"999995,1,2,,19800101\n' "$head" | refused 2 "quote"
printf '%s\n\202\240,999995,1,2,,19800101\n' "$head" | refused 2 "UTF-8"
printf '%s\n%s\n\n%s\n' "$head" $good $good | refused 3 "too few"
printf '%s\r%s\r' "$head" $good | refused 1 "CR alone"
kind="--kind register"
printf '%s\n%s\n' "$head" $good | refused 1 "reference"
kind=
uploads 2

# ---- quoting, BOM, ends of lines: back as they came -------------------------------------
out=odd.csv
"$PYTHON3" - "$dir/in.csv" "$dir/odd-in.csv" <<'END'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
rows = [[r[5], r[0], r[4], r[3], r[2], r[1]] for r in rows]
rows[1][1] = 'a "b", c\r\nd'
with open(sys.argv[2], "w", encoding="utf-8-sig", newline="") as f:
    csv.writer(f, quoting=csv.QUOTE_ALL).writerows(rows)
    f.write("\r\n\r\n")
END
json -c "$dir/https" bulk "$dir/odd-in.csv" "$dir/$out"
wants 0 persons 3
table 'list(rows[0])[:8] == ["birthdate", "id", "branch", "number", "symbol",
    "insurer", "outcome", "code"]'
table 'rows[0]["id"] == "a \"b\", c\r\nd"'
[ "$(head -c 3 "$dir/$out" | od -An -tx1)" = " ef bb bf" ] || bad "no BOM"

# ---- usage ------------------------------------------------------------------------------------
out=usage.csv
for args in "--kind assistance" "--kind home" "--kind assistance --month 202613" \
    "--kind home --day 20261131" "--kind home --day 20261130..2026" \
    "--kind eligibility --day 20261130" "--month 202611" "--kind nothing" \
    "--licence doctor" "--report x.txt $dir/in.csv" "--timeout x"; do
	# shellcheck disable=SC2086
	json -c "$dir/https" bulk $args "$dir/$out"
	wants 2 error present
	nothing
done
json -c "$dir/https" bulk --kind assistance --month 202611 "$dir/in.csv" \
    "$dir/$out"
wants 2 error.text '~too many'
json -c "$dir/https" bulk "$dir/absent.csv" "$dir/$out"
wants 7
silent '^$'
nothing

# ---- it goes on -----------------------------------------------------------------------------------
for link in https folder; do
	out=later-$link.csv
	before=$(counted)
	control fault processing
	json -c "$dir/$link" bulk --timeout 1 "$dir/in.csv" "$dir/$out"
	wants 5 outcome in_progress receipt present resumed false error absent
	[ "$(stat -c %a "$dir/$out.ticket")" = 600 ] || bad "ticket is not kept"
	grep -q '991018\|19800512' "$dir/$out.ticket" && bad "a word of a patient"
	[ ! -e "$dir/$out" ] || bad "OUT is there too early"
	sed 's/P-adult/P-other/; s/1980-01-01/1981-01-01/' "$dir/in.csv" \
	    >"$dir/other.csv"
	json -c "$dir/$link" bulk "$dir/other.csv" "$dir/$out"
	wants 2 error.name ONSHI_E_VALUE error.text '~other persons'
	json -c "$dir/$link" bulk --operator R01 "$dir/in.csv" "$dir/$out"
	wants 6 error.name ONSHI_E_OPERATOR error.rule CO-13
	json -c "$dir/$link" bulk "$dir/in.csv" "$dir/$out"
	wants 0 outcome done resumed true receipt present persons 3
	alone
	cmp -s "$dir/$out" "$dir/whole.csv" || bad "not as without the break"
	control fault clear
	uploads $((before + 1))
done

# ---- killed: at any moment ----------------------------------------------------------------------------
# From before the ticket to behind the last rename; what has come of it is the
# same, and was asked for once.
for link in https folder; do
	out=killed-$link.csv
	before=$(counted)
	for ms in 0.02 0.04 0.06 0.08 0.1 0.13 0.16 0.2 0.25 0.3; do
		[ ! -e "$dir/$out" ] || break
		timeout -s KILL $ms "$onshikaku" --json -c "$dir/$link" bulk \
		    "$dir/in.csv" "$dir/$out" </dev/null >/dev/null 2>&1
	done
	json -c "$dir/$link" bulk "$dir/in.csv" "$dir/$out"
	[ "$status" = 7 ] || wants 0 outcome done persons 3
	alone
	cmp -s "$dir/$out" "$dir/whole.csv" || bad "not as without the kills"
	uploads $((before + 1))
done

# The same at every step that the disk sees, where a tracer is to be had.
traced() {
	strace -f -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
	    "$onshikaku" --json -c "$dir/https" bulk "$dir/in.csv" \
	    "$dir/$out" </dev/null >/dev/null 2>&1
}
if strace -f -o /dev/null true 2>/dev/null; then
	for point in fsync:1 fsync:2 fsync:3 fsync:5 rename:1 rename:2 rename:3 \
	    renameat2:1 unlink:2 unlink:4 unlink:5 unlink:6; do
		out=traced-$point.csv
		before=$(counted)
		traced "${point%:*}" "${point#*:}"
		if [ ! -e "$dir/$out" ] || [ -e "$dir/$out.ticket" ]; then
			json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
			wants 0 outcome done persons 3
		fi
		alone
		cmp -s "$dir/$out" "$dir/whole.csv" ||
		    bad "$point: not as without the kill"
		uploads $((before + 1))
	done
fi

# OUT has its name, and the ticket is there still: that was the very end.
out=last.csv
cp "$dir/whole.csv" "$dir/$out"
json -c "$dir/https" bulk --timeout 0 "$dir/in.csv" "$dir/late.csv"
{
	head -n 1 "$dir/late.csv.ticket"
	echo "done $(stat -c %i "$dir/$out") valid:2,not_found:1"
} >"$dir/$out.ticket"
rm -f "$dir/late.csv.ticket"
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 0 outcome done resumed true persons 3 counts.valid 2
alone

# ---- two at once, a stranger's ticket, a symbolic link ---------------------------------------------------
out=two.csv
control fault processing=2
"$onshikaku" -c "$dir/https" bulk "$dir/in.csv" "$dir/$out" </dev/null \
    >/dev/null 2>&1 &
one=$!
n=0
until [ -e "$dir/$out.ticket" ] || [ $n -ge 200 ]; do
	sleep 0.05
	n=$((n + 1))
done
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 2 error.name ONSHI_E_STATE
kill -TERM $one
status=0
wait $one || status=$?
[ "$status" = 8 ] || bad "ended by TERM: exit $status"
control fault clear
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 0 resumed true
alone
out=stranger.csv
echo 'no ticket' >"$dir/$out.ticket"
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 2 error.name ONSHI_E_VALUE
grep -q 'no ticket' "$dir/$out.ticket" || bad "the ticket was touched"
json -c "$dir/https" bulk --anew "$dir/in.csv" "$dir/$out"
wants 0 resumed false
alone
out=linked.csv
echo precious >"$dir/precious"
ln -s precious "$dir/$out.part"
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 7
grep -q precious "$dir/precious" || bad "wrote through a link"

# ---- faults -------------------------------------------------------------------------------------------------
out=omitted.csv
control fault omit=1
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 0 outcome done counts.not_provided 1
table '[r["outcome"] for r in rows] == ["not_provided", "not_found", "valid"]'
control fault clear
out=failed.csv
control fault failed
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 5 error present
control fault clear
[ ! -e "$dir/$out" ] || bad "OUT of a failure"

# ---- the others -----------------------------------------------------------------------------------------------
"$PYTHON3" - "$dir/in.csv" "$dir/numbers.csv" <<'END'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
with open(sys.argv[2], "w", encoding="utf-8", newline="") as f:
    out = csv.writer(f)
    out.writerow(rows[0] + ["reference"])
    for n, r in enumerate(rows[1:]):
        out.writerow(r + ["A%05d" % n])
END
out=registered.csv
json -c "$dir/https" bulk --kind register --operator R01 "$dir/numbers.csv" \
    "$dir/$out"
wants 0 kind register outcome done counts.registered 2
table '[r["reference"] for r in rows] == ["A00000", "A00001", "A00002"]'
table 'rows[0]["outcome"] == "registered" and "name" not in rows[0]'
alone
# shellcheck disable=SC2046
json -c "$dir/https" register $(person_of adult) --reference A00009 \
    --operator R01
wants 0 outcome registered error absent visit present
# shellcheck disable=SC2046
json -c "$dir/https" eligibility $(person_of adult)
wants 0 results.0.reference_number A00009
out=numbered.csv
json -c "$dir/https" bulk "$dir/in.csv" "$dir/$out"
wants 0
table '[r["reference_number"] for r in rows] == ["A00009", "", "A00002"]'
json -c "$dir/https" register --insurer 999995 --number 1 --reference A1
wants 5 error present outcome present
json -c "$dir/https" register --insurer 999995 --number 1
wants 2
out=assistance.csv
json -c "$dir/https" bulk --kind assistance --month 2026-11 "$dir/$out"
wants 0 kind assistance outcome done
alone
out=home.csv
json -c "$dir/https" bulk --kind home --day 20261101..20261130 "$dir/$out"
wants 0 kind home outcome done
out=online.csv
json -c "$dir/https" bulk --kind telemedicine --day 20261130 "$dir/$out"
wants 0 kind telemedicine outcome done

# ---- what differs, and what the clerk has to do --------------------------------------------------------------------
"$PYTHON3" - "$dir/whole.csv" "$dir/file.csv" <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))
with open(sys.argv[2], "w", encoding="utf-8", newline="") as f:
    out = csv.writer(f)
    out.writerow(["id", "name", "birthdate", "ours", "insurer_number",
                  "insured_card_symbol", "insured_identification_number",
                  "insured_branch_number"])
    for r, name, born in ((rows[2], rows[2]["name"], rows[2]["birthdate"]),
                          (rows[0], "<b>別人</b>", "19000101")):
        out.writerow([r["id"], name, born, "x", r["insurer"], r["symbol"],
                      r["number"], r["branch"]])
END
out=compared.csv
json -c "$dir/https" bulk --compare "$dir/file.csv" \
    --report "$dir/todo.html" "$dir/in.csv" "$dir/$out"
wants 0 outcome done report present
table 'rows[0]["verdict"] == "different" and rows[0]["severity"] == "stop"'
table '"birthdate:birthdate" in rows[0]["differences"]'
table 'rows[1]["verdict"] == "" and rows[2]["verdict"] == "same"'
[ "$(stat -c %a "$dir/todo.html")" = 600 ] || bad "the report is for all"
grep -q '&lt;b&gt;' "$dir/todo.html" || bad "no difference in the page"
grep -q '<b>' "$dir/todo.html" && bad "a value is markup"
rm -f "$dir/$out"
run --lang ja -c "$dir/https" bulk --compare "$dir/file.csv" --date 20261101 \
    --report "$dir/todo.csv" "$dir/in.csv" "$dir/$out"
wants 0
says '要対応一覧'
out=todo.csv
table '[(r["todo"], r["id"]) for r in rows] == [("differs", "P-adult"),
    ("not_found", "P-nobody")]'
table 'all(r["step"] for r in rows)'
out=again.csv
json -c "$dir/https" bulk --report "$dir/todo.csv" "$dir/in.csv" "$dir/$out"
wants 7 error.text '~report'
nothing

# ---- everything at once ---------------------------------------------------------------------------------------------
PKI=$dir/pki sh "$(dirname "$0")/bulk_faults.sh" || failed=$((failed + 1))
finish
