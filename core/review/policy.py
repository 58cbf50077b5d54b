"""Who must accept what: the rows of data/lexicon/approvals.toml, checked before any of them is used."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, get_args

from core.errors import BadInput
from core.identity import PERMISSIONS, ROLES
from core.settings import lexicon
from core.types import RiskLevel

LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
# What no edit of the file may let pass without a person.
GUARDED: tuple[RiskLevel, ...] = ("high", "critical")
TWO_PEOPLE: tuple[RiskLevel, ...] = ("critical",)
DECIDERS = PERMISSIONS["actions.review"][1]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a risk asks for. `roles`: of each tuple one role must be among those of the people who accept."""

    risk: RiskLevel
    approvers: int
    roles: tuple[tuple[str, ...], ...]
    hours: int
    valid_days: int
    bulk: bool
    auto: bool
    escalate_to: tuple[str, ...]
    claim_minutes: int

    @property
    def words(self) -> str:
        """For a screen: "2 people, one of them a risk reviewer"."""
        people = "1 person" if self.approvers == 1 else f"{self.approvers} people"
        among = [" or ".join(choice) for choice in self.roles]
        return people + "".join(f", one of them a {role}" for role in among)

    def lacking(self, accepted_by: list[frozenset[str]]) -> tuple[str, ...]:
        """Which of the roles are not yet among those of the people who accepted, each as words."""
        return tuple(
            " or ".join(choice) for choice in self.roles if not any(roles & set(choice) for roles in accepted_by)
        )

    def as_json(self) -> str:
        return _as_json(self)


_READ: dict[str, Any] = {}


@cache
def _as_json(rule: Rule) -> str:
    return json.dumps(asdict(rule), sort_keys=True)


FIELDS: dict[str, type] = {
    "approvers": int, "roles": list, "hours": int, "valid_days": int, "bulk": bool, "auto": bool, "escalate_to": list,
    "claim_minutes": int,
}  # fmt: skip


def rules() -> dict[RiskLevel, Rule]:
    """The row of each risk. BadInput names every row of the file that does not hold."""
    table = lexicon("approvals")
    if _READ.get("table") is not table:  # read and checked once, as the file itself is
        if wrong := list(faults(table)):
            raise BadInput("data/lexicon/approvals.toml cannot be used; mend " + "; ".join(wrong) + ".")
        _READ.update(table=table, rules={level: _rule(level, table["risk"][level]) for level in LEVELS})
    found: dict[RiskLevel, Rule] = _READ["rules"]
    return found


def rule(level: RiskLevel) -> Rule:
    return rules()[level]


def document_hours() -> int:
    rules()
    return int(lexicon("approvals")["documents"]["hours"])


def most_actions() -> int:
    rules()
    return int(lexicon("approvals")["request"]["most_actions"])


def faults(table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the file, row by row: "risk.critical: approvers must be 2 or more". Empty is good."""
    risks = table.get("risk", {})
    yield from (f"risk.{name}: there is no such risk" for name in risks if name not in LEVELS)
    for level in LEVELS:
        row = risks.get(level)
        if row is None:
            yield f"risk.{level}: the row is missing"
        else:
            yield from (f"risk.{level}: {fault}" for fault in _faults(level, row))
    for section, name in (("documents", "hours"), ("request", "most_actions")):
        if not _number(table.get(section, {}).get(name)):
            yield f"{section}: {name} must be a number of 1 or more"


def _faults(level: RiskLevel, row: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} is not known" for name in row if name not in FIELDS)
    if missing := [name for name in FIELDS if name not in row]:
        yield f"{', '.join(missing)} is missing"
        return
    for name, kind in FIELDS.items():
        if kind is int and not _number(row[name]):
            yield f"{name} must be a number of 1 or more"
        elif kind is not int and not isinstance(row[name], kind):
            yield f"{name} must be {'true or false' if kind is bool else 'a list'}"
    yield from _role_faults(row)
    if level in TWO_PEOPLE and _number(row["approvers"]) and row["approvers"] < 2:
        yield "approvers must be 2 or more"
    for name in ("auto", "bulk"):
        if level in GUARDED and row[name] is True:
            yield f"{name} must be false"


def _role_faults(row: Mapping[str, Any]) -> Iterator[str]:
    named = row["roles"] if isinstance(row["roles"], list) else []
    if not all(isinstance(choice, list) and choice for choice in named):
        yield 'roles must be lists of roles, as [["risk reviewer"]]'
        return
    given = [role for choice in named for role in choice]
    given += row["escalate_to"] if isinstance(row["escalate_to"], list) else []
    for role in dict.fromkeys(map(str, given)):
        if role not in ROLES:
            yield f"{role!r} is no role"
        elif role not in DECIDERS:
            yield f"{role!r} may not decide on actions"
    if isinstance(row["escalate_to"], list) and not row["escalate_to"]:
        yield "escalate_to must name a role"


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _rule(level: RiskLevel, row: Mapping[str, Any]) -> Rule:
    lists = {"roles": tuple(tuple(choice) for choice in row["roles"]), "escalate_to": tuple(row["escalate_to"])}
    return Rule(**{**row, "risk": level, **lists})
