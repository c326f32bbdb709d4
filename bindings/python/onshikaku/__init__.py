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
    ConfirmNeeded,
    NetworkError,
    OnshiError,
    RuleError,
    ServiceError,
    text_of,
)
from ._ffi import lib as _lib
from .audit import Audit, verdict_name, verdict_text
from .card import (
    Card,
    Certificate,
    ReaderState,
    card_kind_name,
    card_kind_text,
    certificate_state_name,
    trust_name,
    trust_text,
)
from .config import Clock, Config, Exchange, Link, Reader, form_name
from .constants import (
    CardKind,
    Category,
    CertificateState,
    Form,
    Licence,
    Method,
    Need,
    Notice,
    Outcome,
    Phase,
    Purpose,
    Sent,
    SignIn,
    Trust,
    Verdict,
)
from .message import Message
from .records import (
    Answer,
    Code,
    Record,
    element,
    elements,
    is_list,
    outcome_class,
    outcome_name,
    outcome_remedy,
    outcome_text,
)
from .visit import (
    Consent, Onshi, Operator, Visit, category_name, category_text, consent_name,
    licence_name, licence_text, method_name, method_text, need_name, need_text,
    notice_name, purpose_name, purpose_text, sign_in_name, sign_in_text,
)

#: The library's own version.
__version__ = text_of(_lib.onshi_version())
#: The same as a number: 0x000200 is 0.2.0.
version_number = int(_lib.onshi_version_number())

__all__ = [
    "RESULTS", "Answer", "Audit", "Cancelled", "Card", "CardError", "CardKind",
    "Category", "Certificate", "CertificateState", "Clock", "Code", "Config",
    "ConfirmNeeded", "Consent", "Exchange", "Form", "Licence", "Link", "Message",
    "Method", "Need",
    "NetworkError", "Notice", "Onshi", "OnshiError", "Operator", "Outcome", "Phase",
    "Purpose", "Reader", "ReaderState", "Record", "RuleError", "Sent",
    "ServiceError", "SignIn", "Trust", "Verdict", "Visit", "__version__",
    "card_kind_name", "card_kind_text", "category_name", "category_text",
    "certificate_state_name", "consent_name", "element", "elements", "is_list", "form_name",
    "licence_name", "licence_text", "method_name", "method_text", "need_name",
    "need_text", "notice_name", "outcome_class", "outcome_name",
    "outcome_remedy", "outcome_text", "purpose_name", "purpose_text",
    "sign_in_name", "sign_in_text", "trust_name", "trust_text", "verdict_name",
    "verdict_text", "version_number",
]
