"""Two counters in one event loop: checkin_async.py READER1 READER2."""

import asyncio
import sys
from getpass import getpass

import onshikaku
from onshikaku import Config, Method, Need, Onshi, Purpose


async def counter(onshi: Onshi, number: int, reader: str, keys: asyncio.Lock) -> None:
    with onshi.visit(Purpose.CARE) as visit:

        async def give(need: Need) -> None:
            if visit.refusal is not None:  # why it is needed again
                print(f"窓口{number}: {visit.refusal.message()}")
            if need is Need.CARD:
                print(f"窓口{number}: カードを置いてください")
            elif need is Need.PIN:
                async with keys:  # one keyboard for both
                    pin = await asyncio.to_thread(getpass, f"窓口{number}の暗証番号: ")
                try:
                    visit.set_pin(bytearray(pin.encode()))
                except onshikaku.CardError as why:
                    if why.name != "ONSHI_E_PIN_SHAPE":  # that is asked for again
                        raise
            else:
                raise SystemExit(f"{need!r}: a need of a later version")

        visit.set_reader(reader)
        visit.set_method(Method.PIN)
        try:
            with await visit.check_in(give) as answer:
                print(f"窓口{number}: {onshikaku.outcome_text(answer.outcome)}")
        except onshikaku.OnshiError as why:
            print(f"窓口{number}: {why.message()} {why.remedy()}")


async def main(readers: list[str]) -> None:
    keys = asyncio.Lock()
    with Config.from_environment() as config, Onshi(config) as onshi:
        await asyncio.gather(*(
            counter(onshi, i, name, keys) for i, name in enumerate(readers, 1)))


if len(sys.argv) != 3:
    raise SystemExit("usage: checkin_async.py READER1 READER2")
asyncio.run(main(sys.argv[1:]))
