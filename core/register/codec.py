"""Analyses and obligations as JSON for the database, and back again without loss.

A provision's text is a slice of the document's and stays out of the stored findings; so does the document's own.
"""

import hashlib
import json
import zlib
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from core.types import Analysis, Obligation


@cache
def _analyses() -> TypeAdapter[Analysis]:
    return TypeAdapter(Analysis)


@cache
def _obligations() -> TypeAdapter[Obligation]:
    return TypeAdapter(Obligation)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pack(analysis: Analysis) -> bytes:
    """Everything but the document's text and the obligations, which are kept apart."""
    rest = replace(analysis, document=replace(analysis.document, text=""), obligations=())
    return zlib.compress(_analyses().dump_json(rest), 6)


def unpack(packed: bytes, text: str, obligations: tuple[Obligation, ...]) -> Analysis:
    rest = _analyses().validate_json(zlib.decompress(packed))
    return replace(rest, document=replace(rest.document, text=text), obligations=obligations)


def dump(obligation: Obligation, text: str) -> str:
    """As JSON; the provision's text is left out where `text` has it at the provision's span."""
    provision = obligation.draft.provision
    sliced = text[provision.span.start : provision.span.end] == provision.text
    left_out: Any = {"draft": {"provision": {"text"}}} if sliced else None
    return _obligations().dump_json(obligation, exclude=left_out).decode()


def load(plain: dict[str, Any], text: str = "") -> Obligation:
    """Without the document's text, the provision's text is empty where it was left out."""
    provision = plain["draft"]["provision"]
    if "text" not in provision:
        span = provision["span"]
        provision = {**provision, "text": text[span["start"] : span["end"]]}
        plain = {**plain, "draft": {**plain["draft"], "provision": provision}}
    return _obligations().validate_python(plain)


def digest_of_findings(analysis: Analysis) -> str:
    """Equal for two runs that found the same by the same means, whenever they ran and whatever they cost."""
    found = _analyses().dump_json(analysis, exclude={"actions", "document", "metadata"})
    means = f"{analysis.metadata.model}\n{analysis.document.sha256}\n{analysis.metadata.prompt_version or ''}"
    return hashlib.sha256(means.encode() + found).hexdigest()
