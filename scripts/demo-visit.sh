#!/bin/sh
# What demo.sh shows, inside the sandbox.
set -eu

cat <<END

患者さんがマイナンバーカードを置き、薬剤情報と特定健診情報の提供に同意し、
暗証番号を入力しました。

受付の画面には資格だけが、診察室のシステムには同意された医療情報が届きます。
END
onshikaku --lang ja checkin --method pin --consent drugs,checkups \
    --get drugs,checkups --operator D0001 --licence doctor \
    --sign-in two-factor --pin-fd 3 3<<END
1234
END
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
