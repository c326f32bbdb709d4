"""Checks a patient in by PIN, prints eligibility and drugs."""

from getpass import getpass

import onshikaku
from onshikaku import Category, Config, Licence, Method, Need, Onshi, Purpose, SignIn


def main() -> None:
    with Config.from_environment() as config, Onshi(config) as onshi:
        doctor = onshi.operator("D0001", Licence.DOCTOR, SignIn.TWO_FACTOR)
        with onshi.visit(Purpose.CARE) as visit:
            visit.set_method(Method.PIN)
            visit.set_consent(Category.DRUGS)
            for need in visit:
                if need is Need.CARD:
                    print("マイナンバーカードを置いてください")
                elif need is Need.PIN:
                    visit.set_pin(bytearray(getpass("暗証番号（4桁）: ").encode()))
            with visit.eligibility() as answer:
                print(onshikaku.outcome_text(answer.outcome))
                for result in answer:
                    print(result["Name"], result["InsurerNumber"])
            with visit.drugs(doctor) as drugs:
                for line in drugs:
                    print(line["DrugName"], line.text("Quantity"), line.text("Unit"))


try:
    main()
except onshikaku.OnshiError as why:
    raise SystemExit(f"{why.message()}\n{why.remedy()}\n({why})") from why
