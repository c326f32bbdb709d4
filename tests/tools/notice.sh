#!/bin/sh
# notice: texts to show, sheets to post up (PU-2, CO-1, ID-2), as the kind of
# facility has to say them; no link, card or record is needed.
. "$(dirname "$0")/lib.sh"
umask 077

conf() {	# kind [line...]
	printf '[facility]\ninstitution_code = 1319999996\nkind = %s\n' "$1" \
	    >"$dir/conf"
	shift
	for line; do
		printf '%s\n' "$line" >>"$dir/conf"
	done
}
ONSHIKAKU_CONF=$dir/conf
export ONSHIKAKU_CONF
conf medical

# The text itself, in the language that is asked for.
run --lang ja notice purpose
wants 0
says '医療保険事務のうち、審査支払機関又は保険者への照会'
run --lang en notice purpose
wants 0
says 'administration of health insurance'
run --lang ja notice visual
wants 0
says '表面の写真'
run --lang ja notice consent
wants 0
says 受診のたびに
for word in お薬 健診 診療 手術 限度額 特定疾病; do
	says "$word"
done
says 当医療機関がオンライン資格確認等システムに照会し、提供を受けて閲覧

# A question for each category, and where the program finds it.
json notice consent
wants 0 notice consent text present questions '#6' \
    questions.0.category drugs questions.0.title present \
    questions.0.text '~consent' sheet absent html absent error absent
json --lang ja notice purpose
wants 0 notice purpose \
    text '医療保険事務のうち、審査支払機関又は保険者への照会' \
    questions absent

# By kind of facility: who asks, what for, and what it is not given.
while IFS='|' read -r kind who why; do
	conf "$kind"
	for way in '' --print --html; do
		# shellcheck disable=SC2086
		run --lang ja notice consent $way
		wants 0
		tr -d '\n ' <"$dir/out" >"$dir/flat"
		grep -q "$who" "$dir/flat" || bad "not said by $who"
		grep -q "$why" "$dir/flat" || bad "not said what for: $why"
	done
done <<'END'
medical|当医療機関|診察や健康管理
dental|当医療機関|診察や健康管理
pharmacy|当薬局|調剤や服薬指導
visiting|当訪問看護ステーション|訪問看護
END
conf pharmacy '[rules]' 'pharmacy_checkups = no'
run --lang ja notice consent --print
wants 0
silent 健診
conf medical 'eprescription = yes'
run --lang ja notice consent
wants 0
says 処方情報・調剤情報

# A sheet is for patients: Japanese unless another language is asked for, with
# lines short enough for large type, none beginning with a mark.
conf medical
for notice in purpose consent visual; do
	run notice $notice --print
	wants 0
	[ ! -s "$dir/err" ] || bad "something on standard error"
	cp "$dir/out" "$dir/sheet"
	"$PYTHON3" - "$dir/sheet" <<'END' || bad "no sheet"
import sys
from pathlib import Path
lines = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
text = "".join("".join(lines).split())
assert "当医療機関" in text or "カード" in text, text
for line in lines:
    assert sum(1 + (ord(c) > 0x2000) for c in line) <= 44, line
    assert line.strip()[:1] not in tuple("、。）」』？ー"), line
END
done
run notice purpose --print
"$PYTHON3" - "$dir/out" <<'END' || bad "the ministry's example or consent"
import sys
from pathlib import Path
text = "".join(Path(sys.argv[1]).read_text(encoding="utf-8").split())
assert "医療保険事務のうち、審査支払機関又は保険者への照会" in text, text
assert "受診のたび" in text, text
END
run --lang en notice consent --print
wants 0
tr '\n' ' ' <"$dir/out" | tr -s ' ' | grep -q 'at each visit' ||
    bad "not said when"
grep -q 同意 "$dir/out" && bad "Japanese in an English sheet"

# The same as a page of its own: well-formed, UTF-8, nothing fetched.
for notice in purpose consent visual; do
	run notice $notice --html
	wants 0
	cp "$dir/out" "$dir/page.html"
	"$PYTHON3" - "$dir/page.html" <<'END' || bad "no page"
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
text = Path(sys.argv[1]).read_text(encoding="utf-8")
assert text.startswith("<!DOCTYPE html>\n"), text[:40]
root = ET.fromstring(text.split("\n", 1)[1])
assert root.tag == "html" and root.get("lang") == "ja", root.attrib
assert root.find("head/meta").get("charset") == "UTF-8"
assert root.findtext("head/title") == root.findtext("body/h1")
assert "font-size" in root.findtext("head/style")
for word in "http:", "https:", "url(", "<script", "@import":
    assert word not in text, word
END
done
json notice purpose --html
wants 0 html '~<!DOCTYPE html>' notice purpose
json notice purpose --print
wants 0 sheet '~審査支払機関'

# Wrong usage, and no configuration: whose sheet would it be?
json notice
wants 2 error.name ONSHI_E_ARG
json notice prayer
wants 2 error.name ONSHI_E_ARG
json notice purpose --print --html
wants 2 error.name ONSHI_E_ARG error.text '~--html'
json notice purpose x
wants 2 error.name ONSHI_E_ARG
run notice --help
unset ONSHIKAKU_CONF
json notice purpose
wants 2 error.name ONSHI_E_CONFIG

# Neither the line nor the record have to be there yet.
printf '[facility]\ninstitution_code = 1319999996\nkind = medical\n[audit]\ndir = %s\n[link]\ntype = https\nca_file = %s\n' \
    "$dir/none" "$dir/none.pem" >"$dir/conf"
run -c "$dir/conf" --lang ja notice visual --print
wants 0
[ ! -e "$dir/none" ] || bad "a record was begun"
finish
