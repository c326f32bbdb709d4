#!/bin/sh
# --compare: what differs from the host's file, beside the eligibility, and odd
# characters before a question is sent.
set -u
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../world.sh"
trap 'world_stop; rm -rf "$dir"' EXIT
world_start 20 || exit $?
LD_LIBRARY_PATH=$ONSHIKAKU_BINDIR/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
file=$dir/file.json
number="eligibility --insurer 991018 --symbol 77 --number 1001 --branch 01
    --birthdate 19800512"

# Whom the service has invented there.
# shellcheck disable=SC2086
json $number
wants 0 differences absent compare absent hints absent
name=$(sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$dir/out")
kana=$(sed -n 's/.*"name_kana":"\([^"]*\)".*/\1/p' "$dir/out")
number="$number --compare $file"

# As it came, in other clothes.
cat >"$file" <<END
{"name": "$(echo "$name" | sed 's/　/ /')", "name_kana": "$kana", "birthdate": "1980-05-12",
 "sex1": 1, "insurer_number": "00991018", "insured_card_symbol": "７７",
 "insured_identification_number": "1001", "insured_branch_number": "01",
 "patient_id": "17", "address": "どこか", "sex2": "2", "last_confirmed": "20260901"}
END
# shellcheck disable=SC2086
json $number
wants 0 outcome valid differences '#0' compare.verdict same \
    compare.last_confirmed 20260901 compare.keep.last_confirmed present \
    compare.keep.insured_branch_number 01 compare.unknown_keys.0 patient_id \
    compare.claim_name.text "$name" hints absent

# Somebody else's, with an escape, and a branch that is not known.
printf '{"name":"\\u67b6\\u7a7a\\u3000\\u82b1\\u5b50","name_kana":"ｶｸｳ ﾊﾅｺ",
"birthdate":"19800512","insured_partial_contribution_ratio":30}' >"$file"
# shellcheck disable=SC2086
json $number
wants 0 differences.0.element name differences.0.verdict different \
    differences.0.severity stop differences.0.reason person \
    differences.0.step present differences.0.step_ja present \
    differences.0.text present differences.0.text_ja present \
    differences.0.on_file 架空　花子 differences.0.answered "$name" \
    differences.1.element name_kana compare.verdict different
grep -q '"element":"insured_branch_number","verdict":"compatible","severity":"note"' \
    "$dir/out" || bad "no branch that is new"
grep -q '"element":"insured_partial_contribution_ratio","verdict":"compatible","severity":"note"' \
    "$dir/out" || bad "a share that is not answered"

# By card, for people: the reception's part has it, and says what to do.
printf '{"name":"●%s","birthdate":"19800512","insurer_number":"06999999"}' \
    "$(echo "$name" | LC_ALL=C.UTF-8 sed 's/^.//')" >"$file"
run --lang ja checkin --method pin --pin-fd 3 --compare "$file" 3<<END
1234
END
wants 0
says '登録との照合: 相違あり'
says '【要確認】 保険者番号'
says '→ 回答の保険を取得日から新しく登録してください'
says '●のある氏名で上書きしないでください'
silent 住所が

# Groups and lists, as a result has them.
cat >"$file" <<'END'
{"birthdate": "19800512",
 "elderly_recipient_certificate_info": {"elderly_recipient_contribution_ratio": "20"},
 "public_expense_result_list": {"medical_ticket_info": [{"issue_number": "A1"},
  {"issue_number": "A2"}]}}
END
# shellcheck disable=SC2086
json $number
[ "$(grep -o '"reason":"expense_gone"' "$dir/out" | wc -l)" -eq 2 ] ||
    bad "two tickets are not ended"
grep -q '"reason":"ratio_unknown"' "$dir/out" || bad "a group within"

# Nobody found: nothing to compare with.
# shellcheck disable=SC2086
json eligibility --insurer 991018 --symbol 77 --number 999999 --birthdate 19800512 \
    --compare "$file"
wants 0 outcome not_found differences '#0' compare.verdict null

# Files that are none are refused before anybody is asked for anything.
while IFS= read -r text; do
	printf '%s' "$text" >"$file"
	# shellcheck disable=SC2086
	json $number
	wants 2 error.name ONSHI_E_ARG error.sent not_sent visit absent
done <<'END'

[]
{"name": "a"
{"name": "a"} {}
{"name": "a",}
{"name" "a"}
{"name": "\ud800"}
{"name": "\u0000"}
{"name": "\q"}
{"name": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "i"}}}}}}}}}
{"issue_number": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]}
END
json eligibility --insurer 991018 --number 1 --birthdate 19800512 \
    --compare "$dir/nowhere.json"
wants 7 error.sent not_sent visit absent

# A case that waited (fallback --save) is asked again for the day of its visit;
# what is given beside stands above it.
json fallback ONSHI_E_NETWORK --on 2026-04-01 --save "$dir/case" \
    --insurer 991018 --symbol 77 --number 1001 --branch 01 --birthdate 19800512
wants 0 saved present
json eligibility --from "$dir/case"
wants 0 from.why ONSHI_E_NETWORK from.day 2026-04-01 outcome valid \
    qualification_confirmation_date 20260401 error absent
json eligibility --from "$dir/case" --number 999999 --date 2026-04-02
wants 0 from.day 2026-04-02 outcome not_found

# Odd characters are said before the question, and sent as they are.
printf '{}' >"$file"
json eligibility --insurer 991018 --symbol 7−7 --number 1001 --birthdate 19800512
wants 0 hints.0.element insured_card_symbol hints.0.hint hyphen hints.0.at 1 \
    hints.0.text present hints.0.text_ja present outcome not_found
grep -q 'hyphen' "$dir/err" || bad "not said to people"
run --lang ja eligibility --insurer 991019 --number 1001 --birthdate 19800512
grep -q '検証番号が合いません' "$dir/err" || bad "check digit"

finish
