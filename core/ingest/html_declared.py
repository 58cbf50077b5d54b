"""What pages of EUR-Lex and of the PRA Rulebook state about themselves in places made for it."""

import re
from typing import Any

from core.ingest.dates import first_date
from core.ingest.html_rules import classes, name

REFERENCE = re.compile(r"0?(\d{4}[A-Z]\d{4})\S*\s*—\s*([A-Z]{2})\s*—\s*(\d{1,2}\.\d{1,2}\.\d{4})")
READ = frozenset({"oj-hd-date", "oj-hd-lg", "oj-hd-oj", "reference", "title-doc-oj-reference"})


def declared(root: Any) -> dict[str, str]:
    """Publication date, journal, language, CELEX, version; for a rulebook its type, part and date."""
    found: dict[str, str] = {}
    for node in root.iter():
        named = classes(node)
        text = " ".join("".join(node.itertext()).split()) if named & READ else ""
        if "oj-hd-lg" in named and len(text) == 2:
            found["language"] = text.lower()
        elif "oj-hd-oj" in named:
            found["journal"] = text
        elif "reference" in named and (stated := REFERENCE.search(text)):
            found |= {"regulation": f"3{stated[1]}", "language": stated[2].lower()}
            found["version"] = f"consolidated {first_date(stated[3]) or ''}".strip()
        elif named & {"oj-hd-date", "title-doc-oj-reference"} and (date := first_date(text)):
            found["published"] = date
        elif "rulebook-content" in named and (day := node.get("data-rulebook-date")):
            found |= {"type": "rulebook", "date": "-".join(reversed(day.split("-")))}
    if found.get("type") == "rulebook":
        title = next((" ".join(node.itertext()) for node in root.iter() if name(node) == "h1"), "")
        found["title"] = " ".join(title.split())
    return found
