"""The same visit by number gives the same JSON over https, folder, webapi."""
import json
import pathlib
import sys

# What is of the one visit and of its moment: there, and whatever it is.
OWN = {"visit", "timing_ms", "answer_expires", "answer_time",
       "process_execution_time", "arbitrary_file_identifier"}


def said(path: pathlib.Path) -> object:
    """What a client printed, without what is its own."""
    whole = json.loads(path.read_text("utf-8"))
    return {k: None if k in OWN else v for k, v in whole.items()}


def main() -> int:
    """Each row names three scenarios, whose output has to be one."""
    here = pathlib.Path(sys.argv[1])
    bad = 0
    for row in sys.argv[2:]:
        names = row.split(",")
        first = said(here / names[0])
        for name in names[1:]:
            other = said(here / name)
            if other != first:
                bad = 1
                print(f"{name} is not as {names[0]}:")
                print(json.dumps(first, ensure_ascii=False, sort_keys=True))
                print(json.dumps(other, ensure_ascii=False, sort_keys=True))
    print(f"{len(sys.argv) - 2} visits over three links")
    return bad


sys.exit(main())
