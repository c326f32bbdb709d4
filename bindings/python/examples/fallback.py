"""What the reception does when no answer is to be had: python fallback.py [RESULT]."""

import sys

import onshikaku
from onshikaku import Outcome, fallback, field_text, paper_text, share_text


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    found = fallback(onshikaku.RESULTS.get(name, Outcome.NONE))
    for option in found.papers:
        if not option.counts:
            continue
        print(f"■ {paper_text(option.paper)}")
        print(f"  {option.text_ja}")
        print(f"  窓口負担: {share_text(option.share)}")
        print("  控える項目: " + "、".join(map(field_text, option.fields)))
    for option in found.papers:
        if not option.counts:
            print(f"□ {paper_text(option.paper)}: {option.text_ja}")
            print(f"  {option.ask_ja}")
    print(onshikaku.again_text(found.again))


main()
