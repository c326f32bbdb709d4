"""A hospital's emergency, the card on the reader, no PIN: emergency.py REASON."""

import sys

from onshikaku import (
    Basis,
    Category,
    Config,
    Identified,
    Licence,
    Need,
    Notice,
    Onshi,
    OnshiError,
    SignIn,
    Want,
    Way,
)


def main(reason: str) -> None:
    with Config.from_environment() as config, Onshi(config) as onshi:
        # The right and the two factors are what your system knows of them.
        doctor = onshi.emergency_operator(
            "D0001", Licence.DOCTOR, SignIn.TWO_FACTOR, True, "1:02,3:01")
        with onshi.emergency(doctor) as emergency:
            emergency.set_way(Way.CARD)
            emergency.set_basis(Basis.EMERGENCY, reason)
            emergency.set_identified(Identified.PHOTOGRAPH)
            emergency.set_want(Want.SUMMARY)
            for need in emergency:
                if need is Need.CARD:
                    print("カードを置いてください")
                elif input(f"{onshi.notice(Notice.EMERGENCY)}\nyes? ") == "yes":
                    emergency.acknowledge()
                else:
                    raise SystemExit("nothing was asked")
            with emergency.get(Category.DRUGS) as drugs:
                for line in drugs:
                    print(line["DrugName"], line.text("Quantity"), line.text("Unit"))


if len(sys.argv) != 2:
    raise SystemExit("usage: emergency.py REASON")
try:
    main(sys.argv[1])
except OnshiError as why:
    raise SystemExit(f"{why.message()}\n{why.remedy()}\n({why})") from why
