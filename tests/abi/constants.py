"""Numbers of the Python binding are those of the headers."""
import ast
import re

import abi_headers
from abi_report import TOP, finish, wrong

# Classes whose name is not the prefix of their constants.
PREFIX = {"Result": "ONSHI_",
          "Trust": "ONSHI_TRUST_", "Verdict": "ONSHI_AUDIT_",
          "MatchVerdict": "ONSHI_MATCH_",
          "CertificateState": "ONSHI_CERTIFICATE_", "CardKind": "ONSHI_CARD_",
          "Said": "ONSHI_CONSENT_",
          "BulkKind": "ONSHI_BULK_", "EmergencyKind": "ONSHI_EMERGENCY_",
          "SignIn": "ONSHI_SIGNIN_", "PinFlag": "ONSHI_PIN_",
          "Element": "ONSHI_EL_"}


def main() -> None:
    """Each member of each enumeration, and each group of the headers."""
    path = TOP / "bindings" / "python" / "onshikaku" / "constants.py"
    if not path.exists():
        print("no Python binding here: not compared")
        raise SystemExit(77)
    want = abi_headers.constants(TOP)
    count = 0
    groups: dict[str, set[str]] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        prefix = PREFIX.get(node.name, "ONSHI_%s_" % node.name.upper())
        for item in node.body:
            if not isinstance(item, ast.Assign):
                continue
            name = prefix + item.targets[0].id
            value = ast.literal_eval(item.value)
            count += 1
            groups.setdefault(prefix, set()).add(name)
            if name not in want:
                wrong(path, item.lineno, "no public header has %s" % name)
            elif want[name] != value:
                wrong(path, item.lineno, "%s is %d" % (name, want[name]))
    for prefix, mine in groups.items():
        if prefix == "ONSHI_":
            continue
        for name in want:
            if re.match(prefix + "(?!SPEND|ACCEPT)", name) and name not in mine:
                wrong(path, 1, "%s lacks" % name)
    finish("%d constants" % count)


main()
