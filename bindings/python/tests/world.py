"""The world of simulator/world.sh, as an object; and invented people."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import onshikaku
from onshikaku import Category, Config, Licence, Method, Need, Onshi, SignIn

HERE = Path(__file__).resolve().parent
TOP = Path(os.environ.get("top_srcdir", HERE.parents[2]))
BUILD = Path(os.environ.get("top_builddir", TOP / "build"))
PROGRAMS = "onshikaku", "onshikaku-pki", "onshikaku-sim", "onshikaku-vcard"
PIN = b"1234"
ALL = {"pin": 3}  # tries of what is shown here


class NotHere(Exception):
    """PC/SC, its virtual reader or the simulator is not on this machine."""


class World:
    """Certificates, cards on two readers, the service, a record."""

    def __init__(self) -> None:
        for program in PROGRAMS:
            if not (BUILD / program).exists():
                raise NotHere(f"{program} is not built")
        env = {**os.environ, "top_srcdir": str(TOP), "top_builddir": str(BUILD)}
        self._child = subprocess.Popen(
            ["sh", str(HERE / "world_run.sh")], env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._child.stdout is not None
        found: dict[str, str] = {}
        for line in self._child.stdout:
            if line == "ready\n":
                break
            name, _, value = line.rstrip("\n").partition("=")
            found[name] = value
        else:
            _, why = self._child.communicate()
            if self._child.returncode == 77:
                raise NotHere((why.strip().splitlines() or ["no PC/SC"])[-1])
            raise RuntimeError(f"no world: {why}")
        os.environ.update(found)
        self.folder = Path(found["WORLD"])
        self.conf = found["ONSHIKAKU_CONF"]

    def stop(self) -> None:
        self._child.communicate(timeout=30)

    def vcard(self, *words: str, slot: int = 1) -> str:
        """Plays the patient at a counter: insert, remove, fault, status."""
        name = "vcard.sock" if slot == 1 else "vcard2.sock"
        done = subprocess.run(
            [str(BUILD / "onshikaku-vcard"), "--control",
             str(self.folder / "reader" / name), *words],
            check=True, capture_output=True, text=True)
        return done.stdout

    def status(self, slot: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.vcard("status", slot=slot))
        return found

    def service(self, *words: str) -> None:
        """Changes the service while it runs: fault, clock, line."""
        subprocess.run(
            [str(BUILD / "onshikaku-sim"), "control", "--control",
             str(self.folder / "service.sock"), *words],
            check=True, capture_output=True)

    def reset(self) -> None:
        """As it was: one adult at the first counter, every try there."""
        self.service("fault", "clear")
        for slot in 1, 2:
            if self.status(slot)["faults"]:
                self.vcard("fault", "clear", slot=slot)
        now = self.status()
        if now["profile"] != "adult" or not now["visible"]:
            self.vcard("insert", "adult")
        if any(left == 0 or left < ALL[name] for name, left in
               self.status()["tries"].items() if name in ALL):
            self.vcard("restore")
        if self.status(2)["inserted"]:
            self.vcard("remove", slot=2)

    def commands(self) -> list[str]:
        """What the cards were sent, of all tests so far."""
        log = self.folder / "reader" / "apdu.log"
        return [line.split("\t")[1] for line in log.read_text().splitlines()
                if "\t" in line and not line.startswith("#")]

    def person(self, profile: str = "adult") -> dict[str, str]:
        with open(self.folder / "pki" / "people.csv", encoding="utf-8") as people:
            for row in csv.DictReader(people):
                if row["profile"] == profile:
                    return row
        raise KeyError(profile)

    def config(self, **settings: str) -> Config:
        """As the file has it, but for settings: ``reader__name`` is reader.name."""
        config = Config(self.conf)
        for key, value in settings.items():
            config[key.replace("__", ".")] = value
        return config

    def root(self, **settings: str) -> Onshi:
        with self.config(**settings) as config:
            return Onshi(config)

    def readers(self) -> list[str]:
        with self.root() as root:
            return [state.name for state in root.readers()]


def doctor(root: Onshi) -> onshikaku.Operator:
    return root.operator("D0001", Licence.DOCTOR, SignIn.TWO_FACTOR)


def check_in(
    visit: onshikaku.Visit, *consents: Category, pin: bytes = PIN
) -> onshikaku.Answer:
    """By PIN, with a card that lies there."""
    visit.set_method(Method.PIN)
    for category in consents:
        visit.set_consent(category)
    for need in visit:
        assert need is Need.PIN, need
        assert visit.refusal is None
        visit.set_pin(bytearray(pin))
    return visit.eligibility()
