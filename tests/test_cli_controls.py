"""Controls from the command line, from an empty library to a briefing."""

from pathlib import Path

import pytest

from tests.cli_parts import command_line
from tests.control_parts import CSV

HOUSE = (
    "# House rules\n\n## Article 1 Incidents\n\n"
    "1. Payment institutions shall notify the competent authority of each major incident within 24 hours.\n\n"
    "2. Payment institutions shall keep a record of each incident.\n"
)


@pytest.fixture
def copilot(tmp_path, monkeypatch):
    """The command line on a library with one document and our controls."""
    run = command_line(tmp_path / "var", monkeypatch)
    path = tmp_path / "house.md"
    path.write_text(HOUSE, "utf-8")
    assert run("import", path).code == 0
    assert run("controls", "import", "--ours").code == 0
    return run


def first(copilot) -> list[str]:
    """The surest suggestion: id, score, control, name, place, words, why."""
    return copilot("controls", "suggest").cells[0]


def test_our_library_is_imported_and_listed(copilot):
    [library] = copilot("controls", "libraries").cells
    assert library[1:4] == ["Controls of a payment institution", "1", "50"]
    assert len(copilot("controls", "list").cells) == 50
    assert "50 controls unchanged" in copilot("controls", "import", "--ours").err


def test_a_library_of_ones_own_is_imported_updated_and_removed(copilot, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(CSV, "utf-8")
    [[id, name]] = copilot("controls", "import", path).cells
    assert name == "small"
    path.write_text(CSV.replace("Training", "Teaching"), "utf-8")
    assert "1 control changed: C3." in copilot("controls", "import", path).err
    asked = copilot("controls", "remove", id[:6])
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert copilot("controls", "remove", id[:6], "--yes").code == 0
    assert len(copilot("controls", "libraries").cells) == 1


def test_a_bad_file_is_told_and_the_others_are_imported(copilot, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(CSV, "utf-8")
    bad.write_text("ref,name\n,One\n", "utf-8")
    done = copilot("controls", "import", bad, good)
    assert done.code == 2
    assert "Row 2 has no ref" in done.err
    assert [line[1] for line in done.cells] == ["good"]
    assert copilot("controls", "import").code == 2


def test_suggestions_are_confirmed_rejected_linked_and_undone(copilot):
    id, score, ref, *_ = first(copilot)
    assert ref == "INC-02"
    assert float(score) > 0.5
    assert "1 link made" in copilot("controls", "confirm", id, "--control", ref, "--note", "tested").err
    assert "Confirmed already" in copilot("controls", "confirm", id, "--control", ref).err
    assert copilot("controls", "reject", id, "--control", ref).code == 5
    assert [line[1:3] for line in copilot("controls", "links", id).cells] == [[ref, "full"]]
    assert "Confirmed a control" in copilot("undo").err
    assert copilot("controls", "reject", id, "--control", ref).code == 0
    assert first(copilot)[:3] != [id, score, ref]
    assert copilot("controls", "unlink", id, ref).code == 0
    assert copilot("controls", "link", id, "REC-01", "--part").code == 0
    assert [line[1] for line in copilot("controls", "gaps", "--coverage", "part").cells] == ["part"]
    assert copilot("controls", "link", id, "NO-99").code == 3


def test_many_are_confirmed_only_when_somebody_says_so(copilot):
    shown = copilot("controls", "confirm-above", "0.5")
    assert (shown.code, len(shown.cells)) == (2, 2)
    assert copilot("controls", "links").cells == []
    assert "2 links made" in copilot("controls", "confirm-above", "0.5", "--yes").err
    assert len(copilot("controls", "links").cells) == 2
    copilot("undo")
    assert copilot("controls", "links").cells == []


def test_gaps_plan_and_coverage_are_listed_and_written(copilot, tmp_path):
    gaps = copilot("controls", "gaps", "--risk", "critical", "high", "medium", "low").cells
    assert [line[1] for line in gaps] == ["gap", "gap"]
    assert [line[1:] for line in copilot("controls", "coverage").cells] == [["2", "0", "0", "0%"]]
    plan = copilot("controls", "plan").cells
    assert copilot("controls", "set-step", plan[0][0][:8], "--owner", "Head of Payments").code == 0
    assert copilot("controls", "plan").cells[0][3] == "Head of Payments"
    for name in ("csv", "xlsx", "md"):
        for what in ("gaps", "plan"):
            out = tmp_path / f"{what}.{name}"
            assert copilot("controls", what, "--format", name, "--out", out).code == 0
            assert out.stat().st_size > 100


def test_the_briefing_is_three_paragraphs(copilot, tmp_path):
    out = tmp_path / "briefing.md"
    assert copilot("controls", "briefing", "--out", out).code == 0
    assert len(Path(out).read_text("utf-8").strip().split("\n\n")) == 4
    assert copilot("controls", "briefing", "--topic", "Sanctions").code == 3
