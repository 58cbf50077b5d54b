"""Which document this is: its title, type, official number, version, dates, and whom it addresses."""

import re
from dataclasses import dataclass

from core.types import ParsedFile, Provision, Structure

EU_NUMBER = re.compile(
    r"\b(?P<kind>regulation|directive|decision)\s*(?:\((?:EU|EC|EEC|Euratom)(?:,\s*Euratom)?\)\s*)?(?P<no>No\.?\s*)?"
    r"(?P<first>\d{1,4})/(?P<second>\d{1,4})",
    re.IGNORECASE,
)
LETTER = {"regulation": "R", "directive": "L", "decision": "D"}
SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Identity:
    title: str
    type: str
    version: str
    regulation: str | None
    language: str
    lineage: str


def identity(parsed: ParsedFile, filename: str) -> Identity:
    front = [parsed.text[b.start : b.end] for b in parsed.blocks[:40] if b.kind == "heading"]
    title = parsed.declared.get("title") or " ".join(front[:3]) or filename
    regulation = parsed.declared.get("regulation")
    kind = "other"
    for line in front[:4]:
        match = EU_NUMBER.search(line)
        if match and not regulation:
            regulation, kind = celex(match), match["kind"].lower()
    lineage = regulation or SLUG.sub("-", title.lower()).strip("-")
    return Identity(" ".join(title.split()), kind, "", regulation, "en", lineage)


def celex(match: re.Match[str]) -> str:
    first, second = match["first"], match["second"]
    year, number = (second, first) if match["no"] or (len(first) < 4 and len(second) == 4) else (first, second)
    return f"3{year.zfill(4) if len(year) == 4 else '19' + year}{LETTER[match['kind'].lower()]}{number.zfill(4)}"


def structure(parsed: ParsedFile, provisions: tuple[Provision, ...]) -> Structure:
    kinds = [p.kind for p in provisions]
    tables = len({block.table for block in parsed.blocks if block.table})
    return Structure(kinds.count("article"), kinds.count("recital"), kinds.count("annex"), tables)
