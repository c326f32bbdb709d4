"""Checks a patient in by PIN, prints eligibility and drugs."""

from getpass import getpass

import onshikaku
from onshikaku import (
    Answer,
    Category,
    Config,
    Licence,
    Method,
    Need,
    Onshi,
    Operator,
    Purpose,
    SignIn,
    Visit,
)


def give_pin(visit: Visit) -> None:
    if visit.refusal is not None and visit.refusal.name == "ONSHI_E_PIN_LAST_TRY":
        raise visit.refusal  # not without being asked
    try:
        visit.set_pin(bytearray(getpass("暗証番号（4桁）: ").encode()))
    except onshikaku.CardError as why:
        if why.name != "ONSHI_E_PIN_SHAPE":  # that is asked for again
            raise


def drugs_of(visit: Visit, doctor: Operator) -> Answer:
    try:
        return visit.drugs(doctor)
    except onshikaku.ConfirmNeeded:  # who asked says whose the answer is
        named = visit.person.text("Name") if visit.person else None
        said = input(f"氏名（{named or '記載なし'}）は、この患者さんですか（y/n）: ")
        visit.confirm(doctor, said == "y")
        return visit.drugs(doctor)


def main() -> None:
    with Config.from_environment() as config, Onshi(config) as onshi:
        doctor = onshi.operator("D0001", Licence.DOCTOR, SignIn.TWO_FACTOR)
        with onshi.visit(Purpose.CARE) as visit:
            visit.set_method(Method.PIN)
            visit.set_consent(Category.DRUGS)
            for need in visit:
                if visit.refusal is not None:  # why it is needed again
                    print(visit.refusal.message())
                if need is Need.CARD:
                    print("マイナンバーカードを置いてください")
                elif need is Need.PIN:
                    give_pin(visit)
                else:
                    raise SystemExit(f"{need!r}: a need of a later version")
            with visit.eligibility() as answer:
                print(onshikaku.outcome_text(answer.outcome))
                for result in answer:
                    print(result["Name"], result["InsurerNumber"])
            with drugs_of(visit, doctor) as drugs:
                for line in drugs:
                    print(line["DrugName"], line.text("Quantity"), line.text("Unit"))


try:
    main()
except onshikaku.OnshiError as why:
    raise SystemExit(f"{why.message()}\n{why.remedy()}\n({why})") from why
