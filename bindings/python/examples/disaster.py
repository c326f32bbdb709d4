"""A relief station: disaster.py NAME BIRTHDATE SEX ADDRESS, then the drugs."""

import sys

import onshikaku
from onshikaku import (
    Basis,
    Category,
    Config,
    Consenter,
    Emergency,
    Identified,
    Licence,
    Notice,
    Onshi,
    OnshiError,
    Outcome,
    SignIn,
    Way,
)


def step(onshi: Onshi, emergency: Emergency) -> None:
    for _ in emergency:  # needs one thing: that the notice has been read (DI-5)
        if input(f"{onshi.notice(Notice.DISASTER)}\nyes? ") != "yes":
            raise SystemExit("nothing was asked")
        emergency.acknowledge()


def main(name: str, birthdate: str, sex: str, address: str) -> None:
    with Config.from_environment() as config, Onshi(config) as onshi:
        doctor = onshi.operator("D0001", Licence.DOCTOR, SignIn.TWO_FACTOR)
        with onshi.disaster(doctor) as emergency:
            emergency.set_way(Way.SEARCH)
            emergency.set_text("Name", name)
            emergency.set_text("Birthdate", birthdate)
            emergency.set_text("Sex1", sex)
            emergency.set_text("Address", address)
            step(onshi, emergency)
            with emergency.eligibility() as found:
                print(onshikaku.outcome_text(found.outcome))
                if found.outcome is not Outcome.VALID:
                    print(onshi.notice(Notice.SEVERAL))  # of none and many alike
                    return
            emergency.set_way(Way.NUMBER)  # the one found
            emergency.set_basis(Basis.ORAL)
            emergency.set_consenter(Consenter.SELF)
            emergency.set_identified(Identified.KNOWN)
            step(onshi, emergency)
            with emergency.get(Category.DRUGS) as drugs:
                for line in drugs:
                    print(line["DrugName"], line.text("Quantity"), line.text("Unit"))


if len(sys.argv) != 5:
    raise SystemExit("usage: disaster.py NAME BIRTHDATE SEX ADDRESS")
try:
    main(*sys.argv[1:])
except OnshiError as why:
    raise SystemExit(f"{why.message()}\n{why.remedy()}\n({why})") from why
