"""A scenario's client over the Python binding: command line and JSON of
onshikaku(1), as far as disasters, emergencies, face readers and the fallback
need them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Optional, Union

import onshikaku
import python_said as said
from face import FaceSocket
from onshikaku import (
    RESULTS, Answer, Audit, Basis, Category, Config, ConfirmNeeded, Consenter,
    Emergency, EmergencyKind, Method, Need, Notice, Onshi, OnshiError,
    Operator, Outcome, Purpose, Said, Visit, Way)
from python_said import Json, needed, refused

PIN_BYTES = 64
SEX = {"male": "1", "female": "2"}
WANTED = (Category.DRUGS, Category.CARE, Category.SURGERY, Category.CHECKUPS,
          Category.PRESCRIPTIONS, Category.DISPENSING)
ACTIVATION = {RESULTS["ONSHI_OK"]: "active",
              RESULTS["ONSHI_E_DISASTER_AREA"]: "other_area",
              RESULTS["ONSHI_E_DISASTER_PERIOD"]: "other_period",
              RESULTS["ONSHI_ABSENT"]: "unknown"}


class Run:
    """What is printed in the end; the first failure decides the status."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.a, self.out, self.status = args, dict[str, object](), 0
        self.started = time.monotonic()

    def fail(self, why: OnshiError) -> None:
        self.out.setdefault("error", said.error(why))
        self.status = self.status or why.who or 1


# -- what a facility has -----------------------------------------------------


def begin_record(config: Config) -> None:
    """Once; the key is kept apart from what it proves."""
    folder = config["audit.dir"]
    if not folder or Path(folder).exists():
        return
    with Audit(folder) as audit:
        key = audit.init(config["facility.institution_code"] or "")
    write_new(f"{folder}.key", key + "\n")


def write_new(path: str, text: str) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "w", encoding="utf-8") as f:
            f.write(text)
    except OSError as why:
        raise refused("ONSHI_E_DISK", text=f"{path}: {why.strerror}") from why


@contextmanager
def facility() -> Iterator[tuple[Config, Onshi]]:
    with Config.from_environment() as config:
        begin_record(config)
        if path := config["face.socket"]:
            config.add_face(FaceSocket(path))
        with Onshi(config) as root:
            yield config, root


def operator(root: Onshi, a: argparse.Namespace) -> Optional[Operator]:
    return root.operator(a.operator, a.licence, a.sign_in) if a.operator \
        else None


# -- a visit -----------------------------------------------------------------


class Desk:
    """One visit, and who stands behind the desk."""

    def __init__(self, run: Run, visit: Visit,
                 who: Optional[Operator]) -> None:
        self.run, self.a, self.visit, self.who = run, run.a, visit, who
        self.has_pin = False
        self.known: dict[Category, OnshiError] = {}

    def give_pin(self) -> None:
        """A refused PIN that came from a descriptor is not asked for again."""
        if self.has_pin:
            raise self.visit.refusal or refused("ONSHI_E_STATE")
        self.has_pin = True
        pin = bytearray()
        with open(self.a.pin_fd, "rb", buffering=0) as f:
            while len(pin) < PIN_BYTES and \
                    (c := f.read(1)) not in (b"", b"\n"):
                pin += c
        self.visit.set_pin(pin, spend_last=self.a.spend_last_try)

    def answer(self, need: Need) -> None:
        if need is Need.PIN:
            self.give_pin()
        elif need is Need.CONFIRM and self.who is not None:
            self.visit.confirm(self.who, self.a.confirm_visual)
        elif self.visit.refusal is not None:
            raise self.visit.refusal
        elif need not in (Need.CARD, Need.FACE):
            raise refused("ONSHI_E_UNSUPPORTED")

    def take_back(self, code: Optional[int]) -> bool:
        """The consents for which that is the refusal, or any (None)."""
        taken = False
        for category in self.a.consent:
            why = self.visit.why_not(category, self.who)
            if category in self.known or why is None or \
                    why.code == RESULTS["ONSHI_E_ARG"] or \
                    code not in (None, why.code):
                continue
            try:
                self.visit.set_consent(category, Said.REFUSED)
            except OnshiError:
                return False
            self.known[category] = why
            taken = True
        return taken

    def goes_on_without(self, why: OnshiError) -> bool:
        """Refused before the card, for what was consented to: without it there
        is an eligibility, and the exit status stays that of the refusal."""
        if self.visit.apdus or said.outcome(why) or why.who not in (2, 6, 7) \
                or not self.a.consent:
            return False
        self.run.fail(why)
        return self.take_back(why.code) or self.take_back(None)

    def advance(self) -> Optional[OnshiError]:
        while True:
            try:
                for need in self.visit:
                    self.answer(need)
                return None
            except OnshiError as why:
                if not self.goes_on_without(why):
                    return why

    def check_in(self) -> bool:
        out, visit = self.run.out, self.visit
        why = self.advance()
        if "method" not in out:  # what was used at the face reader (ID-1)
            out["method"] = onshikaku.method_name(visit.method or 0)
            out["carrier"] = None if visit.carrier is None else \
                onshikaku.carrier_name(visit.carrier)
        out["consents"] = said.consents(visit)
        if why is not None:
            if outcome := said.outcome(why):
                out["outcome"] = outcome
            self.run.fail(why)
            return False
        with visit.eligibility() as answer:
            out.update(said.eligibility(answer))
        return True

    def get(self) -> None:
        """What the service or a rule refuses is for one category alone."""
        for category in sorted(self.a.get):
            code = got(self.run, category, self.known.get(category), self)
            if OnshiError(code).who not in (0, 5, 6):
                return

    def ask(self, category: Category) -> Answer:
        return self.visit.get(category, self.who)

    def confirm(self) -> Json:
        """Whose the answer is; without a word of it nothing is handed out."""
        record = self.visit.person
        whose = said.person(record, self.a.confirm_person)
        if self.a.confirm_person and self.who is not None:
            self.visit.confirm(self.who, True)
        return whose


def got(run: Run, category: Category, known: Optional[OnshiError],
        asks: Union[Desk, Ward]) -> int:
    """One category, all of it or nothing; the result."""
    name, note = onshikaku.category_name(category), dict[str, object]()
    code = 0
    try:
        if known is not None:
            raise known
        try:
            answer = asks.ask(category)
        except ConfirmNeeded:
            note["person"] = asks.confirm()
            if not run.a.confirm_person:
                raise refused("ONSHI_E_NOT_CONFIRMED", "ID-10",
                              "nobody says whose it is: --confirm-person")
            answer = asks.ask(category)
        with answer:
            note["outcome"] = onshikaku.outcome_name(answer.outcome)
            run.out[name] = said.records(answer)
    except OnshiError as why:
        code, note["outcome"] = why.code, said.outcome(why)
        run.fail(why)
    note["result"] = OnshiError(code).name
    found = run.out.setdefault("get", {})
    assert isinstance(found, dict)
    found[name] = note
    return code


def check_visual(a: argparse.Namespace) -> None:
    if not a.operator:
        raise refused("ONSHI_E_OPERATOR", "ID-2",
                      "a visual check is the act of a named operator")
    if not a.confirm_visual:
        raise refused("ONSHI_E_NOT_CONFIRMED", "ID-2",
                      "nobody says that the photograph was compared")


def checkin(run: Run) -> None:
    a = run.a
    if a.method is Method.PIN and a.pin_fd is None:
        raise refused("ONSHI_E_ARG", text="no terminal, and no --pin-fd")
    if a.method is Method.VISUAL:
        check_visual(a)
    with facility() as (config, root):
        who = operator(root, a)
        purpose = Purpose.DISPENSING if config["facility.kind"] == \
            "pharmacy" else Purpose.CARE
        with root.visit(purpose) as visit:
            desk = Desk(run, visit, who)
            try:
                say_first(desk)
                if desk.check_in():
                    desk.get()
            except OnshiError as why:
                run.fail(why)
            run.out.update(said.card(visit))
            run.out.update(said.ending(visit, run.started))


def say_first(desk: Desk) -> None:
    """CO-1: all that the patient was asked is settled before the card."""
    a, visit = desk.a, desk.visit
    at_reader = a.method is Method.FACE
    desk.run.out["visit"] = visit.ident
    if not at_reader:
        desk.run.out["method"] = onshikaku.method_name(a.method)
    visit.set_method(a.method)
    if at_reader and desk.who is not None:
        visit.set_operator(desk.who)
    if a.patient:
        visit.set_patient(a.patient)
    if a.register_use:
        visit.set_register_use()
    for category in a.consent:
        visit.set_consent(category, Said.ASK if at_reader else Said.GIVEN)


def read_case(run: Run) -> None:
    """What the command line has already stays."""
    a = run.a
    try:
        text = Path(a.case).read_text("utf-8")
    except OSError as why:
        raise refused("ONSHI_E_DISK",
                      text=f"{a.case}: {why.strerror}") from why
    kept = dict(line.split(" = ", 1) for line in text.splitlines()
                if " = " in line)
    if kept.get("onshikaku_case") != "1":
        raise refused("ONSHI_E_ARG", text="no case of fallback --save")
    for name in said.NUMBERS:
        setattr(a, name, getattr(a, name) or kept.get(name))
    a.date = a.date or kept.get("day")
    run.out["from"] = {
        "why": kept.get("why"),
        "day": said.day(a.date).isoformat() if a.date else None}


def eligibility(run: Run) -> None:
    a = run.a
    if a.case:
        read_case(run)
    needed(a, "insurer", "number", "birthdate")
    a.consent = [Category.LIMIT] if a.limit else []
    with facility() as (_, root), root.visit(Purpose.INSURANCE) as visit:
        desk = Desk(run, visit, None)
        run.out.update(visit=visit.ident,
                       method=onshikaku.method_name(Method.NUMBER))
        try:
            visit.set_method(Method.NUMBER)
            for name, element in said.NUMBERS.items():
                if value := getattr(a, name):
                    visit.set_text(element, value)
            if a.date:
                visit.set_text("QualificationConfirmationDate", a.date)
            for category in a.consent:
                visit.set_consent(category)
            desk.check_in()
        except OnshiError as why:
            run.fail(why)
        run.out.update(said.ending(visit, run.started))


# -- the exceptional modes ---------------------------------------------------


class Ward:
    """One person in one of them."""

    def __init__(self, run: Run, root: Onshi, emergency: Emergency,
                 notice: Notice) -> None:
        self.run, self.a, self.root = run, run.a, root
        self.emergency, self.notice = emergency, notice

    def tell_notice(self, notice: Notice) -> None:
        self.run.out.update(notice=self.root.notice(notice, lang="en"),
                            notice_ja=self.root.notice(notice))

    def answer(self, need: Need) -> None:
        if need is Need.ACKNOWLEDGE and self.a.acknowledge:
            self.emergency.acknowledge()
        elif need is Need.ACKNOWLEDGE:
            self.tell_notice(self.notice)
            raise refused("ONSHI_E_NOTICE", "DI-5",
                          "nobody says that the notice was read")
        elif self.emergency.refusal is not None:  # a card taken away
            raise self.emergency.refusal
        elif need is not Need.CARD:
            raise refused("ONSHI_E_UNSUPPORTED")

    def is_found(self) -> bool:
        """One step; whether there is somebody to ask more of."""
        try:
            for need in self.emergency:
                self.answer(need)
        except OnshiError as why:
            if outcome := said.outcome(why):
                self.run.out["outcome"] = outcome
            raise
        with self.emergency.eligibility() as answer:
            self.run.out.update(said.eligibility(answer))
            outcome_ = answer.outcome
        if outcome_ is Outcome.SEVERAL and self.a.command == "disaster":
            self.tell_notice(Notice.SEVERAL)
        return outcome_ not in (Outcome.NOT_FOUND, Outcome.SEVERAL)

    def ask(self, category: Category) -> Answer:
        return self.emergency.get(category)

    def confirm(self) -> Json:
        whose = said.person(self.emergency.person, self.a.confirm_person)
        if self.a.confirm_person:
            self.emergency.confirm(True)
        return whose

    def get(self, category: Category) -> None:
        got(self.run, category, None, self)

    def set_numbers(self) -> None:
        for name, element in said.NUMBERS.items():
            if value := getattr(self.a, name):
                self.emergency.set_text(element, value)

    def set_person(self) -> None:
        if self.a.patient:
            self.emergency.set_patient(self.a.patient)
        if self.a.identified_by:
            self.emergency.set_identified(self.a.identified_by)

    def tell(self, mode: EmergencyKind, way: Way,
             basis: Optional[Basis], by: Optional[Consenter]) -> None:
        a, how = self.a, getattr(self.a, "identified_by", None)
        self.run.out.update(
            visit=self.emergency.ident, way=onshikaku.way_name(way),
            mode=onshikaku.emergency_kind_name(mode),
            basis=onshikaku.basis_name(basis) if basis else None,
            reason=getattr(a, "reason", None),
            consent_by=onshikaku.consenter_name(by) if by else None,
            identified_by=onshikaku.identified_name(how) if how else None)


def search(ward: Ward) -> None:
    a, emergency = ward.a, ward.emergency
    ward.tell(EmergencyKind.DISASTER, Way.SEARCH, None, None)
    tell_activation(ward)
    emergency.set_way(Way.SEARCH)
    for name, element in said.ITEMS.items():
        if value := getattr(a, name):
            emergency.set_text(element, value)
    if a.birthdate:
        emergency.set_text("Birthdate", a.birthdate)
    if a.sex:
        emergency.set_text("Sex1", SEX[a.sex])
    if a.patient:
        emergency.set_patient(a.patient)
    ward.is_found()


def tell_activation(ward: Ward) -> None:
    """By the facility's own table: advice (DI-1)."""
    ward.run.out["activation"] = ACTIVATION.get(ward.emergency.activation,
                                                "unreadable")


def by_number(ward: Ward) -> None:
    a, emergency = ward.a, ward.emergency
    by = a.consent_by or (Consenter.SELF if a.basis is Basis.ORAL else None)
    ward.tell(EmergencyKind.DISASTER, Way.NUMBER, a.basis, by)
    tell_activation(ward)
    emergency.set_way(Way.NUMBER)
    ward.set_numbers()
    ward.set_person()
    if a.basis:  # what is missing the library says, by its rule
        emergency.set_basis(a.basis, a.reason)
        if a.what in (Category.PRESCRIPTIONS, Category.DISPENSING):
            emergency.set_basis_of(a.what, a.basis, a.reason)
        if by:
            emergency.set_consenter(by)
    if ward.is_found() and a.what is not Category.ELIGIBILITY:
        ward.get(a.what)


def disaster(run: Run) -> None:
    a = run.a
    if a.what != "search":
        needed(a, "insurer", "number", "birthdate")
    with facility() as (_, root):
        who = operator(root, a)
        if who is None:
            raise refused("ONSHI_E_OPERATOR", "DI-6",
                          "a named operator asks in this mode: --operator")
        with root.disaster(who) as it:
            ward = Ward(run, root, it, Notice.DISASTER)
            end_well(ward, search if a.what == "search" else by_number)


def in_hospital(ward: Ward) -> None:
    a, emergency = ward.a, ward.emergency
    way = Way.NUMBER if a.number else Way.CARD
    ward.tell(EmergencyKind.HOSPITAL, way, Basis.EMERGENCY, None)
    emergency.set_way(way)
    ward.set_numbers()
    ward.set_person()
    emergency.set_want(a.want)
    if a.reason:
        emergency.set_basis(Basis.EMERGENCY, a.reason)
    if ward.is_found():
        for category in WANTED:
            if emergency.may(category):
                ward.get(category)


def emergency(run: Run) -> None:
    a = run.a
    with facility() as (_, root):
        if not a.operator:
            raise refused("ONSHI_E_OPERATOR", "EM-2",
                          "a named operator asks in this mode: --operator")
        who = root.emergency_operator(
            a.operator, a.licence, a.sign_in, a.right, a.factors or "") \
            if a.right or a.factors else \
            root.operator(a.operator, a.licence, a.sign_in)
        with root.emergency(who) as it:
            end_well(Ward(run, root, it, Notice.EMERGENCY), in_hospital)


def end_well(ward: Ward, work: Callable[[Ward], None]) -> None:
    try:
        work(ward)
    except OnshiError as why:
        ward.run.fail(why)
    ward.run.out.update(said.ending(ward.emergency, ward.run.started))


# -- no answer is to be had --------------------------------------------------


def number_of(word: Optional[str]) -> int:
    """A result or an outcome, by its name."""
    if word is None:
        return Outcome.NONE
    if RESULTS.get(word, 0) < 0:
        return RESULTS[word]
    for outcome in Outcome:
        if onshikaku.outcome_name(outcome) == word:
            return outcome
    raise refused("ONSHI_E_ARG", text="neither a result nor an outcome")


def fallback(run: Run) -> None:
    a = run.a
    why = number_of(a.why)
    with Config.from_environment() as config:
        found = onshikaku.fallback(why, a.on, config)
    if a.save:
        write_new(a.save, said.case(a, found))
        run.out["saved"] = a.save
    run.out.update(said.papers(found))


COMMANDS = {"checkin": checkin, "eligibility": eligibility,
            "disaster": disaster, "emergency": emergency,
            "fallback": fallback}


def main() -> int:
    os.umask(0o077)
    run = Run(argparse.Namespace())
    try:
        run.a = said.read(sys.argv[1:] or
                          json.loads(os.environ["ONSHIKAKU_ARGS"]))
        COMMANDS[run.a.command](run)
    except OnshiError as why:
        run.fail(why)
    print(json.dumps(run.out, ensure_ascii=False))
    return run.status


if __name__ == "__main__":
    sys.exit(main())
