"""A client of another maker: by typed numbers only, for the runner's test."""

from __future__ import annotations

import configparser
import csv
import http.client
import json
import os
import ssl
import sys
import uuid
from pathlib import Path

from client import message

ASKS: dict[str, tuple[str, dict[str, str | None]]] = {
    "valid-number": ("adult", {}), "lost": ("locked", {}),
    "lost-not-notified": ("locked", {}), "moved-number": ("adult", {}),
    "not-found": ("adult", {"InsuredIdentificationNumber": "999999"}),
    "several": ("adult", {"InsuredBranchNumber": None}),
    "busy": ("adult", {}), "gaiji": ("adult", {}),
}
OUTCOMES = {"1": "valid", "2": "lost", "3": "lost_newer_exists",
            "4": "not_found", "5": "several"}


def main() -> int:
    conf = configparser.ConfigParser()
    conf.read(os.environ["ONSHIKAKU_CONF"])
    link = conf["link"]
    name = os.environ["ONSHIKAKU_SCENARIO"]
    who, changes = ASKS[name]
    with (Path(link["ca_file"]).parent / "people.csv").open() as f:
        p = next(r for r in csv.DictReader(f) if r["profile"] == who)
    values: dict[str, str | None] = {
        "InsurerNumber": p["insurer"].rjust(8),
        "InsuredCardSymbol": p["symbol"],
        "InsuredIdentificationNumber": p["number"],
        "InsuredBranchNumber": p["branch"], "Birthdate": p["birthdate"],
        "LimitApplicationCertificateRelatedConsFlg": "0"}
    values.update(changes)
    host, port, address = link["addresses"].split()[0].split(":")
    ctx = ssl.create_default_context(cafile=link["ca_file"])
    ctx.load_cert_chain(link["cert_file"], link["key_file"])
    ctx.check_hostname = False
    con = http.client.HTTPSConnection(address, int(port), context=ctx)
    con.request("POST", "/v1/OQSsiquc01req", message(
        "QualificationConfirmSearchInfo", values,
        conf["facility"]["institution_code"]), {
            "Content-Type": "application/xml; charset=UTF-8", "Host": host,
            "Onshi-Request-Id": str(uuid.uuid4())})
    answer = con.getresponse()
    body = answer.read().decode()
    con.close()
    if answer.status == 503:
        json.dump({"error": {"name": "ONSHI_E_SERVICE_BUSY"}}, sys.stdout)
        return 4
    validity = body.split("<QualificationValidity>")[1][:1]
    out: dict[str, object] = {"outcome": OUTCOMES[validity],
                              "qualification_validity": validity}
    if validity in "123":
        out["results"] = [{"insured_identification_number": p["number"]}]
    json.dump(out, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
