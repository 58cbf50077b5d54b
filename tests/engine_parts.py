"""Provisions for the engine's tests, written as a reader would type them."""

import re

from core.extract.engine import extract
from core.types import Draft, Provision, Span, Statement

POINT = re.compile(r"^(?P<indent> *)\((?P<label>[a-z]{1,4})\) ")


def law(text: str, path: str = "Article 1(1)", heading: str = "") -> list[Provision]:
    """One provision per line; "(a) …" is a point of the line above it that is indented less."""
    provisions: list[Provision] = []
    levels: list[tuple[int, Provision]] = []
    at = 0
    for line in text.split("\n"):
        point = POINT.match(line)
        if point is None:
            number = sum(p.kind == "paragraph" for p in provisions)
            here = path if not number else f"{path.rsplit('(', 1)[0]}({number + 1})"
            made = Provision(here, here, heading, line, Span("d", at, at + len(line)), None, "paragraph")
            levels = [(-1, made)]
        else:
            indent = len(point["indent"])
            levels = [level for level in levels if level[0] < indent]
            parent = levels[-1][1]
            here, start = f"{parent.path}({point['label']})", at + point.end()
            body = line[point.end() :]
            span = Span("d", start, start + len(body))
            made = Provision(here, here, heading, body, span, parent.id, "point", f"({point['label']})")
            levels.append((indent, made))
        provisions.append(made)
        at += len(line) + 1
    return provisions


def found(text: str, **more: str) -> list[Draft | Statement]:
    return [item for item in extract(law(text, **more)) if isinstance(item, Draft | Statement)]


def norms(text: str, **more: str) -> list[Draft]:
    return [item for item in found(text, **more) if isinstance(item, Draft)]


def norm(text: str, **more: str) -> Draft:
    (only,) = norms(text, **more)
    return only


def statements(text: str, **more: str) -> list[Statement]:
    return [item for item in found(text, **more) if isinstance(item, Statement)]


def passages(draft: Draft):
    """Every passage of a draft that says where it stands."""
    for one in (draft.quote, draft.lead_in, draft.mark, *draft.conditions, *draft.exceptions):
        if one is not None:
            yield one
    for other in (*draft.deadlines, *draft.references, *draft.sanctions):
        yield other.passage
