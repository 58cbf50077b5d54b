"""Controls from YAML in the library form of CISO Assistant.

A library has urn, locale, ref_id, name, description, version and objects. Controls are `objects.reference_controls`;
a library that has a framework only gives its assessable requirement nodes. What the form has no field for stands in
a control's annotation, a line each: "Topic: …", "Owner: …", "Frequency: …", "Terms: …".
"""

import re
from collections.abc import Iterator
from typing import Any

from core.controls.texts import KINDS, ControlText, LibraryText, checked, folded
from core.errors import BadInput

TRUE, EMPTY = ("true", "yes", "on"), ("null", "~")
MOST_DEPTH = 40
MOST_EVENTS = 600_000
OWN_TAGS = "tag:yaml.org,2002:"
PLAIN_TAGS = frozenset(OWN_TAGS + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp"))
# Inside a line only: with \s, which goes on over line ends, a million empty lines took hours.
ANNOTATED = re.compile(r"^[ \t]*(topic|owner|frequency|terms)[ \t]*:(.+)$", re.IGNORECASE | re.MULTILINE)

Plain = dict[str, Any]


def read(text: str, name: str = "") -> LibraryText:
    """BadInput for what is no YAML, no library, or asks the reader to build anything but plain values."""
    plain = _loaded(text)
    if not isinstance(plain, dict) or not isinstance(plain.get("objects"), dict):
        raise BadInput("This YAML is no control library: it needs urn, name and objects with reference_controls.")
    urn = _text(plain, "urn", "The library")
    if not urn:
        raise BadInput("The library has no urn; give it one, so that a new version of it is known again.")
    title = name or _text(plain, "name", "The library") or _text(plain, "ref_id", "The library") or urn
    return LibraryText(
        urn=urn.lower(),
        name=title,
        controls=checked(list(_controls(plain["objects"]))),
        description=_text(plain, "description", "The library"),
        version=_text(plain, "version", "The library"),
        provider=_text(plain, "provider", "The library"),
    )


def _controls(objects: Plain) -> Iterator[tuple[str, ControlText]]:
    """Reference controls; where there are none, what the frameworks require."""
    listed = _list(objects, "reference_controls", "The library")
    for number, one in enumerate(listed, 1):
        place = f"Control {number}"
        yield place, _control(_mapping(one, place), place)
    if listed:
        return
    frameworks = objects.get("framework", objects.get("frameworks"))
    for framework in frameworks if isinstance(frameworks, list) else [frameworks]:
        if framework and framework not in EMPTY:
            yield from _required(_mapping(framework, "The framework"))


def _control(one: Plain, place: str) -> ControlText:
    said = {key.lower(): folded(value) for key, value in ANNOTATED.findall(_text(one, "annotation", place, lines=True))}
    category = _text(one, "category", place)
    return ControlText(
        ref=_text(one, "ref_id", place) or _text(one, "urn", place).rpartition(":")[2],
        name=_text(one, "name", place) or _text(one, "ref_id", place),
        description=_text(one, "description", place),
        category=category,
        topic=said.get("topic", "" if category in KINDS else category),
        owner=said.get("owner", ""),
        function=_text(one, "csf_function", place),
        frequency=said.get("frequency", ""),
        evidence=_text(one, "typical_evidence", place),
        terms=said.get("terms", ""),
    )


def _required(framework: Plain) -> Iterator[tuple[str, ControlText]]:
    """Assessable nodes, each about what the nearest heading above it names."""
    nodes = [_mapping(one, "A requirement node") for one in _list(framework, "requirement_nodes", "The framework")]
    by_urn = {str(node.get("urn")): node for node in nodes}
    for number, node in enumerate(nodes, 1):
        if str(node.get("assessable")).lower() in TRUE:
            above, place = by_urn.get(str(node.get("parent_urn")), {}), f"Requirement {number}"
            description = _text(node, "description", place)
            name = _text(node, "name", place) or description[:120]
            ref = _text(node, "ref_id", place) or _text(node, "urn", place).rpartition(":")[2]
            topic = _text(above, "name", place) or _text(above, "description", place)[:120]
            yield place, ControlText(ref, name, description, "", topic, evidence=_text(node, "typical_evidence", place))


def _loaded(text: str) -> Any:
    import yaml

    # Text, lists and mappings only: a ref 1.10 stays 1.10, and no tag is ever acted on. libyaml's where it is there.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _refuse_tricks(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise BadInput(f"The YAML cannot be read{place}; check its indentation and quotation marks.") from error


def _refuse_tricks(events: Iterator[Any]) -> None:
    """Before anything is built: no aliases (they multiply), no foreign tags (they run code), no bottomless nesting."""
    depth = 0
    for number, event in enumerate(events):
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise BadInput(f"Line {event.start_mark.line + 1} is a YAML alias, which is not taken; write it out.")
        tag = getattr(event, "tag", None)
        if tag and tag not in PLAIN_TAGS:
            raise BadInput(
                f"Line {event.start_mark.line + 1} has the YAML tag {tag[:60]!r}; only plain values are taken."
            )
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > MOST_DEPTH or number > MOST_EVENTS:
            raise BadInput("The YAML is nested too deeply or too long for a control library; split it.")


def _list(plain: Plain, key: str, place: str) -> list[Any]:
    found = plain.get(key)
    if found and not isinstance(found, list) and found not in EMPTY:
        raise BadInput(f"{place}: {key} must be a list.")
    return found if isinstance(found, list) else []


def _mapping(found: Any, place: str) -> Plain:
    if not isinstance(found, dict):
        raise BadInput(f"{place} must have named fields (ref_id, name, description, …).")
    return found


def _text(plain: Plain, key: str, place: str, *, lines: bool = False) -> str:
    found = plain.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadInput(f"{place}: {key} must be text.")
    return found if lines else "" if found in EMPTY else folded(found)
