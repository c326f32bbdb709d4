"""Is the file one JSON object without a key twice, and holds what is wanted?

json_at.py FILE [PATH VALUE]...: a.b.0.c, VALUE as text; "absent", "present",
"#N" (so many items) and "~TEXT" (has it within) are words of their own.
"""
import json
import sys


def once(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def at(value, path):
    for key in path.split("."):
        if isinstance(value, list):
            if not key.isdigit() or int(key) >= len(value):
                return None
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def fits(value, want):
    if want == "absent":
        return value is None
    if want == "present":
        return value not in (None, "", [], {})
    if want.startswith("#"):
        return isinstance(value, list) and len(value) == int(want[1:])
    if isinstance(value, (bool, type(None))):
        return json.dumps(value) == want
    if want.startswith("~"):
        return want[1:] in str(value)
    return str(value) == want


with open(sys.argv[1], "rb") as f:
    top = json.loads(f.read().decode("utf-8"), object_pairs_hook=once)
assert isinstance(top, dict), "not an object"
for path, want in zip(sys.argv[2::2], sys.argv[3::2]):
    if not fits(at(top, path), want):
        print(f"{path}: wanted {want}, is {at(top, path)!r}")
        sys.exit(1)
