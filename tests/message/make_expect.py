"""Makes expect.txt: what the samples hold, read by another parser than ours."""
import sys
from pathlib import Path
from xml.etree import ElementTree


def walk(element, path, lines):
    path += "/" + element.tag
    if len(element) == 0:
        lines.append(path + "\t" + (element.text or "").strip("\n"))
    for child in element:
        walk(child, path, lines)


def main():
    for file in sorted(Path(sys.argv[1]).glob("*.xml")):
        data = file.read_bytes()
        head, _, body = data.partition(b"?>")
        text = body.decode("cp932" if b"Shift_JIS" in head else "utf-8")
        lines = ["== " + file.name]
        walk(ElementTree.fromstring(text), "", lines)
        print("\n".join(lines))


main()
