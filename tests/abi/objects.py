"""What the rooms' objects use of each other: downward alone, and each of it."""
import collections
import re
import subprocess

from abi_report import BUILD, TOP, finish, wrong
from rooms import ROOMS

# Called by nobody in the library, for a reason.
KEPT: dict[str, str] = {
    "oki_audit_plain": "its tests look at the scanner by it",
    "oki_audit_slot_read": "its tests look into a state file by it",
    "oki_link_days_left": "the doctor's advice, which is to come",
}


def objects() -> list[tuple[str, str, str]]:
    """Room, source and symbols (as nm prints them) of each object."""
    places = {}
    for source in sorted((TOP / "lib").glob("*/*.c")):
        room = source.parent.name
        name = "liball_la-%s.o" % source.stem
        place = BUILD / "lib" / room / name
        if not place.exists():
            place = BUILD / "lib" / room / ".libs" / name
        if place.exists():      # else not built here: an option is off
            places[str(place)] = (room, str(source.relative_to(TOP)))
    out = subprocess.run(["nm", *places], check=True,
                         capture_output=True, text=True).stdout
    parts = re.split(r"^(\S.*\.o):$", out, flags=re.MULTILINE)[1:]
    if parts[::2] != list(places):
        wrong("lib", 1, "nm does not tell of each object")
    return [(*places[place], symbols)
            for place, symbols in zip(parts[::2], parts[1::2])]


def mentions() -> "collections.Counter[str]":
    """How often each name stands in the sources, remarks left out."""
    count: collections.Counter[str] = collections.Counter()
    for path in (TOP / "lib").glob("*/*.[ch]"):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text("utf-8"),
                      flags=re.DOTALL)
        if path.suffix == ".c":
            count.update(re.findall(r"\boki_\w+", text))
        else:               # a macro may be the one who calls it
            for macro in re.findall(r"^#define .*?[^\\]$", text,
                                    re.MULTILINE | re.DOTALL):
                count.update(re.findall(r"\boki_\w+", macro))
    return count


def main() -> None:
    """Each symbol of ours: where it is made, and who asks for it."""
    made: dict[str, tuple[str, str]] = {}
    asked: dict[str, list[tuple[str, str]]] = {}
    for room, source, out in objects():
        for kind, name in re.findall(r"([A-Z]) ((?:oki|onshi)_\w+)$", out,
                                     re.MULTILINE):
            if kind == "U":
                asked.setdefault(name, []).append((room, source))
            else:
                made[name] = (room, source)
    for name, users in sorted(asked.items()):
        if name not in made:
            continue
        home = made[name][0]
        for room, source in users:
            if room != home and home not in ROOMS[room]:
                wrong(source, 1, "%s is of room %s, which is not below %s"
                      % (name, home, room))
    count = mentions()
    for name, (_, source) in sorted(made.items()):
        if name.startswith("oki_") and count[name] < 2 and name not in KEPT:
            wrong(source, 1, "nobody in the library calls %s" % name)
    for name in sorted(KEPT):
        if name not in made or count[name] > 1:
            print("%s needs no leave any more" % name)
    finish("%d symbols" % len(made))


if __name__ == "__main__":
    main()
