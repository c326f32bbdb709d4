#!/bin/sh
# fallback: which papers count on a day, for a result or an outcome; --save of
# a case that waits, and eligibility --from, up to what is asked.
. "$(dirname "$0")/lib.sh"
umask 022

# Known by its day, which is Japan's; the border of the old cards.
json fallback ONSHI_E_CARD_NONE --on 2026-03-31
wants 0 day 2026-03-31 papers '#4' papers.0.paper certificate \
    papers.1.paper insurance_card papers.1.until 2026-03-31 \
    papers.2.paper notice papers.0.fields.0 birthdate \
    papers.0.text_ja present unclear '#2' unclear.0.ask_ja present \
    papers.0.ask absent ask_again.when next_visit ask_again.text_ja present
json fallback ONSHI_E_CARD_NONE --on 20260401
wants 0 day 2026-04-01 papers '#2' papers.0.paper certificate \
    papers.0.until null papers.1.paper medical_ticket unclear '#4'
json fallback not_found --on 2026-04-01
wants 0 ask_again.when days papers.4.paper declaration \
    papers.4.share by_age papers.4.fields '#12'
json fallback valid
wants 0 papers '#0' unclear '#0' ask_again.when never
json fallback
wants 0 papers.0.paper certificate ask_again.when restored

# People read whom to ask, and what is certain first.
run --lang ja fallback ONSHI_E_CARD_NONE --on 2026-04-01
wants 0
says '■ 資格確認書'
says '□ 従来の健康保険証'
says '問い合わせ先'
head -n 1 "$dir/out" | grep -q '■' || bad "what counts does not come first"
# Cards of infants bear no photograph to compare (ID-7).
run --lang ja fallback ONSHI_E_CARD_EXPIRED
says '顔写真がありません'
run --lang en fallback valid
wants 0
says 'No paper is needed'

# What it is not asked.
for word in ONSHI_OK ONSHI_E_NOTHING NEED_CARD ONSHI_NEED_CARD -402 99; do
	json fallback "$word"
	wants 2 papers absent error.name ONSHI_E_ARG
done
json fallback ONSHI_E_NETWORK --on 2026-02-29
wants 2 papers absent

# A facility's own table, and one that is wrong.
printf '[fallback]\ntable = %s/papers\n' "$dir" >"$dir/conf"
cat >"$dir/papers" <<'END'
fallback = 1
paper = declaration
when = no_card
standing = unknown
share = ask
text = ours
text_ja = 当方
ask = the desk
ask_ja = 窓口
END
json -c "$dir/conf" fallback ONSHI_E_CARD_NONE
wants 0 papers '#0' unclear.0.text_ja 当方 unclear.0.ask 'the desk'
echo 'until = soon' >>"$dir/papers"
json -c "$dir/conf" fallback ONSHI_E_CARD_NONE
wants 2 error.name ONSHI_E_CONFIG error.text '~line 10' papers absent

# A case is kept, readable for its owner alone, and never over another file.
json fallback ONSHI_E_NETWORK --on 2026-03-31 --save "$dir/case" \
    --insurer 99138006 --number 123456 --birthdate 1980-05-12 --patient P-1
wants 0 saved "$dir/case"
[ "$(stat -c %a "$dir/case")" = 600 ] || bad "the case can be read by others"
grep -qx 'day = 20260331' "$dir/case" || bad "no day of the visit in it"
grep -qx 'birthdate = 19800512' "$dir/case" || bad "no date of birth in it"
cp "$dir/case" "$dir/before"
json fallback ONSHI_E_NETWORK --save "$dir/case"
wants 7 error.name ONSHI_E_DISK papers absent
cmp -s "$dir/case" "$dir/before" || bad "another case was written over"
ln -s "$dir/elsewhere" "$dir/link"
json fallback ONSHI_E_NETWORK --save "$dir/link"
wants 7 papers absent
[ ! -e "$dir/elsewhere" ] || bad "written through a link"
run fallback ONSHI_E_NETWORK --save "$dir/other" --number "1
day = 20000101"
wants 2
[ ! -e "$dir/other" ] || bad "a value became a line of the case"

# And asked again from it: what is lacking or wrong is said before anything.
printf '[facility]\ninstitution_code = 1319999996\n[link]\n' >"$dir/conf"
printf 'type = https\nbase = https://onshi.example\n' >>"$dir/conf"
run -c "$dir/conf" eligibility --from "$dir/case"
[ "$status" != 2 ] || grep -qi "ca_file\|configuration\|link" "$dir/out" \
    "$dir/err" || bad "the case was not taken"
silent 'option is needed'
grep -v number "$dir/case" >"$dir/lacks"
json -c "$dir/conf" eligibility --from "$dir/lacks"
wants 2 error.text '~number' from absent
sed 's/^day = .*/day = 20260230/' "$dir/case" >"$dir/noday"
json -c "$dir/conf" eligibility --from "$dir/noday"
wants 2 error.text '~date' from absent
for line in 'number = 2' 'consent = drugs' 'pin' 'onshikaku_case = 2'; do
	{ cat "$dir/case"; echo "$line"; } >"$dir/odd"
	json -c "$dir/conf" eligibility --from "$dir/odd"
	wants 2 error.name ONSHI_E_ARG from absent
done
sed 1d "$dir/case" >"$dir/odd"
json -c "$dir/conf" eligibility --from "$dir/odd"
wants 2 from absent
json -c "$dir/conf" eligibility --from "$dir/nowhere"
wants 7 from absent
json eligibility --number 1
wants 2 error.text '~insurer'

# The other --from is still a day.
json audit export --from 2026-13-01 --to 2026-01-01
wants 2 error.text '~from'
finish
