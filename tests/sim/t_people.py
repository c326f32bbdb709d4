"""What no clerk and no doctor would believe, looked for in the database."""

import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
AGE = "((SELECT max(start) FROM coverage) - birth) / 10000"
RUNS = "end = 0"
TOWN = "(length(trim(insurer)) < 8 OR insurer LIKE '39%')"

# What must never be, and the rows that are; then what has to be there.
NEVER = {
    "a member of a household who is its own head":
        "SELECT p.name FROM coverage c JOIN person p ON p.id = c.person"
        " WHERE relation = '2' AND head = coalesce(p.other, p.name)",
    "a member whose household has no head":
        "SELECT person FROM coverage WHERE relation = '2' AND"
        " coalesce(head, '') = ''",
    "an insured person whose name is not the insured person's":
        "SELECT p.name, head FROM coverage c JOIN person p ON p.id = c.person"
        " WHERE relation = '1' AND coalesce(p.other, p.name) <> head"
        " AND p.id NOT IN (SELECT person FROM coverage WHERE class = 'A1')",
    "a member of another family's name":
        "SELECT p.name, head FROM coverage c JOIN person p ON p.id = c.person"
        " WHERE relation = '2' AND substr(head, 1, instr(head, '　')) <>"
        " substr(coalesce(p.other, p.name), 1,"
        "        instr(coalesce(p.other, p.name), '　'))",
    "two of one name in a household":
        "SELECT name FROM coverage c JOIN person p ON p.id = c.person WHERE"
        " branch <> '' GROUP BY insurer_key, symbol_key, number_key, name"
        " HAVING count(DISTINCT p.id) > 1",
    "medical assistance beside the town's insurance":
        "SELECT a.person FROM coverage a JOIN coverage b USING (person)"
        " WHERE a.class = 'A1' AND b.class <> 'A1' AND b.end = 0 AND"
        " (length(trim(b.insurer)) < 8 OR b.insurer LIKE '39%')",
    "combined use without an insurance beside":
        "SELECT person FROM ticket t JOIN coverage c ON c.id = t.coverage"
        " WHERE combined = '02' AND person NOT IN (SELECT person FROM"
        " coverage WHERE class <> 'A1' AND end = 0)",
    "single use beside an insurance":
        "SELECT person FROM ticket t JOIN coverage c ON c.id = t.coverage"
        " WHERE combined = '01' AND person IN (SELECT person FROM"
        " coverage WHERE class <> 'A1' AND end = 0)",
    "one drug twice on a day in one block":
        "SELECT person, code FROM drug WHERE source < 3 GROUP BY person,"
        " source, coalesce(di_date, pr_date), code HAVING count(*) > 1",
    "somebody who shrinks, or grows, from checkup to checkup":
        "SELECT person FROM checkup WHERE name = '身長' GROUP BY person"
        " HAVING count(DISTINCT value) > 1",
    "ten kilograms more or less in a year":
        "SELECT a.person FROM checkup a JOIN checkup b USING (person, code)"
        " WHERE a.name = '体重' AND b.day - a.day BETWEEN 1 AND 19999"
        " AND abs(a.value - b.value) >= 10",
    "a BMI that is not that of height and weight":
        "SELECT b.person, b.value FROM checkup b JOIN checkup h"
        " USING (person, day) JOIN checkup w USING (person, day) WHERE"
        " b.name = 'BMI' AND h.name = '身長' AND w.name = '体重' AND"
        " abs(b.value - w.value * 10000.0 / h.value / h.value) > 0.11",
    "a checkup before the age of forty":
        "SELECT person FROM checkup c JOIN person p ON p.id = c.person"
        " WHERE c.day - p.birth < 370000",
    "insured with the town at seventy-six":
        f"SELECT person FROM coverage c JOIN person p ON p.id = c.person WHERE"
        f" {RUNS} AND class <> 'A1' AND branch <> '' AND {AGE} > 75",
    "a child of more than forty years":
        f"SELECT p.name FROM coverage c JOIN person p ON p.id = c.person WHERE"
        f" branch IN ('02', '03') AND symbol <> '77' AND {AGE} > 40",
}
ALWAYS = {
    "households": "SELECT 1 FROM coverage WHERE relation = '2'",
    "assistance alone": "SELECT 1 FROM ticket WHERE combined = '01'",
    "assistance beside a society": "SELECT 1 FROM ticket WHERE combined = '02'",
    "half a tablet": "SELECT 1 FROM drug WHERE quantity = '0.5'",
    "checkups": "SELECT 1 FROM checkup",
    "people in a society": f"SELECT 1 FROM coverage WHERE NOT {TOWN}",
}
failed = 0
for what, sql in NEVER.items():
    rows = db.execute(sql).fetchall()
    if rows:
        print(f"FAIL: {what}: {len(rows)}, as {rows[:3]}")
        failed += 1
for what, sql in ALWAYS.items():
    if not db.execute(sql).fetchone():
        print(f"FAIL: no {what}")
        failed += 1
print(f"{len(NEVER) + len(ALWAYS)} questions, {failed} failures")
sys.exit(1 if failed else 0)
