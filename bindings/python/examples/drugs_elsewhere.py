"""Drugs of a patient whom another machine has checked in and sealed."""

import sys

import onshikaku
from onshikaku import Config, Licence, Onshi, SignIn


def main() -> None:
    name = sys.stdin.readline().strip()  # a real program: from the host system
    with Config.from_environment() as config, Onshi(config) as onshi:
        doctor = onshi.operator("D0001", Licence.DOCTOR, SignIn.TWO_FACTOR)
        with onshi.open_visit(name, doctor) as visit:
            if visit.person is not None:
                print(visit.person.text("Name"), visit.person.text("Birthdate"))
            with visit.drugs(doctor) as drugs:
                print(onshikaku.outcome_text(drugs.outcome))
                for line in drugs:
                    print(line["DrugName"], line.text("Quantity"), line.text("Unit"))


try:
    main()
except onshikaku.OnshiError as why:
    raise SystemExit(f"{why.message()}\n{why.remedy()}\n({why})") from why
