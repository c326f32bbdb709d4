"""The reception desk: who checks in at the official face reader, as they come."""

import asyncio

import onshikaku
from onshikaku import Config, Licence, Onshi, Operator, SignIn, Visit


async def receive(visit: Visit, operator: Operator) -> None:
    shown = visit.person
    if shown is None:
        return
    print(shown.text("ReferenceNumber"), shown["Name"], shown["Birthdate"])
    said = await asyncio.to_thread(input, "この患者さんを受け付けますか（y/n）: ")
    if said != "y":  # left to the other desks
        return
    visit.confirm(operator, True)
    for need in visit:
        raise SystemExit(f"{need!r}: a need of a later version")
    with visit.eligibility() as answer:
        print(onshikaku.outcome_text(answer.outcome))
        for result in answer:
            print(result["InsurerNumber"])


async def main() -> None:
    with Config.from_environment() as config, Onshi(config) as onshi:
        operator = onshi.operator("U0001", Licence.RECEPTION, SignIn.PASSWORD)
        with onshi.arrivals() as arrivals:
            async for visit in arrivals:
                with visit:  # seal it first to go on elsewhere
                    try:
                        await receive(visit, operator)
                    except onshikaku.OnshiError as why:
                        print(why.message())


if __name__ == "__main__":
    asyncio.run(main())
