"""Builds dicts of an answer to a request for many with lxml, and says how long
that takes: lxml_dicts.py FILE [ROUNDS]. What b_bulk is measured against."""
import sys
import time

from lxml import etree


def as_dict(unit: "etree._Element") -> dict[str, object]:
    """A person's unit: values as texts, lists as lists of dicts."""
    out: dict[str, object] = {}
    for child in unit:
        if len(child) == 0:
            out[child.tag] = child.text or ""
        else:
            out.setdefault(child.tag, []).append(as_dict(child))  # type: ignore[attr-defined]
    return out


def main() -> None:
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        tree = etree.parse(sys.argv[1])
        people = [as_dict(unit) for unit in tree.iter("BulkConfirmUnit")]
        took = time.perf_counter() - start
        best = took if best == 0.0 or took < best else best
    print("%d persons by lxml into dicts: %.0f ms" % (len(people), best * 1e3))


main()
