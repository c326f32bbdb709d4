"""Bulk inquiries under every fault at once: runs the command until each part
has its OUT, and holds each row against the service's own database."""

from __future__ import annotations

import collections
import csv
import json
import random
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

DIR, ONSHIKAKU = Path(sys.argv[1]), sys.argv[2]
PERSONS, PART, SEED = (int(n) for n in sys.argv[3:6])
WHOLE = sys.argv[6:] == ["whole"]
TERMINALS = {"https": "1349999988", "folder": "1319999996"}
COLUMNS = ["id", "insurer", "symbol", "number", "branch", "birthdate"]
RUNS_MOST = 80		# of a part, until it has its OUT
ALIKE_MOST = 4		# ends of one kind in a row, until it is asked anew
KILLED = 0.12		# of the runs
PATIENT = 0.03		# of those of many: they ask again by themselves
NOW = datetime.now(timezone(timedelta(hours=9)))
TODAY = int(f"{NOW:%Y%m%d}")
BEFORE = int(f"{NOW - timedelta(days=75):%Y%m%d}")

# messages.md 3.3: columns of OUT, and where the database has it.
FROM_COVERAGE = {
    "insured_card_classification": "class", "insurer_number": "insurer",
    "insured_card_symbol": "symbol",
    "insured_identification_number": "number",
    "insured_branch_number": "branch",
    "personal_family_classification": "relation", "insured_name": "head",
    "insurer_name": "insurer_name", "qualification_date": "start",
    "insured_certificate_issuance_date": "issued",
    "insured_card_valid_date": "valid_from",
    "insured_card_expiration_date": "valid_to",
    "insured_partial_contribution_ratio": "ratio",
    "preschool_classification": "preschool",
    "elderly_recipient_contribution_ratio": "elderly_ratio"}
FROM_PERSON = {
    "name": "name", "name_of_other": "other", "name_kana": "kana",
    "name_of_other_kana": "other_kana", "sex1": "sex1", "sex2": "sex2",
    "result_birthdate": "birth", "address": "address", "post_number": "post"}

Row = dict[str, str]
failures: list[str] = []


def fail(text: str) -> None:
    failures.append(text)
    if len(failures) <= 20:
        print("FAIL:", text)


# ---- the people, and what is known of them ---------------------------------


def control(line: str) -> None:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(DIR / "sim.sock"))
        s.sendall(f"{line}\n".encode())
        said = s.recv(4096)
    if not said.startswith(b"ok"):
        fail(f"control {line}")


def happen(chance: random.Random) -> None:
    """What insurers and patients do: to some, beside what is generated."""
    for person in range(1, PERSONS + 1):
        event = chance.choice([
            "lose {} -3 99", "lose {} today 99 +5", "lose {} +5 03 -1",
            "move {} -20", "move {} -20 +3", "twin {}", "hide {} all",
            "hide {} care", "assist {}", "limit {} A03", "name {} 架空　改",
            *[""] * 20])
        if event:
            control("person " + event.format(person))
        for code in TERMINALS.values():
            if chance.randrange(5) == 0:
                control(f"person reference {person} {code} "
                        f"R-{code[-3:]}-{person}")


class Known:
    """The service's database, as one who does not know the service reads it."""

    def __init__(self) -> None:
        db = sqlite3.connect(DIR / "db")
        db.row_factory = sqlite3.Row
        self.persons = {p["id"]: p for p in db.execute(
            "SELECT * FROM person")}
        self.by_person = collections.defaultdict(list)
        self.by_number = collections.defaultdict(list)
        for c in db.execute("SELECT * FROM coverage ORDER BY id"):
            self.by_person[c["person"]].append(c)
            self.by_number[bare(c["number"])].append(c)
        self.tickets = collections.defaultdict(list)
        for t in db.execute("SELECT * FROM ticket ORDER BY rowid"):
            self.tickets[t["coverage"]].append(t["issue"])
        self.references = {(r["coverage"], r["terminal"]): r["number"]
                           for r in db.execute("SELECT * FROM reference")}
        db.close()

    def current(self, person: int, date: int, assistance: bool):
        found = [c for c in self.by_person[person] if begun(c, date) and
                 not over(c, date) and (c["class"] == "A1") == assistance]
        return max(found, key=lambda c: c["start"], default=None)

    def truth(self, row: Row, date: int, terminal: str) -> tuple[
            str, list[Row]]:
        """The outcome of a row of IN, and its results."""
        found = [c for c in self.by_number[bare(row["number"])]
                 if begun(c, date) and
                 bare(c["insurer"]) == bare(row["insurer"]) and
                 plain(c["symbol"]) == plain(row["symbol"]) and
                 row["branch"] in ("", c["branch"]) and row["birthdate"] ==
                 str(self.persons[c["person"]]["birth"])]
        whose = {c["person"] for c in found}
        if len(whose) != 1:
            return "several" if whose else "not_found", []
        person = whose.pop()
        if self.persons[person]["hide"] == 2:
            return "not_provided", []
        c = max(found, key=lambda c: (not over(c, date), c["start"]))
        if over(c, date):
            return ("lost_newer_exists" if self.current(person, date, False)
                    else "lost"), self.results([c], terminal)
        also = self.current(person, date, True)
        more = [] if also in (None, c) else [also]
        return "valid", self.results([c, *more], terminal)

    def results(self, coverages: list[sqlite3.Row],
                terminal: str) -> list[Row]:
        """One reference number belongs to each, or one to all."""
        found = [self.result(c) for c in coverages]
        own = [self.references[c["id"], terminal] for c in coverages
               if (c["id"], terminal) in self.references]
        for i, row in enumerate(found):
            row["reference_number"] = own[min(i, len(own) - 1)] if own else ""
        return found

    def result(self, c: sqlite3.Row) -> Row:
        p = self.persons[c["person"]]
        r = {name: c[of] for name, of in FROM_COVERAGE.items()}
        r.update((name, p[of]) for name, of in FROM_PERSON.items())
        told = c["end"] != 0 and c["end_notified"] <= TODAY
        r["disqualification_date"] = c["end"] if told else None
        r["reason_of_loss"] = c["reason"] if told else None
        r["issue_number"] = "\n".join(self.tickets[c["id"]])
        return {name: "" if v is None else str(v).strip()
                for name, v in r.items()}


def plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").replace(" ", "")


def bare(number: str) -> str:
    return plain(number).lstrip("0")


def begun(c: sqlite3.Row, date: int) -> bool:
    return c["start_notified"] <= TODAY and c["start"] <= date


def over(c: sqlite3.Row, date: int) -> bool:
    return c["end"] != 0 and c["end_notified"] <= TODAY and c["end"] <= date


# ---- who is asked for ---------------------------------------------------------


def typed(known: Known, person: int, chance: random.Random) -> Row:
    """A row of IN: right, mistyped, or of nobody."""
    c = chance.choice(known.by_person[person])
    birth = str(known.persons[person]["birth"])
    row = {"id": f"P-{person}", "insurer": c["insurer"].strip(),
           "symbol": c["symbol"] or "", "number": c["number"],
           "branch": c["branch"] or "", "birthdate": birth}
    how = chance.randrange(16)
    if how == 0:
        row["number"] = row["number"][:-1] + str(
            (int(plain(row["number"][-1])) + 1) % 10)
    elif how == 1:
        row["birthdate"] = birth[:6] + f"{int(birth[6:]) % 28 + 1:02}"
    elif how == 2:
        row.update(insurer="99999995", symbol="1", branch="",
                   number=str(chance.randrange(10**7, 10**8)))
    elif how == 3:
        row["branch"] = "77"
    elif how == 4:
        row["symbol"] = ""
    elif how in (5, 6):
        row["branch"] = ""
    elif how == 7:
        row["symbol"] = plain(row["symbol"])
    elif how == 8:
        row["symbol"] = re.sub("[0-9]", lambda m: chr(ord(m[0]) + 0xfee0),
                               row["symbol"])
    return row


class Part:
    """Some of them, in one request by one link."""

    def __init__(self, link: str, name: str, rows: list[Row],
                 date: int) -> None:
        self.link, self.rows, self.date = link, rows, date
        self.name = f"{link}-{name}"
        self.file, self.out = (DIR / f"{self.name}.{kind}.csv"
                               for kind in ("in", "out"))
        self.ticket = Path(f"{self.out}.ticket")
        self.ends: list[str] = []
        self.anew = self.killed = 0
        with self.file.open("w", encoding="utf-8", newline="") as f:
            w = csv.DictWriter(f, COLUMNS)
            w.writeheader()
            w.writerows(rows)

    def bad(self, text: str) -> None:
        fail(f"{self.name}: {text} ({' '.join(self.ends[-6:])})")

    # -- runs

    def run(self, anew: bool, kill_after: float | None,
            seconds: int) -> Row | None:
        """The JSON that it ends with, and its exit status; None: killed."""
        command = [ONSHIKAKU, "--json", "-c", str(DIR / self.link), "bulk",
                   "--timeout", str(seconds), "--date", str(self.date)]
        if anew:
            command.append("--anew")
        p = subprocess.Popen([*command, str(self.file), str(self.out)],
                             stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        try:
            out, _ = p.communicate(timeout=kill_after or 60)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            if kill_after is None:
                self.bad("does not end")
            return None
        return {**json.loads(out), "exit": p.returncode}

    def judge(self, said: Row) -> str:
        """What it ends with in a word; it says that nobody is answered."""
        status, error = said["exit"], said.get("error", {}).get("name", "")
        if status == 0:
            if said["persons"] != len(self.rows):
                self.bad(f"{said['persons']} persons")
            return "done"
        if self.out.exists():
            self.bad(f"an OUT with exit {status}")
        if status == 5 and said.get("outcome") == "in_progress" and not error:
            return "later"
        if status not in (4, 5) and error not in ("ONSHI_E_UNCERTAIN",
                                                  "ONSHI_E_CONFIG"):
            self.bad(f"exit {status} {error}")
        return f"{status}:{error}"

    def finish(self, chance: random.Random, killed: float) -> None:
        """Until there is an OUT: where the same comes again and again, or it
        is uncertain, people look at the service's screen, and say anew."""
        alike, anew, last = 0, False, ""
        for _ in range(RUNS_MOST):
            kills = chance.random() < killed
            waits = WHOLE and not kills and chance.random() < PATIENT
            said = self.run(anew, chance.uniform(0.005, 0.15) if kills
                            else None, 12 if waits else 1)
            self.anew += anew
            end = self.judge(said) if said is not None else "killed"
            self.killed += said is None
            self.ends.append(end + "*" * anew)
            if self.out.exists() and not self.ticket.exists():
                return
            anew = False
            if end in ("later", "killed"):
                continue
            alike = alike + 1 if end == last else 1
            last = end
            if "UNCERTAIN" in end or alike >= ALIKE_MOST:
                anew, alike = True, 0
        self.bad("has no end")

    # -- what has come of it

    def check(self, known: Known, tally: collections.Counter) -> None:
        if not self.out.exists():
            return
        with self.out.open(encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f, strict=True))
        at = silent = 0
        for asked in self.rows:
            outcome, results = known.truth(asked, self.date,
                                           TERMINALS[self.link])
            mine = []
            while at < len(rows) and rows[at]["id"] == asked["id"]:
                mine.append(rows[at])
                at += 1
            if not mine:
                self.bad(f"{asked['id']} is lost")
                continue
            for row in mine:
                if any(row[c] != asked[c] for c in COLUMNS):
                    self.bad(f"{asked['id']}: not as it stands in IN")
            got = mine[0]["outcome"]
            if got == "not_provided" and outcome != got:
                silent += 1		# left out: nothing is said of it
                tally["not answered"] += 1
                outcome, results = got, []
            else:
                tally[got] += 1
            self.compare(asked, mine, outcome, results)
        if at != len(rows):
            self.bad(f"{rows[at]['id']} comes twice, or was not asked for")
        if silent > 2:
            self.bad(f"{silent} persons were not answered")

    def compare(self, asked: Row, mine: list[Row], outcome: str,
                results: list[Row]) -> None:
        who = asked["id"]
        if any(row["outcome"] != outcome for row in mine):
            self.bad(f"{who}: {mine[0]['outcome']}, wanted {outcome}")
        if len(mine) != max(1, len(results)):
            self.bad(f"{who}: {len(mine)} rows, wanted {len(results)}")
        empty = dict.fromkeys([*FROM_COVERAGE, *FROM_PERSON,
                               "reference_number"], "")
        for row, wanted in zip(mine, results or [empty]):
            other = [f"{name}: {row[name]!r}, wanted {value!r}"
                     for name, value in wanted.items()
                     if row[name].strip() != value]
            if other:
                self.bad(f"{who}: {other[0]}")


def handed_in(parts: list[Part]) -> int:
    """No part more often than it was told to; each as it stands in IN."""
    db = sqlite3.connect(DIR / "db")
    by_first = {(TERMINALS[p.link], p.date, *sent(p.rows[0]), len(p.rows)): p
                for p in parts}
    if len(by_first) != len(parts):
        fail("two parts cannot be told apart")
    times: collections.Counter = collections.Counter()
    receipts = db.execute("SELECT id, terminal, date FROM receipt").fetchall()
    for receipt, terminal, date in receipts:
        rows = [tuple(v or "" for v in row) for row in db.execute(
            "SELECT insurer, symbol, number, branch, birth FROM asked "
            "WHERE receipt=? ORDER BY n", (receipt,))]
        rows = [(row[0].strip(), *row[1:]) for row in rows]
        part = by_first.get((terminal, date, *rows[0], len(rows)))
        if part is None or rows != [sent(row) for row in part.rows]:
            fail(f"receipt {receipt} is of nothing that was asked")
            continue
        times[part] += 1
    for part, n in times.items():
        if n > 1 + part.anew:
            part.bad(f"handed in {n} times, told to {part.anew} times anew")
    db.close()
    return len(receipts)


def sent(row: Row) -> tuple[str, ...]:
    return tuple(row[c] for c in COLUMNS[1:])


# ---- all of it ---------------------------------------------------------------------


def parts_of(link: str, known: Known) -> list[Part]:
    chance = random.Random(f"{SEED} {link}")
    rows = [typed(known, person, chance)
            for person in range(1, PERSONS + 1)]
    parts = [Part(link, str(i), rows[i:i + PART], BEFORE if i // PART % 4 == 3
                  else TODAY) for i in range(0, PERSONS, PART)]
    if WHOLE:
        parts.append(Part(link, "whole", rows, TODAY))
    return parts


def play(parts: list[Part]) -> None:
    chance = random.Random(f"{SEED} {parts[0].link} runs")
    for part in parts:
        part.finish(chance, KILLED)


def tell(link: str, parts: list[Part], known: Known) -> None:
    tally: collections.Counter = collections.Counter()
    for part in parts:
        part.check(known, tally)
    ends = collections.Counter(e.rstrip("*") for p in parts for e in p.ends)
    print(f"{link}: {sum(len(p.rows) for p in parts)} persons in "
          f"{len(parts)} requests, {sum(ends.values())} runs, "
          f"{sum(p.anew for p in parts)} times anew")
    for what in tally, ends:
        print("   ", ", ".join(f"{k} {n}" for k, n in what.most_common()))
    missing = {"valid", "not_found"} - set(tally)
    if missing:
        fail(f"{link}: nobody is {missing}")


def main() -> int:
    began = time.monotonic()
    happen(random.Random(SEED))
    known = Known()
    all_parts = {link: parts_of(link, known) for link in TERMINALS}
    threads = [threading.Thread(target=play, args=(parts,))
               for parts in all_parts.values()]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for link, parts in all_parts.items():
        tell(link, parts, known)
    n = handed_in([p for parts in all_parts.values() for p in parts])
    print(f"{n} receipts, seed {SEED}, {time.monotonic() - began:.0f} s, "
          f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
