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
        f" branch IN ('02', '03') AND symbol <> '77' AND NOT {TOWN} AND"
        f" {AGE} > 40 OR branch = '04' AND {TOWN} AND {AGE} > 40",
    "a name that nobody of that age was given":
        "SELECT name, birth FROM person WHERE birth > 19500000 AND"
        " name GLOB '*　[トキハ]?' OR birth < 20000000 AND (name LIKE '%陽菜'"
        " OR name LIKE '%悠真' OR name LIKE '%莉子')",
    "insured with a town where somebody does not live":
        "SELECT p.name, address, insurer_name FROM coverage c JOIN person p"
        " ON p.id = c.person WHERE length(trim(insurer)) = 6 AND"
        " address NOT LIKE '%' || insurer_name || '%'",
    "insured with the elderly before seventy-five":
        "SELECT p.name, birth, start FROM coverage c JOIN person p ON p.id ="
        " c.person WHERE insurer LIKE '39%' AND start < birth + 750000",
    "a coverage that ends before it begins":
        "SELECT person, start, end FROM coverage WHERE end <> 0 AND"
        " end < start",
    "the class of another age":
        "SELECT p.birth, flag FROM limits l JOIN coverage c ON c.id ="
        " l.coverage JOIN person p ON p.id = c.person WHERE"
        f" (flag LIKE 'A%') <> ({AGE} < 70)",
    "the class of another income":
        "SELECT flag, ratio, elderly_ratio FROM limits l JOIN coverage c ON"
        " c.id = l.coverage WHERE flag LIKE 'B%' AND (flag IN ('B02', 'B03'))"
        " <> (coalesce(ratio, elderly_ratio) = '030')",
    "dialysis before the age of forty":
        "SELECT person FROM disease d JOIN coverage c ON c.id = d.coverage"
        f" JOIN person p ON p.id = c.person WHERE {AGE} < 39",
    "tablets for an infant":
        f"SELECT p.name, d.name FROM drug d JOIN person p ON p.id = d.person"
        f" WHERE {AGE} < 5 AND source < 3 AND unit IN ('錠', 'カプセル')",
    "a child's high blood pressure":
        "SELECT p.name FROM ticket t JOIN coverage c ON c.id = t.coverage"
        f" JOIN person p ON p.id = c.person WHERE {AGE} < 38 AND injury1 ="
        " '高血圧症'",
    "an institution under another's name":
        "SELECT inst_code, count(DISTINCT inst_name) FROM ticket WHERE"
        " inst_code <> '' GROUP BY inst_code"
        " HAVING count(DISTINCT inst_name) > 1",
    "two institutions of one name":
        "SELECT inst_name, count(DISTINCT inst_code) FROM ticket WHERE"
        " inst_code <> '' GROUP BY inst_name"
        " HAVING count(DISTINCT inst_code) > 1",
    "a society's certificate that runs out":
        f"SELECT person, valid_to FROM coverage WHERE NOT {TOWN} AND"
        " class <> 'A1' AND valid_to IS NOT NULL",
    "an elderly recipient's certificate before seventy":
        "SELECT p.birth, elderly_from FROM coverage c JOIN person p ON p.id ="
        " c.person WHERE elderly_from < birth + 700000",
    "a household that lives in several places":
        "SELECT insurer, symbol, number FROM coverage c JOIN person p ON"
        " p.id = c.person WHERE branch <> '' AND end = 0 GROUP BY"
        " insurer_key, symbol_key, number_key"
        " HAVING count(DISTINCT address) > 1",
}
ALWAYS = {
    "women who live alone":
        f"SELECT 1 FROM coverage c JOIN person p ON p.id = c.person WHERE"
        f" insurer LIKE '39%' AND coalesce(sex2, sex1) = '2'",
    "many streets":
        "SELECT 1 FROM (SELECT count(DISTINCT address) AS n FROM person)"
        " WHERE n > 100",
    "the elderly who pay a tenth":
        "SELECT 1 FROM coverage WHERE ratio = '010'",
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
