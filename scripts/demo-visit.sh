#!/bin/sh
# What demo.sh shows, inside the sandbox.
set -eu

cat <<END

患者さんがマイナンバーカードを置き、薬剤情報と特定健診情報の提供に同意し、
暗証番号を入力しました。

END
shown=$(onshikaku --lang ja checkin --method pin --consent drugs,checkups \
    --get drugs,checkups --operator D0001 --licence doctor \
    --sign-in two-factor --pin-fd 3 3<<END
1234
END
)
cat <<END
━━━━ 受付の画面（資格だけ。医療情報は受付には表示しません: CO-4） ━━━━

END
echo "$shown" | sed '/^$/,$d'
cat <<END

━━━━ 診察室のシステムが受け取るもの（同意された薬剤情報・特定健診情報） ━━━━
END
echo "$shown" | sed '1,/^$/d'
cat <<END

この受付は監査記録に残りました。
END
onshikaku --lang ja audit verify --key "$WORLD/audit.key" || exit $?
cat <<END

続きは手元でどうぞ（シミュレータ・カード・リーダーが動いたままになります）:
  sh scripts/sandbox.sh
  sh scripts/sandbox.sh onshikaku checkin --help
プログラムの例: examples/checkin.c, bindings/python
END
