"""What onshikaku(1) is told and what it says: the options of the commands that
python_client.py has, and its JSON, made from the binding's objects."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Callable, NoReturn, Optional, TypeVar, Union

import onshikaku
from onshikaku import (
    RESULTS, Answer, Basis, Category, Certificate, Consenter, Emergency,
    Identified, Licence, Method, OnshiError, Outcome, Phase, Record, SignIn,
    Visit, Want)

JAPAN = timezone(timedelta(hours=9))
MEDICAL = (Category.DRUGS, Category.CHECKUPS, Category.CARE, Category.SURGERY)
OF_VISIT = (*MEDICAL, Category.LIMIT, Category.DISEASES)
NUMBERS = {"insurer": "InsurerNumber", "symbol": "InsuredCardSymbol",
           "number": "InsuredIdentificationNumber",
           "branch": "InsuredBranchNumber", "birthdate": "Birthdate"}
ITEMS = {"name": "Name", "kana": "NameKana", "insurer_name": "InsurerName",
         "address": "Address"}
#: Members of ours: no element of an answer takes their place.
OURS = frozenset((
    "visit", "method", "consents", "outcome", "results", "get", "card",
    "timing_ms", "audit", "note", "error", "person", "answer_time",
    "answer_expires", "clock_apart_s", "basis", "reason", "carrier", "from",
    *map(onshikaku.category_name, Category)))
T = TypeVar("T", bound=int)
Json = dict[str, Any]


def refused(name: str, rule: str = "", text: str = "") -> OnshiError:
    """A refusal of the program's own, by the result's name."""
    why = OnshiError(RESULTS[name])
    why.rule, why.text = rule, text
    return why


# -- what is told ------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise refused("ONSHI_E_ARG", text=message)


def word(kind: Iterable[T], name: Callable[[int], str]) -> Callable[[str], T]:
    table = {name(number): number for number in kind}

    def read(text: str) -> T:
        if text not in table:
            raise argparse.ArgumentTypeError("one of " + ", ".join(table))
        return table[text]

    return read


def words(kind: Iterable[T], name: Callable[[int], str]
          ) -> Callable[[str], list[T]]:
    one = word(kind, name)
    return lambda text: [one(part) for part in text.split(",")]


def digits(text: str) -> str:
    """A day as 20260401 or 2026-04-01."""
    if not re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", text):
        raise argparse.ArgumentTypeError("no day")
    return text.replace("-", "")


def day(text: str) -> date:
    return datetime.strptime(digits(text), "%Y%m%d").date()


def options_of_numbers(p: argparse.ArgumentParser) -> None:
    for name in NUMBERS:
        p.add_argument(f"--{name}",
                       type=digits if name == "birthdate" else str)


def options_of_operator(p: argparse.ArgumentParser) -> None:
    p.add_argument("--operator")
    p.add_argument("--licence", default=Licence.RECEPTION,
                   type=word(Licence, onshikaku.licence_name))
    p.add_argument("--sign-in", default=SignIn.NONE,
                   type=word(SignIn, onshikaku.sign_in_name))
    p.add_argument("--patient")
    p.add_argument("--confirm-person", action="store_true")


def options_of_ground(p: argparse.ArgumentParser) -> None:
    p.add_argument("--reason")
    p.add_argument("--identified-by",
                   type=word(Identified, onshikaku.identified_name))
    p.add_argument("--acknowledge", action="store_true")


def options_of_checkin(p: argparse.ArgumentParser) -> None:
    options_of_operator(p)
    p.add_argument("--method", required=True, type=word(
        (Method.FACE, Method.PIN, Method.VISUAL), onshikaku.method_name))
    p.add_argument("--consent", default=[],
                   type=words(OF_VISIT, onshikaku.category_name))
    p.add_argument("--get", default=[],
                   type=words(MEDICAL, onshikaku.category_name))
    p.add_argument("--confirm-visual", action="store_true")
    p.add_argument("--register-use", action="store_true")
    p.add_argument("--spend-last-try", action="store_true")
    p.add_argument("--pin-fd", type=int)


def options_of_disaster(p: argparse.ArgumentParser) -> None:
    p.add_argument("what", type=word(
        (Category.ELIGIBILITY, Category.DRUGS, Category.CHECKUPS,
         Category.CARE, Category.PRESCRIPTIONS, Category.DISPENSING),
        onshikaku.category_name))
    options_of_numbers(p)
    options_of_operator(p)
    options_of_ground(p)
    p.add_argument("--basis", type=word(
        (Basis.ORAL, Basis.UNOBTAINABLE), onshikaku.basis_name))
    p.add_argument("--consent-by",
                   type=word(Consenter, onshikaku.consenter_name))


def options_of_search(p: argparse.ArgumentParser) -> None:
    p.add_argument("what", choices=["search"])
    options_of_operator(p)
    for name in ITEMS:
        p.add_argument("--" + name.replace("_", "-"))
    p.add_argument("--birthdate", type=digits)
    p.add_argument("--sex", choices=["male", "female"])
    p.add_argument("--acknowledge", action="store_true")


def options_of_emergency(p: argparse.ArgumentParser) -> None:
    options_of_numbers(p)
    options_of_operator(p)
    options_of_ground(p)
    p.add_argument("--want", default=Want.SUMMARY,
                   type=word(Want, onshikaku.want_name))
    p.add_argument("--right", action="store_true")
    p.add_argument("--factors")


def options_of_eligibility(p: argparse.ArgumentParser) -> None:
    options_of_numbers(p)
    p.add_argument("--date", type=digits)
    p.add_argument("--limit", action="store_true")
    p.add_argument("--from", dest="case")


def options_of_fallback(p: argparse.ArgumentParser) -> None:
    p.add_argument("why", nargs="?")
    options_of_numbers(p)
    p.add_argument("--patient")
    p.add_argument("--on", type=day)
    p.add_argument("--save")


OPTIONS = {
    "checkin": options_of_checkin, "eligibility": options_of_eligibility,
    "disaster": options_of_disaster, "emergency": options_of_emergency,
    "fallback": options_of_fallback,
}


def read(args: list[str]) -> argparse.Namespace:
    command = args[0] if args else ""
    if command not in OPTIONS:
        raise refused("ONSHI_E_ARG", text=f"unknown command: {command}")
    options = options_of_search if args[:2] == ["disaster", "search"] else \
        OPTIONS[command]
    p = Parser(prog=command, allow_abbrev=False, add_help=False)
    options(p)
    return p.parse_args(args[1:], argparse.Namespace(command=command))


def needed(a: argparse.Namespace, *names: str) -> None:
    for name in names:
        if not getattr(a, name):
            raise refused("ONSHI_E_ARG",
                          text=f"this option is needed: --{name}")


# -- what is said ------------------------------------------------------------


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def snaked(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake(name): snaked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [snaked(item) for item in value]
    return value


def moment(when: Optional[datetime]) -> Optional[str]:
    """In Japan's time; None where it is not known."""
    if when is None or when.timestamp() == 0:
        return None
    return when.astimezone(JAPAN).isoformat(timespec="seconds")


def records(answer: Answer) -> list[Json]:
    return [snaked(record.as_dict()) for record in answer]


def eligibility(answer: Answer) -> Json:
    out: Json = {"outcome": onshikaku.outcome_name(answer.outcome),
                 "answer_time": moment(answer.time),
                 "answer_expires": moment(answer.expires)}
    if answer.clock_apart:
        out["clock_apart_s"] = int(answer.clock_apart.total_seconds())
    head = answer.head
    out.update((name, value) for name, value in snaked(head.as_dict()).items()
               if name not in OURS)
    code = head.text("ProcessingResultCode")
    if code is not None:
        out["note"] = {"code": code}
        if (text := head.text("ProcessingResultMessage")) is not None:
            out["note"]["text"] = text
    out["results"] = records(answer)
    return out


def error(why: OnshiError) -> Json:
    out: Json = {
        "code": why.code, "name": why.name,
        "text": why.text or why.message("en"), "text_ja": why.message("ja"),
        "remedy": why.remedy("en"), "remedy_ja": why.remedy("ja"),
        "phase": why.phase, "sent": why.sent, "may_retry": why.may_retry}
    known: Json = {
        "rule": why.rule, "reason": why.reason,
        "service_code": why.service_code, "service_text": why.service_text,
        "retry_after": why.retry_after, "system": why.system,
        "outcome": outcome(why)}
    out.update((name, value) for name, value in known.items() if value)
    if why.tries_left is not None:
        out["tries_left"] = why.tries_left
    if why.status_word is not None:
        out["status_word"] = f"{why.status_word:04X}"
    return out


def outcome(why: OnshiError) -> Optional[str]:
    """What the service said of the person, where it is a failure."""
    nothing = onshikaku.outcome_name(Outcome.NONE)
    return None if why.outcome in ("", nothing) else why.outcome


def consents(visit: Visit) -> Json:
    return {onshikaku.category_name(category): {
        "given": said.given, "granted": said.granted,
        "time": moment(said.since), "until": moment(said.until)}
        for category in OF_VISIT
        if (said := visit.consent(category)) is not None}


def certificate(x: Certificate) -> Json:
    return {"serial": x.serial, "not_before": moment(x.not_before),
            "not_after": moment(x.not_after),
            "grace_end": moment(x.grace_end),
            "state": onshikaku.certificate_state_name(x.state),
            "state_text": x.advice("en"), "state_text_ja": x.advice("ja"),
            "trust": onshikaku.trust_name(x.trust)}


def card(visit: Visit) -> Json:
    found = visit.certificate
    if found is None and visit.apdus == 0:
        return {}
    return {"card": {**(certificate(found) if found else {}),
                     "apdus": visit.apdus, "bytes": visit.apdu_bytes}}


def ending(handle: Union[Visit, Emergency], started: float) -> Json:
    spent: Json = {onshikaku.phase_name(phase): handle.ms(phase)
                   for phase in Phase if phase is not Phase.NONE}
    spent["total"] = int((time.monotonic() - started) * 1000)
    return {"timing_ms": spent, "audit": handle.is_recorded}


def person(record: Optional[Record], confirmed: bool) -> Json:
    """Whom an answer names, where the library cannot tell whose it is."""
    names = "Name", "NameKana", "Birthdate", "Sex1"
    out: Json = {snake(name): record.text(name) if record else None
                 for name in names}
    return {**out, "confirmed": confirmed}


def paper(option: onshikaku.Option) -> Json:
    out: Json = {
        "paper": onshikaku.paper_name(option.paper),
        "title_ja": onshikaku.paper_text(option.paper),
        "since": option.since.isoformat() if option.since else None,
        "until": option.until.isoformat() if option.until else None,
        "share": onshikaku.share_name(option.share),
        "share_ja": onshikaku.share_text(option.share),
        "fields": [onshikaku.field_name(field) for field in option.fields],
        "text": option.text, "text_ja": option.text_ja}
    if option.ask:
        out.update(ask=option.ask, ask_ja=option.ask_ja)
    return out


def papers(found: onshikaku.Fallback) -> Json:
    """Those that count apart from those that nobody vouches for."""
    return {
        "day": found.day.isoformat(),
        "papers": [paper(o) for o in found.papers if o.counts],
        "unclear": [paper(o) for o in found.papers if not o.counts],
        "ask_again": {"when": onshikaku.again_name(found.again),
                      "text": onshikaku.again_text(found.again, "en"),
                      "text_ja": onshikaku.again_text(found.again)}}


def case(a: argparse.Namespace, found: onshikaku.Fallback) -> str:
    """What fallback --save keeps for eligibility --from."""
    values: Mapping[str, Optional[str]] = {
        "onshikaku_case": "1", "why": a.why, "day": f"{found.day:%Y%m%d}",
        **{name: getattr(a, name) for name in NUMBERS}, "patient": a.patient,
        "ask_again": onshikaku.again_name(found.again),
        "saved": moment(datetime.now(timezone.utc))}
    for name, value in values.items():
        if value and not value.isprintable():
            raise refused("ONSHI_E_ARG", text=f"wrong value: --{name}")
    return "".join(f"{name} = {value}\n" for name, value in values.items()
                   if value)
