"""Two readings side by side: what both found, what only one did, and where they differ."""

import time
from dataclasses import replace

from core.extract import prompted
from core.extract.agreement import agreement, rows
from core.extract.engine import extract
from core.extract.ground import ground
from core.types import Deadline, Draft, Passage, Span
from tests.prompted_parts import FEE, LEAVE, REPORT, VISIT, answer, harbour, norm


def built_in():
    law, _, _ = harbour()
    drafts = [draft for draft in extract(law.provisions) if isinstance(draft, Draft)]
    return ground(drafts, law.document, law.provisions).obligations


def by_model(*norms):
    law, (window,), around = harbour()
    told = prompted.read(window, answer(*norms), law.document, around)
    return prompted.grounded(window, told.drafts, around, "m").obligations


def quotes(norms):
    return [one.draft.quote.text for one in norms]


REPORTS = norm(
    "Article 2(1)",
    REPORT,
    bearer="The master of a ship",
    action="report a collision",
    deadline="within 24 hours of becoming aware of it",
)
LEAVES = norm(
    "Article 2(2)",
    LEAVE,
    "prohibition",
    bearer="A master",
    action="leave the berth",
    deadline="before the fees are paid",
)


def test_a_reading_agrees_with_itself_in_everything():
    ours = built_in()
    found = agreement(ours, ours)
    assert len(found.both) == len(ours) > 6
    assert (found.only_builtin, found.only_model, found.differing) == ((), (), ())


def test_norms_that_both_readings_have_are_paired_and_the_others_told_apart():
    found = agreement(built_in(), by_model(REPORTS))
    assert [quotes(pair.builtin) for pair in found.both] == [[REPORT]]
    assert LEAVE in quotes(found.only_builtin)
    assert REPORT not in quotes(found.only_builtin)
    assert found.counts["only built-in"] == len(built_in()) - 1


def test_what_only_the_model_sees_is_told():
    ours = [one for one in built_in() if one.draft.quote.text != VISIT]
    found = agreement(ours, by_model(norm("Article 3(1)", VISIT, "permission")))
    assert quotes(found.only_model) == [VISIT]


def test_each_field_in_which_the_two_differ_is_named_with_what_each_says():
    theirs = by_model(
        {**REPORTS, "modality": "right", "bearer": "a pilot", "deadline": "", "action": "tell the office"}
    )
    found = agreement(built_in(), theirs)
    assert found.differing[0].fields == ("modality", "bearer", "deadline", "action")
    row = next(row for row in rows(found) if row.told == "differing")
    assert row.builtin[:2] == ("obligation", "master")
    assert row.model == ("right", "a pilot", "none", "tell the office")
    assert found.counts["differing in bearer"] == 1


def test_singular_and_plural_and_a_longer_name_are_the_same_bearer():
    for name in ("masters", "The Master", "the master of a fishing boat"):
        found = agreement(built_in(), by_model({**LEAVES, "bearer": name}))
        assert "bearer" not in found.both[0].fields


def test_the_same_time_in_other_words_is_no_difference():
    ours = [one for one in built_in() if one.draft.quote.text == REPORT]
    day = Deadline(Passage("in 24 hours", ours[0].span.start), "period", "PT24H")
    assert agreement(ours, [replace(ours[0], deadline=day)]).differing == ()


def test_a_list_taken_as_one_is_paired_with_all_of_its_items():
    ours = [one for one in built_in() if one.lead_in]
    assert len(ours) == 2
    start, end = ours[0].lead_in.start, ours[-1].span.end
    whole = replace(ours[0], span=Span("d", start, end), lead_in=None)
    for found, side in ((agreement(ours, [whole]), "builtin"), (agreement([whole], ours), "model")):
        (pair,) = found.both
        assert len(getattr(pair, side)) == 2
        assert (found.only_builtin, found.only_model) == ((), ())


def test_a_lead_in_quoted_alone_stands_for_its_items():
    ours = [one for one in built_in() if one.lead_in]
    lead = replace(ours[0], span=ours[0].lead_in, lead_in=None)
    (pair,) = agreement(ours, [lead]).both
    assert len(pair.builtin) == 2


def test_two_norms_of_one_sentence_are_not_taken_for_one():
    one = next(one for one in built_in() if one.draft.quote.text == FEE)
    second = replace(one, id="second", draft=replace(one.draft, action="be fed", modality="obligation"))
    found = agreement([one, second], [one])
    assert (len(found.both), [left.id for left in found.only_builtin]) == (1, ["second"])


def test_rows_come_in_the_order_of_the_text_and_name_every_norm_once():
    ours, theirs = built_in(), by_model(LEAVES, REPORTS)
    lines = rows(agreement(ours, theirs))
    assert [key for line in lines for key in line.builtin_ids] == [one.id for one in ours]
    assert sum(len(line.model_ids) for line in lines) == len(theirs)


def test_thousands_of_norms_are_compared_at_once():
    one = built_in()[0]
    many = [replace(one, id=str(n), span=Span("d", 50 * n, 50 * n + 60)) for n in range(5_000)]
    started = time.process_time()
    found = agreement(many, many[::2])
    assert time.process_time() - started < 5
    assert len(found.both) >= 2_500
