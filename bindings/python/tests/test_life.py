"""Handles: closed twice, in any order, by nobody, by another thread."""

from __future__ import annotations

import copy
import gc
import itertools
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from world import World, check_in

from onshikaku import (
    Answer,
    Cancelled,
    Config,
    Method,
    Need,
    Onshi,
    OnshiError,
    Purpose,
    Visit,
)


def test_closed_twice_and_not_used_after(world: World) -> None:
    root = world.root()
    visit = root.visit()
    operator = root.operator("D0001")
    for handle in root, visit, operator:
        handle.close()
        handle.close()
    uses: list[Callable[[], object]] = [
        visit.advance, lambda: visit.ident, root.readers, root.visit, visit.fileno,
        lambda: visit.set_method(Method.PIN)]
    for use in uses:
        with pytest.raises(ValueError, match="closed"):
            use()
    visit.cancel()  # from any thread at any time: nothing


def test_a_twin_is_refused(world: World) -> None:
    root = world.root()
    visit = root.visit()
    answer = check_in(visit)
    record = next(iter(answer))
    things: list[object] = [root, visit, answer, record, world.config()]
    for thing in things:
        twins: list[Callable[[Any], object]] = [
            copy.copy, copy.deepcopy, pickle.dumps]
        for twin in twins:
            with pytest.raises(TypeError, match="cannot be copied"):
                twin(thing)
    visit.close()
    with pytest.raises(ValueError, match="closed"), visit:
        pass


def test_the_roots_failures_have_a_text(world: World) -> None:
    config = world.config()
    root = Onshi(config)
    with pytest.raises(OnshiError, match="ONSHI_E_VALUE: an operator's id is 1 to"):
        root.operator("D 1")
    with pytest.raises(OnshiError, match="ONSHI_E_ARG: no such purpose"):
        root.visit(Purpose(9))
    config.close()              # the text is the root's own
    with pytest.raises(OnshiError, match="ONSHI_E_VALUE: an operator's id is 1 to"):
        root.operator("D 1")


def test_a_refused_call_does_not_wear_the_text_of_another(world: World) -> None:
    """In a forked child a handle is not entered, so its error is an old one."""
    root = world.root()
    visit = root.visit()
    with pytest.raises(OnshiError, match="a deadline is"):
        visit.set_deadline(1)
    reads, writes = os.pipe()
    if (child := os.fork()) == 0:
        try:
            visit.advance()
        except OnshiError as why:
            os.write(writes, str(why).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writes)
    with open(reads, encoding="utf-8") as said:
        assert said.read() == "ONSHI_E_STATE"


@pytest.mark.parametrize("order", itertools.permutations(range(4)))
def test_the_order_does_not_matter(world: World, order: tuple[int, ...]) -> None:
    config = world.config()
    root = Onshi(config)
    visit = root.visit()
    visit.set_method(Method.VISUAL)
    operator = root.operator("D0001")
    handles = [config, root, visit, operator]
    for i in order:
        handles[i].close()


def test_an_answer_outlives_visit_and_root(world: World) -> None:
    root = world.root()
    visit = root.visit()
    answer = check_in(visit)
    visit.close()
    root.close()
    record = next(iter(answer))
    assert record["Name"] and record.as_dict()
    answer.close()
    with pytest.raises(ValueError, match="closed"):
        record.text("Name")


def test_an_answer_holds_what_it_needs(world: World) -> None:
    def answer_alone() -> Answer:
        return check_in(world.root().visit())

    answer = answer_alone()
    gc.collect()
    assert [record["Name"] for record in answer]


def test_a_record_goes_with_the_next(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        answer = check_in(visit)
        head = answer.head
        (record,) = list(answer)
        with pytest.raises(ValueError, match="next"):
            record.text("Name")
        assert head["MedicalInstitutionCode"] == "1319999996"
        kept = [record.as_dict() for record in answer]
        assert kept[0]["Name"]
        assert [r["Name"] for r in answer] == [r["Name"] for r in answer]


def test_a_certificate_outlives_its_visit(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        check_in(visit)
        x = visit.certificate
    assert x is not None and x.serial and x.der


def waiting(world: World, root: Onshi) -> tuple[Visit, threading.Thread, list[object]]:
    """A visit that another thread waits in, for a card."""
    world.vcard("remove")
    visit = root.visit()
    visit.set_method(Method.PIN)
    assert visit.advance() is Need.CARD
    ended: list[object] = []

    def wait() -> None:
        try:
            ended.append(visit.advance())
        except OnshiError as why:
            ended.append(why)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    return visit, thread, ended


def test_close_ends_a_call_of_another_thread(world: World) -> None:
    with world.root() as root:
        visit, thread, ended = waiting(world, root)
        begun = time.monotonic()
        visit.close()
        thread.join(10)
        assert time.monotonic() - begun < 4
        assert len(ended) == 1 and isinstance(ended[0], Cancelled)


def test_cancel_and_close_at_once(world: World) -> None:
    with world.root() as root:
        visit, thread, _ = waiting(world, root)
        threads = [threading.Thread(target=call) for call in
                   [visit.cancel] * 20 + [visit.close] * 3 + [visit.cancel] * 20]
        for each in threads:
            each.start()
        for each in [*threads, thread]:
            each.join(10)
            assert not each.is_alive()


def test_many_threads_one_root(world: World) -> None:
    person = world.person()
    seen: list[object] = []

    def ask(root: Onshi) -> None:
        with root.visit() as visit:
            visit.set_method(Method.NUMBER)
            visit.set_text("InsurerNumber", person["insurer"])
            visit.set_text("InsuredCardSymbol", person["symbol"] or None)
            visit.set_text("InsuredIdentificationNumber", person["number"])
            visit.set_text("Birthdate", person["birthdate"])
            seen.append(visit.advance())
            seen.append([record["Name"] for record in visit.eligibility()][0])

    with world.root() as root:
        threads = [threading.Thread(target=ask, args=(root,)) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)
    assert len(seen) == 12 and len(set(map(str, seen))) == 2


BEGIN = """
import gc, sys, threading, time
sys.path.insert(0, {tests!r})
import onshikaku
from onshikaku import *
config = Config.from_environment()
"""
TALK = BEGIN + """
class Mine:
    def wait(self, present, ms): time.sleep(ms / 1000); raise RuntimeError
    def hold(self, ms): raise RuntimeError
    def release(self, ms): pass
    def transmit(self, command, ms): return b""
config.add_reader("mine", Mine())
config.set_log(lambda line: None)
"""
ENDS = {
    "nothing closed": BEGIN + """
root = Onshi(config)
visit = root.visit()
visit.set_method(Method.PIN)
visit.set_pin(bytearray(b"1234"))
assert visit.advance() is None
answer = visit.eligibility()
records = iter(answer)
first = next(records)
print("end")
""",
    "in a cycle": BEGIN + """
root = Onshi(config)
a, b = [root.visit()], [root.visit()]
a.append(b); b.append(a)
root.me = root
del a, b, root, config
gc.collect()
print("end")
""",
    "a daemon in a call": BEGIN + """
root = Onshi(config)
visit = root.visit()
visit.set_method(Method.PIN)
visit.set_reader("no such reader yet")
visit.set_reader(root.readers()[1].name)
print(visit.advance().name)
def wait():
    try:
        visit.advance()
    except Cancelled:
        pass
threading.Thread(target=wait, daemon=True).start()
time.sleep(0.3)
print("end")
""",
    "a call under way": BEGIN + """
root = Onshi(config)
visit = root.visit()
visit.set_method(Method.PIN)
visit.set_reader(root.readers()[1].name)
visit.set_blocking(False)
print(visit.advance().name)
print("end")
""",
    "in tables of its own": TALK + """
root = Onshi(config)
visit = root.visit()
visit.set_method(Method.PIN)
visit.set_reader("mine")
visit.set_blocking(False)
print(visit.advance().name)
time.sleep(0.1)
print("end")
""",
    "sys.exit in a visit": BEGIN + """
with Onshi(config) as root, root.visit() as visit:
    visit.set_method(Method.PIN)
    print(visit.advance().name)
    print("end")
    sys.exit(0)
""",
    "after fork": BEGIN + """
import os
root = Onshi(config)
visit = root.visit()
visit.set_method(Method.PIN)
visit.advance()
child = os.fork()
if child == 0:
    try:
        visit.advance()
    except OnshiError as why:
        sys.exit(0 if why.name == "ONSHI_E_STATE" else 1)
    sys.exit(1)
assert os.waitpid(child, 0)[1] == 0
visit.set_pin(bytearray(b"1234"))
assert visit.advance() is None
print("end")
""",
}


@pytest.mark.parametrize("name", ENDS)
def test_the_interpreter_ends_well(world: World, name: str) -> None:
    program = ENDS[name].format(tests=os.path.dirname(__file__))
    done = subprocess.run([sys.executable, "-B", "-X", "dev", "-c", program],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert done.stdout.endswith("end\n")
    assert "Traceback" not in done.stderr and "Fatal" not in done.stderr


def test_config_needs_no_world() -> None:
    config = Config()
    config.close()
    with pytest.raises(ValueError, match="closed"):
        config["link.base"]
