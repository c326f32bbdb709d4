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
    phase_name,
    sent_name,
    text_of,
)
from ._ffi import lib as _lib
from .audit import Audit, verdict_name, verdict_text
from .bulk import Bulk, Unit, bulk_kind_name, bulk_kind_text
from .card import (
    Card,
    CardFace,
    Certificate,
    ReaderState,
    card_kind_name,
    card_kind_text,
    certificate_state_name,
    part_name,
    trust_name,
    trust_text,
)
from .config import (
    Clock,
    Config,
    Exchange,
    Face,
    FaceExchange,
    Link,
    Reader,
    carrier_name,
    carrier_text,
    form_name,
)
from .constants import (
    Again,
    Basis,
    BulkKind,
    CardKind,
    Carrier,
    Category,
    CertificateState,
    Consenter,
    Difference,
    EmergencyKind,
    Field,
    Form,
    Health,
    Hint,
    Identified,
    Licence,
    MatchVerdict,
    Method,
    Need,
    Notice,
    Outcome,
    Owner,
    Paper,
    Part,
    Phase,
    Purpose,
    Request,
    Said,
    Sent,
    Severity,
    Share,
    SignIn,
    Standing,
    Trust,
    Verdict,
    Want,
    Way,
)
from .doctor import Doctor, Finding, health_name, owner_name, owner_text
from .emergency import (
    Emergency, basis_name, basis_text, consenter_name, consenter_text,
    emergency_kind_name, emergency_kind_text, identified_name, identified_text,
    want_name, want_text, way_name, way_text,
)
from .fallback import (
    Fallback, Option, again_name, again_text, fallback, field_name, field_text,
    paper_name, paper_text, share_name, share_text, standing_name, standing_text,
)
from .match import (
    Found,
    Match,
    Oddity,
    canonical,
    claim_name,
    hints,
    match_verdict_name,
    match_verdict_text,
    severity_name,
    severity_text,
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
    Arrivals, Consent, OpenRequest, Onshi, Operator, Visit, category_name,
    category_text, consent_name,
    licence_name, licence_text, method_name, method_text, need_name, need_text,
    notice_name, purpose_name, purpose_text, request_name, request_text,
    sign_in_name, sign_in_text,
)

#: The library's own version.
__version__ = text_of(_lib.onshi_version())
#: The same as a number: 0x000200 is 0.2.0.
version_number = int(_lib.onshi_version_number())

__all__ = [
    "Again", "Answer", "Arrivals", "Audit", "Basis", "Bulk", "BulkKind", "Cancelled",
    "Card", "CardError", "CardFace", "CardKind", "Carrier", "Category", "Certificate",
    "CertificateState", "Clock", "Code", "Config", "ConfirmNeeded", "Consent",
    "Consenter", "Difference", "Doctor", "Emergency", "EmergencyKind", "Exchange",
    "Face", "FaceExchange", "Fallback", "Field", "Finding", "Form", "Found", "Health",
    "Hint", "Identified", "Licence", "Link", "Match", "MatchVerdict", "Message",
    "Method", "Need", "NetworkError", "Notice", "Oddity", "Onshi", "OnshiError",
    "OpenRequest", "Operator", "Option", "Outcome", "Owner", "Paper", "Part", "Phase",
    "Purpose", "RESULTS", "Reader", "ReaderState", "Record", "Request", "RuleError",
    "Said", "Sent", "ServiceError", "Severity", "Share", "SignIn", "Standing", "Trust",
    "Unit", "Verdict", "Visit", "Want", "Way", "__version__", "again_name",
    "again_text", "basis_name", "basis_text", "bulk_kind_name", "bulk_kind_text",
    "canonical", "card_kind_name", "card_kind_text", "carrier_name", "carrier_text",
    "category_name", "category_text", "certificate_state_name", "claim_name",
    "consent_name", "consenter_name", "consenter_text", "element", "elements",
    "emergency_kind_name",
    "emergency_kind_text", "fallback", "field_name", "field_text", "form_name",
    "health_name", "hints", "identified_name", "identified_text", "is_list",
    "licence_name", "licence_text", "match_verdict_name", "match_verdict_text",
    "method_name", "method_text", "need_name", "need_text", "notice_name",
    "outcome_class", "outcome_name", "outcome_remedy", "outcome_text", "owner_name",
    "owner_text", "paper_name", "paper_text", "part_name", "phase_name",
    "purpose_name", "purpose_text", "request_name", "request_text", "sent_name",
    "severity_name", "severity_text", "share_name", "share_text", "sign_in_name",
    "sign_in_text", "standing_name", "standing_text", "trust_name", "trust_text",
    "verdict_name", "verdict_text", "version_number", "want_name", "want_text",
    "way_name", "way_text",
]
