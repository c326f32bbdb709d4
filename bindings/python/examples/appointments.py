"""The evening before: tomorrow's appointments in one request.

python appointments.py CONFIG TICKET <people.csv: a header that names the
elements, as InsurerNumber,InsuredIdentificationNumber,Birthdate. Ended at any
moment, it goes on when it is run again.
"""

import csv
import os
import sys
from pathlib import Path

import onshikaku
from onshikaku import BulkKind, Config, Onshi, OnshiError


def main(conf: str, path: Path) -> None:
    def keep(ticket: str) -> None:
        """Durably, before anything is asked."""
        fresh = path.with_suffix(".new")
        with open(fresh, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(ticket)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)

    found: dict[int, str] = {}
    with Config(conf) as config, Onshi(config) as root:
        with root.bulk(BulkKind.ELIGIBILITY) as bulk:
            for row in csv.DictReader(sys.stdin):
                bulk.add(**{k: v for k, v in row.items() if v})
            if path.exists():
                bulk.resume(path.read_text())
            for unit in bulk.units(keep):
                if unit.place is not None:
                    found[unit.place] = onshikaku.outcome_text(unit.outcome)
                print(f"\r{bulk.taken}/{bulk.count}", end="", file=sys.stderr)
            for place in range(bulk.count):  # only now all of it counts
                print(place + 1, found.get(place, "回答がありません"))
    path.unlink()


try:
    main(sys.argv[1], Path(sys.argv[2]))
except OnshiError as e:
    sys.exit(f"{e.message()}\n{e.remedy()}")
