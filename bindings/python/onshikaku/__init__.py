"""Online eligibility verification (オンライン資格確認) with the My Number Card.

>>> with Config.from_environment() as config, Onshi(config) as onshi:
...     with onshi.visit(Purpose.CARE) as visit:
...         visit.set_method(Method.PIN)
...         for need in visit:
...             ...
"""

from ._core import (
    RESULTS,
    Cancelled,
    CardError,
    NetworkError,
    OnshiError,
    RuleError,
    ServiceError,
    text_of,
)
from ._ffi import lib as _lib
from .audit import Audit
from .card import Card, Certificate, ReaderState
from .config import Clock, Config, Exchange, Link, Reader
from .constants import (
    CardKind,
    Category,
    CertificateState,
    Licence,
    Method,
    Need,
    Notice,
    Outcome,
    Purpose,
    SignIn,
    Trust,
    Verdict,
)
from .message import Message
from .records import Answer, Code, Record, element, elements, outcome_remedy, outcome_text
from .visit import Consent, Onshi, Operator, Visit

#: The library's own version.
__version__ = text_of(_lib.onshi_version())

__all__ = [
    "RESULTS", "Answer", "Audit", "Cancelled", "Card", "CardError", "CardKind",
    "Category", "Certificate", "CertificateState", "Clock", "Code", "Config",
    "Consent", "Exchange", "Licence", "Link", "Message", "Method", "Need",
    "NetworkError", "Notice", "Onshi", "OnshiError", "Operator", "Outcome",
    "Purpose", "Reader", "ReaderState", "Record", "RuleError", "ServiceError",
    "SignIn", "Trust", "Verdict", "Visit", "__version__", "element", "elements",
    "outcome_remedy", "outcome_text",
]
