"""Numbers of the interface, as the headers have them (compared by the tests)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Number(IntEnum):
    """A number of a newer library has a name made from it."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_, unknown._value_ = f"UNKNOWN_{value}", value
        return unknown


class Purpose(Number):
    """Why the service is used (利用目的)."""

    INSURANCE = 1
    CARE = 2
    DISPENSING = 3


class Method(Number):
    """How the patient is identified (本人確認)."""

    FACE = 1
    PIN = 2
    VISUAL = 3
    NUMBER = 4
    READER = 5  # at the official face reader: of an arrival alone
    CARRIED = 6  # by a consent given before: of a bulk alone


class Request(Number):
    """How a request of the journal stands."""

    AWAITED = 1
    UNCERTAIN = 2
    LATE = 3


class Health(Number):
    """What the doctor says of one thing."""

    OK = 0
    NOTE = 1
    WRONG = 2


class Owner(Number):
    """Whose it is to mend."""

    FACILITY = 1
    VENDOR = 2
    LINE = 3
    AGENCY = 4
    LIBRARY = 5


class Paper(Number):
    """What takes the place of an answer."""

    CERTIFICATE = 1
    NOTICE_CARD = 2
    NOTICE = 3
    PORTAL_CARD = 4
    PORTAL = 5
    INSURANCE_CARD = 6
    PAST_VISIT = 7
    DECLARATION = 8
    TICKET = 9


class Standing(Number):
    """How a paper stands on a day."""

    ACCEPTED = 1
    UNKNOWN = 2


class Share(Number):
    """What the patient pays."""

    OWN = 1
    BY_AGE = 2
    ASK = 3


class Field(Number):
    """What is written down from a paper."""

    NAME = 1
    NAME_KANA = 2
    BIRTHDATE = 3
    SEX = 4
    ADDRESS = 5
    TELEPHONE = 6
    INSURANCE_KIND = 7
    INSURER_NAME = 8
    EMPLOYER = 9
    INSURER_NUMBER = 10
    SYMBOL = 11
    NUMBER = 12
    BRANCH = 13
    SHARE = 14
    VALID_UNTIL = 15
    CONFIRMED_ON = 16
    REASON = 17
    SIGNATURE = 18


class Again(Number):
    """When to ask again."""

    NEVER = 1
    NOW = 2
    SOON = 3
    RESTORED = 4
    DAYS = 5
    VISIT = 6


class Category(Number):
    """What is asked for and, but for the first, consented to."""

    ELIGIBILITY = 0
    DRUGS = 1
    CHECKUPS = 2
    CARE = 3
    SURGERY = 4
    LIMIT = 5
    DISEASES = 6
    PRESCRIPTIONS = 7  # of an emergency alone
    DISPENSING = 8  # likewise


class Licence(Number):
    """Whose licence the operator has (有資格者等)."""

    RECEPTION = 0
    DOCTOR = 1
    DENTIST = 2
    PHARMACIST = 3
    DISASTER = 4
    NURSE = 5


class SignIn(Number):
    """How the operator signed in."""

    NONE = 0
    PASSWORD = 1
    TWO_FACTOR = 2


class Notice(Number):
    """Texts to show."""

    PURPOSE = 1
    CONSENT = 2
    VISUAL = 3
    CLOCK = 4
    DISASTER = 5
    EMERGENCY = 6
    SEVERAL = 7
    FACE = 8
    PHONE = 9


class Carrier(Number):
    """What the patient brought to the face reader."""

    CARD = 1
    PHONE = 2


class Said(Number):
    """The patient's word on a category."""

    REFUSED = 0
    GIVEN = 1
    ASK = 2  # not said yet: the face reader asks


class Need(Number):
    """What a visit waits for."""

    CARD = 1
    PIN = 2
    CONFIRM = 3
    FACE = 4
    WAIT = 6
    ACKNOWLEDGE = 7
    LATER = 8


class BulkKind(Number):
    """What is asked for many (一括照会・一括登録)."""

    ELIGIBILITY = 1
    REGISTER = 2
    REGISTER_ONE = 3
    ASSISTANCE = 4
    HOME = 5
    TELEMEDICINE = 6


class EmergencyKind(Number):
    """The exceptional modes (災害時, 救急時)."""

    DISASTER = 1
    HOSPITAL = 2


class Way(Number):
    """How the person is found in one."""

    SEARCH = 1
    NUMBER = 2
    CARD = 3


class Basis(Number):
    """On what ground."""

    ORAL = 1
    UNOBTAINABLE = 2
    EMERGENCY = 3


class Consenter(Number):
    """Who gave the consent by word of mouth."""

    SELF = 1
    GUARDIAN = 2
    REPRESENTATIVE = 3


class Identified(Number):
    """How it was told who the person is."""

    PAPERS = 1
    FAMILY = 2
    KNOWN = 3
    PHOTOGRAPH = 4
    BELONGINGS = 5


class Want(Number):
    """What is wanted in a hospital's emergency."""

    SUMMARY = 1
    ALL = 2
    BOTH = 3
    DRUGS = 4
    CARE = 5
    CHECKUPS = 6


class Outcome(Number):
    """What an answer says."""

    NONE = 0
    VALID = 1
    VALID_UNREGISTERED = 2
    LOST = 3
    LOST_NEWER_EXISTS = 4
    NOT_FOUND = 5
    SEVERAL = 6
    DATA = 7
    NO_DATA = 8
    ACCEPTED = 9
    DONE = 10
    REGISTERED = 11
    IN_PROGRESS = 12
    NO_CONSENT = 13
    NOT_PROVIDED = 14
    ERROR_PERSON = 15
    ERROR_FILE = 16
    REJECTED = 17
    UNKNOWN_CODE = 18
    SUSPENDED = 19


class CardKind(Number):
    """What kind of card it is."""

    OTHER = 0
    MY_NUMBER = 1
    NO_CERTIFICATE = 2
    PHONE = 3
    JUKI = 4
    RESIDENCE = 5
    DRIVERS_LICENCE = 6


class Part(Number):
    """What a checked face of a card holds."""

    PHOTO = 1
    NAME = 2
    ADDRESS = 3
    BIRTHDATE = 4
    SEX = 5


class CertificateState(Number):
    """How a certificate stands."""

    VALID = 1
    SOON = 2
    GRACE = 3
    LAPSED = 4
    NOT_YET = 5


class Trust(Number):
    """Whether it was checked against the configured authorities."""

    UNCHECKED = 0
    GOOD = 1
    UNTRUSTED = 2
    BAD_SIGNATURE = 3


class Verdict(Number):
    """What an audit trail was found to be."""

    INTACT = 0
    CHANGED = 1
    SHORTER = 2
    TORN = 3
    UNREADABLE = 4
    NO_KEY = 5


class MatchVerdict(Number):
    """What two values, or all of them, are to each other."""

    SAME = 0
    COMPATIBLE = 1
    DIFFERENT = 2


class Severity(Number):
    """What a difference asks of the clerk."""

    NOTE = 1
    CHECK = 2
    STOP = 3


class Difference(Number):
    """Why something is said of an element."""

    UNREADABLE = 1
    VARIANT = 2
    SPELLING = 3
    VOICED = 4
    OTHER_NAME = 5
    KANA = 6
    NAME = 7
    SURNAME = 8
    PERSON = 9
    BIRTHDATE = 10
    SEX = 11
    REFERENCE = 12
    INSURER = 13
    NUMBER = 14
    BRANCH = 15
    BRANCH_NEW = 16
    OTHER_KIND = 17
    RATIO = 18
    RATIO_UNKNOWN = 19
    LIMIT = 20
    VALIDITY = 21
    LOST = 22
    CODE_NEW = 23
    CODE_UNKNOWN = 24
    EXPENSE_GONE = 25
    DETAIL = 26
    REMARK = 27
    NOT_ON_FILE = 28
    NOT_ANSWERED = 29
    UNCLEAR = 30


class Hint(Number):
    """What is odd about a typed value."""

    UNSEEN = 1
    SPACE = 2
    HYPHEN = 3
    WAVE = 4
    SPLIT_MARK = 5
    WIDTH = 6
    MIXED_WIDTH = 7
    LETTER = 8
    LENGTH = 9
    CHECK_DIGIT = 10
    NO_DIGIT = 11


class Phase(Number):
    """Where time was spent, and where a failure happened."""

    NONE = 0
    READER = 1
    CARD = 2
    QUEUE = 3
    NETWORK = 4
    SERVICE = 5
    ANSWER = 6
    RULES = 7
    AUDIT = 8


class Sent(Number):
    """Whether a request had left."""

    NOT = 0
    ANSWERED = 1
    UNKNOWN = 2


class Form(Number):
    """In which form a link of one's own carries a function."""

    NONE = 0
    XML = 1
    JSON = 2
