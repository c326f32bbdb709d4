#!/bin/sh
# What demo.sh shows, inside the sandbox: the question, the reception, the doctor.
set -eu

part() {
	printf '\n━━━━ %s ━━━━\n\n' "$1"
}

# The question of one category, as the patient reads it.
question() {
	onshikaku --lang ja notice consent | sed -n "/^$1\$/,/^\$/p" | sed 's/^./  &/'
}

# So many days of a part that begins with that title; what is left out is said.
newest() {
	awk -v title="$1" -v most="$2" -v last="$3" '
	$0 ~ "^" title ":" { on = 1; print; next }
	on && /^$/ { exit }
	on && /^  [0-9]/ { n++ }
	on && n > 0 { day[n] = day[n] $0 "\n" }
	END {
		first = last && n > most ? n - most + 1 : 1
		end = last || n < most ? n : most
		for (i = first; i <= end; i++) printf "%s", day[i]
		if (n > most)
			printf "  （ほか%d日分は表示を省略しました）\n", n - most
	}'
}

# One value of a JSON object on standard input.
value() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# What the receipt computer has on file since the last visit: the insurance of
# then, no branch number, the name in half width.
onshikaku --json eligibility --insurer 991018 --symbol 77 --number 1001 \
    --branch 01 --birthdate 19800512 >"$WORLD/last.json"
cat >"$WORLD/file.json" <<END
{"name": "$(value name <"$WORLD/last.json" | sed 's/　/ /')",
 "name_kana": "$(value name_kana <"$WORLD/last.json")",
 "birthdate": "1980-05-12", "sex1": "男", "insurer_number": "991026",
 "insured_card_symbol": "架空１２", "insured_identification_number": "00345",
 "insured_partial_contribution_ratio": "3割", "last_confirmed": "20260401"}
END
part 'カードを置く前に: 患者さんへの確認（同意は受診のたびに確認します）'
question 薬剤情報
question 特定健診情報
cat <<END
患者さんは2つとも同意し、マイナンバーカードを置いて暗証番号を入力しました。
END
shown=$(onshikaku --lang ja checkin --method pin --consent drugs,checkups \
    --get drugs,checkups --operator D0001 --licence doctor \
    --sign-in two-factor --compare "$WORLD/file.json" --pin-fd 3 3<<END
1234
END
)
part '受付の画面: 資格と、レセコンの登録との照合（医療情報は受付には表示しません）'
echo "$shown" | sed '/^$/,$d'
part '診察室のシステム: 同意された情報（医師 D0001 だけに表示します）'
echo "$shown" | newest 薬剤情報 3 1
echo
echo "$shown" | newest 特定健診情報 1 0
cat <<END

数量は、システムから届いた項目名と値のまま表示し、計算や言い換えはしません。
END
part '監査記録: だれが、いつ、何を照会し、閲覧したか'
onshikaku --lang ja audit show | grep -e 照会 -e 閲覧 -e 同意 | tail -n 8
onshikaku --lang ja audit verify --key "$WORLD/audit.key" || exit $?
cat <<END

続きは手元でどうぞ（シミュレータ・カード・リーダーが動いたままになります）:
  sh scripts/sandbox.sh
  sh scripts/sandbox.sh onshikaku checkin --help
プログラムの例: examples/checkin.c, bindings/python
END
