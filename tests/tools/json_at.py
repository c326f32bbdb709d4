"""Is each file one JSON object without a key twice, and holds what is wanted?

json_at.py FOLDER N: of 1.json to N.json, what 1.wants to N.wants say, a line
each: what was run, then PATH and VALUE in turn: a.b.0.c, VALUE as text;
"absent", "present", "#N" (so many items) and "~TEXT" (has it within) are words
of their own.
"""
import json
import sys
from pathlib import Path


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


def why(folder, n):
    """What is wrong with the n-th, or None."""
    what, *words = (folder / f"{n}.wants").read_text("utf-8").split("\n")[:-1]
    try:
        top = json.loads((folder / f"{n}.json").read_text("utf-8"),
                         object_pairs_hook=once)
        assert isinstance(top, dict), "not an object"
        for path, want in zip(words[::2], words[1::2]):
            assert fits(at(top, path), want), \
                f"{path}: wanted {want}, is {at(top, path)!r}"
    except (AssertionError, ValueError) as e:
        return f"FAIL: onshikaku {what}: {e}"
    return None


found = [why(Path(sys.argv[1]), n) for n in range(1, int(sys.argv[2]) + 1)]
print("\n".join(filter(None, found)), end="\n" if any(found) else "")
sys.exit(1 if any(found) else 0)
