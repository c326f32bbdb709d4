"""Does the JSON of message show hold every value of each file as it stands?"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def read(path):
    raw = path.read_bytes()
    if re.match(rb"[^>]*encoding=.(Shift_JIS|Windows-31J)", raw, re.I):
        text = raw.decode("cp932")
        raw = re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8")
    return ElementTree.fromstring(raw)


def compare(element, value, path):
    if len(element) == 0:
        text = element.text or ""
        assert value == text or (text.strip() == "" and value in ("", {})), \
            f"{path}: {text!r} became {value!r}"
        return
    named = {}
    for child in element:
        named.setdefault(child.tag, []).append(child)
    assert set(named) == set(value), f"{path}: {set(named) ^ set(value)}"
    for name, children in named.items():
        items = value[name]
        items = items if isinstance(items, list) else [items]
        assert len(items) == len(children), f"{path}/{name}: how many"
        for child, item in zip(children, items):
            compare(child, item, f"{path}/{name}")


def check(sample, shown):
    root = read(sample)
    shown = json.loads(shown.read_text(encoding="utf-8"))
    assert shown["kind"] or len(shown["kind_candidates"]) > 1, "no kind"
    assert shown["unknown"] == [] and "error" not in shown, "unknown, error"
    for part, key in (("MessageHeader", "header"), ("MessageBody", "body")):
        found = root.find(part)
        if found is not None and len(found) > 0:
            compare(found, shown[key], f"/XmlMsg/{part}")
        else:
            assert shown[key] == {}, f"{key} is not empty"


samples = sorted(pathlib.Path(sys.argv[1]).glob("*.xml"))
assert len(samples) > 20, "where are the samples?"
for sample in samples:
    try:
        check(sample, pathlib.Path(sys.argv[2], sample.stem + ".json"))
    except AssertionError as e:
        sys.exit(f"{sample.name}: {e}")
