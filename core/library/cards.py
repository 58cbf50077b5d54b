"""The data card's fields: what each may hold, and what it holds before a person has said anything. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.errors import BadInput
from core.settings import lexicon
from core.types import Document

if TYPE_CHECKING:  # the scanners take a while to load, and a card needs no more than their findings
    from core.scan import Finding

Kind = Literal["text", "choice", "switches", "list"]
Fields = dict[str, Any]
LONGEST = 2_000

USES = {
    "prompting": "Prompting",
    "rag": "RAG",
    "evaluation": "Evaluation",
    "fine_tuning": "Fine-tuning",
    "logging": "Logging",
}
SENSITIVITIES = ("Public", "Internal", "Confidential", "Restricted")
# What becomes of personal data on its way to a hosted model. Secrets never go, whatever the card says.
REPLACED, RAW = "Replaced by tokens", "As it is"
TWO_SIGNATURES = ("Confidential", "Restricted")


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form: its key, what people call it, and what it takes.

    `unsaid` is what it holds on a card that is older than the field.
    """

    key: str
    label: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    unsaid: str = ""


FIELDS: tuple[Field, ...] = (
    Field("name", "Name", required=True),
    Field("owner", "Owner", required=True),
    Field("source", "Source", required=True),
    Field("licence", "Licence and usage rights", required=True),
    Field("sensitivity", "Sensitivity", "choice", SENSITIVITIES, required=True),
    Field("groups", "Groups that may read it", "list"),
    Field("personal_data", "Personal data", "choice", ("Yes", "No", "Unknown"), required=True),
    Field("secrets", "Secrets or privileged content", "choice", ("Yes", "No", "Unknown"), required=True),
    Field("regulated_data", "Regulated data", "choice", ("None", "GDPR", "HIPAA", "PCI", "Financial", "Other"), True),
    Field("allowed_use", "Allowed use", "switches", tuple(USES), required=True),
    Field("hosted_personal_data", "Personal data for hosted models", "choice", (REPLACED, RAW), unsaid=REPLACED),
    Field("prohibited_use", "Prohibited use"),
    Field("retention", "Retention period", required=True),
    Field("deletion", "Deletion process", required=True),
    Field("approval_owner", "Approval owner", required=True),
    Field("known_quality_issues", "Known quality issues"),
    Field("split_strategy", "Split strategy"),
)
BY_KEY = {field.key: field for field in FIELDS}


def checked(fields: Mapping[str, Any]) -> Fields:
    """The same fields if each is known and holds what it may, text trimmed; otherwise BadInput names the field."""
    return {key: _value(key, value) for key, value in fields.items()}


def missing(fields: Mapping[str, Any]) -> list[str]:
    """Labels of the required fields that hold nothing."""
    return [field.label for field in FIELDS if field.required and fields.get(field.key) in (None, "", [], {})]


def changed(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> Fields:
    """Those of the wanted fields that say something else than before."""
    return {key: value for key, value in wanted.items() if before.get(key, BY_KEY[key].unsaid) != value}


def digest(fields: Mapping[str, Any]) -> str:
    """Of everything that a signature stands for."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def defaults() -> dict[str, str]:
    found: dict[str, str] = lexicon("card")["defaults"]
    return found


def prefilled(document: Document, file_name: str, owner: str, findings: Sequence["Finding"], given: Fields) -> Fields:
    """A whole card from what was read and found; `given` are the fields that a person has filled in."""
    sensitivity = given.get("sensitivity", defaults()["sensitivity"])
    personal, secrets = _found("personal", document, findings), _found("secret", document, findings)
    words = {
        "title": document.title,
        "regulation": document.regulation or "",
        "file_name": file_name,
        "owner": owner,
    }
    texts = {key: _filled(text, words) for key, text in {**defaults(), **_publisher(document)}.items()}
    return {
        **texts,
        "name": document.title,
        "owner": owner,
        "sensitivity": sensitivity,
        "groups": [],
        "personal_data": personal,
        "secrets": secrets,
        "regulated_data": "GDPR" if personal == "Yes" else "None",
        "allowed_use": _uses(sensitivity, personal, secrets),
        "hosted_personal_data": REPLACED,
        "approval_owner": owner,
        "known_quality_issues": "; ".join(document.warnings)[:LONGEST],
        **given,
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    for key, word in words.items():
        text = text.replace(f"{{{key}}}", word)
    return text


def _found(kind: str, document: Document, findings: Sequence["Finding"]) -> str:
    if any(finding.kind == kind for finding in findings):
        return "Yes"
    # What was not read cannot be vouched for.
    return "Unknown" if any(page.state == "unread" for page in document.pages) else "No"


def _uses(sensitivity: str, personal: str, secrets: str) -> dict[str, bool]:
    rules = lexicon("card")
    off = set(rules["uses_off"].get(sensitivity.lower(), []))
    off |= set(rules["uses_off"]["personal"] if personal == "Yes" else [])
    off |= set(rules["uses_off"]["secrets"] if secrets == "Yes" else [])
    return {use: bool(rules["uses"][use]) and use not in off for use in USES}


def _publisher(document: Document) -> dict[str, str]:
    for publisher in lexicon("card")["publisher"]:
        if document.regulation and re.search(publisher["pattern"], document.regulation):
            return {"source": publisher["source"], "licence": publisher["licence"]}
    return {}


def _value(key: str, value: Any) -> Any:
    field = BY_KEY.get(key)
    if field is None:
        raise BadInput(f"A data card has no field {key!r}; it has: {', '.join(BY_KEY)}.")
    if field.kind == "switches":
        if not isinstance(value, Mapping) or set(value) - set(USES) or set(map(type, value.values())) - {bool}:
            raise BadInput(f"{field.label} takes a switch, on or off, for each of: {', '.join(USES.values())}.")
        return {use: value.get(use, False) for use in USES}
    if field.kind == "list":
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item.strip() for item in value):
            raise BadInput(f"{field.label} takes a list of names.")
        return sorted({item.strip() for item in value})
    if not isinstance(value, str) or len(value) > LONGEST:
        raise BadInput(f"{field.label} takes text of at most {LONGEST} characters.")
    if field.kind == "choice" and value not in field.choices:
        raise BadInput(f"{field.label} cannot be {value!r}; choose one of: {', '.join(field.choices)}.")
    return value.strip()
