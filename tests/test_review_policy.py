"""The policy is a file that an owner may edit, and cannot be edited into letting high risk pass without people."""

import tomllib
from copy import deepcopy

import pytest

from core.errors import BadInput
from core.review import policy
from core.settings import ROOT, lexicon, settings

SHIPPED = tomllib.loads((ROOT / "data" / "lexicon" / "approvals.toml").read_text("utf-8"))


def faults(risk: str | None = None, **changed):
    table = deepcopy(SHIPPED)
    (table["risk"][risk] if risk else table).update(changed)
    return list(policy.faults(table))


def test_the_shipped_policy_holds():
    assert faults() == []
    assert policy.rule("critical").words == "2 people, one of them a risk reviewer"
    assert policy.rule("high").words == "1 person"


@pytest.mark.parametrize(
    ("risk", "changed", "told"),
    [
        ("critical", {"approvers": 1}, "risk.critical: approvers must be 2 or more"),
        ("critical", {"auto": True}, "risk.critical: auto must be false"),
        ("high", {"auto": True}, "risk.high: auto must be false"),
        ("high", {"bulk": True}, "risk.high: bulk must be false"),
        ("low", {"approvers": 0}, "risk.low: approvers must be a number of 1 or more"),
        ("low", {"hours": "soon"}, "risk.low: hours must be a number of 1 or more"),
        ("medium", {"roles": [["chief"]]}, "risk.medium: 'chief' is no role"),
        ("medium", {"roles": ["reviewer"]}, 'risk.medium: roles must be lists of roles, as [["risk reviewer"]]'),
        ("high", {"escalate_to": ["analyst"]}, "risk.high: 'analyst' may not decide on actions"),
        ("high", {"escalate_to": []}, "risk.high: escalate_to must name a role"),
        ("low", {"quorum": 3}, "risk.low: quorum is not known"),
        (None, {"documents": {"hours": 0}}, "documents: hours must be a number of 1 or more"),
    ],
)
def test_a_row_that_does_not_hold_is_named(risk, changed, told):
    assert told in faults(risk, **changed)


def test_all_bad_rows_are_named_at_once_and_a_missing_one_too():
    table = deepcopy(SHIPPED)
    del table["risk"]["low"]
    table["risk"]["high"]["auto"] = True
    table["risk"]["extreme"] = {}
    assert list(policy.faults(table)) == [
        "risk.extreme: there is no such risk",
        "risk.low: the row is missing",
        "risk.high: auto must be false",
    ]


def test_a_bad_file_is_refused_in_a_sentence(tmp_path, monkeypatch):
    broken = (ROOT / "data" / "lexicon" / "approvals.toml").read_text("utf-8").replace("approvers = 2", "approvers = 1")
    (tmp_path / "approvals.toml").write_text(broken, "utf-8")
    monkeypatch.setenv("COPILOT_LEXICON_DIR", str(tmp_path))
    settings.cache_clear()
    lexicon.cache_clear()
    try:
        with pytest.raises(BadInput, match=r"mend risk\.critical: approvers must be 2 or more\."):
            policy.rules()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        lexicon.cache_clear()
    assert policy.rule("critical").approvers == 2


def test_the_roles_that_are_still_lacking_are_said():
    critical = policy.rule("critical")
    assert critical.lacking([frozenset({"reviewer"})]) == ("risk reviewer",)
    assert critical.lacking([frozenset({"reviewer"}), frozenset({"risk reviewer"})]) == ()
