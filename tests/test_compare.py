"""What changed between two versions is told as an analyst would tell it, and what did not change is not told."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import ingest, pipeline
from core.compare import Side, compare, summary
from core.settings import settings as of_the_program
from tests.compare_parts import LAW, altered, compared, labels, side, text, told
from tests.effort import at_most
from tests.shared import SHARED, needs_shared

SAMPLES = of_the_program().samples_dir


def read(path) -> Side:
    reading = ingest.read(path.read_bytes(), path.name)
    analysis = pipeline.analyze_reading(reading)
    return Side(analysis.document, reading.provisions, analysis.obligations)


# --- the sample regulation in two versions ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    return compare(*(read(SAMPLES / f"ict-incident-reporting{mark}.pdf") for mark in ("", "-v2")))


def test_the_changes_of_the_sample_are_those_that_its_list_gives(sample):
    # How many duties the engine finds in one sentence is not what this is about.
    changed = told(sample.changes)
    assert [one for at, one in enumerate(changed) if one not in changed[:at]] == [
        ("Article 6(1)(b)", ["Deadline tightened"]),
        ("Article 9(2)", ["Bearer widened"]),
        ("Article 11(2)", ["Deadline moved"]),
        ("Article 12(1)", ["Condition added"]),
        ("Article 14(1)", ["Reference follows the renumbering"]),
    ]


def test_what_the_sample_adds_removes_and_moves_is_told_apart(sample):
    assert {path for path, _ in told(sample.changes, of="removed")} == {"Article 8(1)", "Article 8(2)"}
    assert {path for path, _ in told(sample.changes, of="added")} == {"Article 10(1)", "Article 10(2)"}
    moved = [
        (one.old.draft.provision.path, one.new.draft.provision.path) for one in sample.changes if one.kind == "moved"
    ]
    assert set(moved) == {
        ("Article 9(1)", "Article 8(1)"),
        ("Article 9(2)", "Article 8(2)"),
        ("Article 9(3)", "Article 8(3)"),
        ("Article 10(1)", "Article 9(1)"),
        ("Article 10(2)", "Article 9(2)"),
        ("Article 10(3)", "Article 9(3)"),
    }


def test_the_articles_of_the_sample_are_followed_to_their_new_numbers(sample):
    assert [(one.kind, one.path, one.was) for one in sample.articles if one.kind != "unchanged"] == [
        ("changed", "Article 6", ""),
        ("removed", "Article 8", ""),
        ("moved", "Article 8", "Article 9"),
        ("changed", "Article 9", "Article 10"),
        ("added", "Article 10", ""),
        ("changed", "Article 11", ""),
        ("changed", "Article 12", ""),
        ("changed", "Article 14", ""),
    ]


def test_recitals_that_a_consolidated_text_leaves_out_are_one_sentence_and_no_removals(sample):
    assert sample.not_repeated["recital"] == 6
    assert "Only one of the two has recitals (6); they are not compared." in summary(sample)


# --- renumbering ------------------------------------------------------------------------------------------------


def test_an_article_put_in_between_makes_nothing_removed_and_added():
    new = (*LAW[:3], ("Humidity", ["A seed bank shall keep the air dry."]), *LAW[3:])
    found = compared(text(), text(new))
    assert told(found.changes, of="added") == [("Article 4", [])]
    assert found.counts["removed"] == 0
    assert found.article_counts["moved"] == 5


def test_a_reference_that_follows_the_renumbering_is_told_from_one_that_leads_elsewhere():
    new = text((*LAW[:3], ("Humidity", ["A seed bank shall keep the air dry."]), *LAW[3:]))
    followed = compared(text(), new.replace("purposes of Article 5", "purposes of Article 6"))
    assert labels(followed) == ["Reference follows the renumbering"]
    left = compared(text(), new)  # "Article 5" is the one on access now
    assert labels(left) == ["Reference leads to another place"]


def test_a_paragraph_put_in_between_moves_those_behind_it():
    heading, paragraphs = LAW[2]
    new = (*LAW[:2], (heading, [paragraphs[0], "It shall measure the temperature.", paragraphs[1]]), *LAW[3:])
    found = compared(text(), text(new))
    assert found.counts | {"unchanged": 0} == {"added": 1, "removed": 0, "changed": 0, "moved": 1, "unchanged": 0}


def test_articles_in_another_order_are_moved():
    found = compared(text(), text((LAW[0], LAW[3], LAW[1], LAW[2], *LAW[4:])))
    assert (found.counts["added"], found.counts["removed"], found.counts["changed"]) == (0, 0, 0)
    assert found.counts["moved"] == 6


def test_equal_sentences_of_two_articles_stay_where_they_are():
    boilerplate = "The authority shall publish its decision."
    law = (LAW[0], ("One", [boilerplate, "A bank shall wait."]), ("Two", [boilerplate, "A mill shall stop."]))
    found = compared(text(law), text((law[0], ("New", ["A ship shall sail."]), *law[1:])))
    pairs = {(one.old.draft.provision.path, one.new.draft.provision.path) for one in found.changes if one.old}
    assert {("Article 2(1)", "Article 3(1)"), ("Article 3(1)", "Article 4(1)")} <= pairs


# --- what changed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "label"),
    [
        ("within 72 hours", "within 24 hours", "Deadline tightened"),
        ("within 72 hours", "within five days", "Deadline relaxed"),
        ("at least every two years", "at least every year", "Deadline tightened"),
        ("to the authority within one month", "to the authority", "Deadline removed"),
        ("shall transfer its deposits", "shall, within 30 days, transfer its deposits", "Deadline added"),
        ("within one month", "within 30 days", "Deadline changed"),
        ("A seed bank may charge", "A seed bank shall charge", "Permission became obligation"),
        ("shall not refuse an inspector, unless it is night", "shall not refuse an inspector", "Exception removed"),
        ("hand over samples to the authority", "hand over seeds to the authority", "Action reworded"),
        ("Where the temperature rises, the", "The", "Condition removed"),
        ("Where the temperature rises", "Where the temperature falls", "Condition changed"),
        ("A seed bank shall update", "A seed bank and a gene bank shall update", "Bearer widened"),
        ("A seed bank shall update", "A public seed bank shall update", "Bearer narrowed"),
        ("A seed bank shall update", "The depositor shall update", "Bearer changed"),
    ],
)
def test_what_changed_has_the_name_that_an_analyst_gives_it(old, new, label):
    found = altered(old, new)
    assert (found.counts["added"], found.counts["removed"]) == (0, 0)
    assert label in labels(found)
    assert found.counts["changed"] == 1


def test_a_lead_in_that_changes_changes_the_items_under_it():
    law = (
        *LAW[:6],
        ("Closure", ["A seed bank shall within ten days:\n\n(a) tell its depositors;\n\n(b) lock its doors."]),
    )
    found = altered("within ten days", "within two days", law)
    assert told(found.changes) == [
        ("Article 7(a)", ["Deadline tightened"]),
        ("Article 7(b)", ["Deadline tightened"]),
    ]


def test_a_sanction_that_is_new_is_told_of_the_duty_that_it_threatens():
    fine = ("Fines", ["Member States shall lay down fines for infringements of Article 2(1)."])
    found = compared(text(LAW[:7]), text((*LAW[:7], fine)))
    assert ("Article 2(1)", True) in {
        (one.here.draft.provision.path, any(d.label.startswith("Sanction added") for d in one.differences))
        for one in found.changes
    }
    duty = next(one for one in found.changes if one.here.draft.provision.path == "Article 2(1)")
    assert duty.stays  # its words and its bearer are the same: what people said of it holds


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within 72 hours.", "within 72\nhours."),
        ("A seed bank shall keep", "A seed  bank shall keep"),
        ("store deposits below", "store de\u00adposits below"),
        ("unless it is night.", "unless it is night;"),
    ],
)
def test_another_printing_of_the_same_words_is_no_change(old, new):
    assert altered(old, new).nothing


def test_an_item_before_a_new_last_one_ends_otherwise_and_is_not_changed():
    law = (*LAW[:6], ("Closure", ["A seed bank shall:\n\n(a) tell its depositors; and\n\n(b) lock its doors."]))
    found = altered("(a) tell its depositors; and\n\n(b) lock its doors.",
                    "(a) tell its depositors;\n\n(b) lock its doors; and\n\n(c) sell its shelves.", law)  # fmt: skip
    assert (found.counts["changed"], found.counts["added"], found.counts["removed"]) == (0, 1, 0)


def test_when_nothing_changed_one_sentence_says_so():
    found = compared(text(), text())
    assert found.nothing
    assert [sentence.partition(":")[0] for sentence in summary(found)] == ["Nothing changed"]


def test_the_summary_counts_and_quotes_nothing():
    found = altered("within 72 hours", "within 24 hours")
    assert "1 obligation changed: 1 × deadline tightened." in summary(found)
    assert "temperature" not in " ".join(summary(found))


# --- whatever the law -------------------------------------------------------------------------------------------

PARAGRAPHS = st.sampled_from([body for _, bodies in LAW for body in bodies])
LAWS = st.lists(st.lists(PARAGRAPHS, min_size=1, max_size=3), min_size=2, max_size=5).map(
    lambda laws: text([("Rules", bodies) for bodies in laws])
)
SLOW = settings(max_examples=25)


@SLOW
@given(LAWS)
def test_a_law_compared_with_itself_is_unchanged(law):
    found = compared(law, law)
    assert found.nothing
    assert all(one.kind == "unchanged" and one.stays for one in found.changes)


@SLOW
@given(LAWS, LAWS)
def test_the_other_way_round_what_was_added_is_removed(one, other):
    there, back = compared(one, other), compared(other, one)
    assert (there.counts["added"], there.counts["removed"]) == (back.counts["removed"], back.counts["added"])
    assert there.counts["changed"] == back.counts["changed"]
    assert {(c.old and c.old.id, c.new and c.new.id) for c in there.changes} == {
        (c.new and c.new.id, c.old and c.old.id) for c in back.changes
    }


@SLOW
@given(LAWS, LAWS)
def test_each_obligation_of_both_sides_is_told_of_once(one, other):
    old, new = side(one, "old"), side(other, "new")
    found = compare(old, new)
    assert sorted(c.old.id for c in found.changes if c.old) == sorted(o.id for o in old.obligations)
    assert [c.new.id for c in found.changes if c.new] == [o.id for o in new.obligations]


def test_two_laws_of_a_thousand_obligations_take_seconds_and_not_minutes():
    def long(changed: str) -> str:
        return text([(f"Rule {n}", [f"Keeper {n * k % 97} shall {changed} lamp {n} of shed {n * k} within {k} days."
                                    for k in range(1, 6)]) for n in range(1, 201)])  # fmt: skip

    old, new = side(long("light"), "old"), side(long("douse"), "new")
    assert len(old.obligations) == 1_000
    with at_most(60):
        found = compare(old, new)
    assert found.counts["changed"] == 1_000


# --- real law ---------------------------------------------------------------------------------------------------

LAW_FOLDER = SHARED / "regulations"
GDPR = "gdpr_32016R0679_original-oj_2016-04-27_EN"


@pytest.fixture(scope="module")
def gdpr():
    return read(LAW_FOLDER / f"{GDPR}.xhtml")


@needs_shared
@pytest.mark.parametrize("name", ["gdpr_regulation.pdf", f"{GDPR}.md"])
def test_the_gdpr_in_another_format_is_the_same_law(gdpr, name):
    found = compare(gdpr, read(LAW_FOLDER / name))
    changed = len(found.changes) - found.counts["unchanged"]
    assert changed <= 3
    assert len(found.articles) - found.article_counts["unchanged"] <= 1


@needs_shared
def test_the_consolidated_gdpr_differs_in_its_corrigenda_only(gdpr):
    consolidated = next(LAW_FOLDER.glob("gdpr_*_consolidated_*_EN.html"))
    found = compare(gdpr, read(consolidated))
    assert {one.path for one in found.articles if one.kind != "unchanged"} == {
        f"Article {number}" for number in (37, 41, 42, 43, 57, 64, 65, 69, 70)
    }
    assert (found.counts["added"], found.counts["removed"], found.counts["moved"]) == (0, 1, 0)
    assert told(found.changes, of="removed") == [("Article 43(6)", [])]
    assert 10 <= found.counts["changed"] <= 14


def test_a_comparison_is_read_back_from_its_json(sample):
    from core.export.compared import write_comparison

    whole = json.loads(write_comparison("json", sample).data)
    assert whole["schema"] == "comparison/1"
    assert whole["counts"] == dict(sample.counts)
    [tightened] = [one for one in whole["changes"] if any(d["way"] == "tightened" for d in one["differences"])]
    assert [words for mark, words in tightened["redline"] if mark != "same"] == ["72 ", "48 "]
