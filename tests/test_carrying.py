"""What people said of an obligation goes with it into the next version where its words are the same, and only once."""

from dataclasses import replace

import pytest

from core import compare, jobs, library, register, store
from core.errors import BadInput, NotAllowed, NotFound
from core.identity import local_user
from core.importing import import_document
from core.types import User
from tests.compare_parts import LAW, text
from tests.page_parts import folder

ADA = local_user()
EVE = User(id="eve", name="Eve", tenant="elsewhere", roles=("analyst",))
# Version 2: a new article, so that all behind it move, and one deadline that is tighter.
NEXT = (LAW[0], ("Humidity", ["A seed bank shall keep the air dry."]), *LAW[1:])
GERMAN = """# Verordnung (XU) 2027/5 über Samenbanken

## Artikel 1

Eine Samenbank führt ein Verzeichnis der Samen, die ihr übergeben werden, und der Personen, die sie übergeben haben.

## Artikel 2

Die Samenbank unterrichtet die zuständige Behörde unverzüglich über jeden Verlust und die Gründe, die dazu führten.
"""
REGISTER, INFORM = "A seed bank shall keep a register of its deposits.", "inform the authority within"


@pytest.fixture
def db(tmp_path, monkeypatch):
    with folder(tmp_path / "var", monkeypatch) as path:
        opened = store.connect(path / "copilot.db")
        yield opened
        opened.close()


def bring(db, markdown: str, name: str, user=ADA, **label) -> str:
    """Import it as the worker does; the document's id."""
    library.receive(db, user, markdown.encode(), name, **label)
    claim = jobs.claim_next(db, lease_seconds=60)
    import_document(db, claim.user, claim)
    return newest(db, user)


def newest(db, user) -> str:
    return max(library.documents(db, user), key=lambda one: one.version_number).id


def first(db) -> str:
    return bring(db, text(), "seeds-v1.md")


def second(db, **label) -> str:
    return bring(db, text(NEXT).replace("within 72 hours", "within 24 hours"), "seeds-v2.md", **label)


def row(db, document_id: str, words: str) -> register.Row:
    [found] = [one for one in register.rows(db, ADA, register.Filter(document=document_id)) if words in one.quote]
    return found


def worked_on(db, document_id: str) -> str:
    """Everything that people can say of one obligation; its id."""
    id = row(db, document_id, REGISTER).id
    register.set_status(db, ADA, id, "met", "seen by the auditor")
    register.assign(db, ADA, id, "Head of Seeds")
    register.set_next_review(db, ADA, id, "2028-01-31")
    register.comment(db, ADA, id, "Kept on paper, too")
    register.add_evidence(db, ADA, id, "file", "register.txt", b"one, two, three")
    register.correct(db, ADA, id, "object", "the register of deposits")
    return id


# --- at import --------------------------------------------------------------------------------------------------


def test_an_import_carries_over_everything_that_was_said_of_what_did_not_change(db):
    before = register.record(db, ADA, worked_on(db, first(db)))
    after = register.record(db, ADA, row(db, second(db), REGISTER).id)
    assert after.row.path == "Article 3(1)"  # it was Article 2(1)
    for field in ("status", "reason", "owner", "next_review", "comments", "evidence", "corrections", "accepted"):
        assert getattr(after.row, field) == getattr(before.row, field), field
    assert after.obligation.draft.object == "the register of deposits"
    [evidence] = after.evidence
    assert register.evidence_bytes(db, ADA, after.row.id, evidence.id) == b"one, two, three"


def test_what_was_carried_over_tells_who_said_it_first_and_when(db):
    old = first(db)
    before = register.record(db, ADA, worked_on(db, old))
    after = register.record(db, ADA, row(db, second(db), REGISTER).id)
    assert [(one.text, one.at, one.by) for one in after.comments] == [(c.text, c.at, c.by) for c in before.comments]
    said = {one.field: one for one in before.history}
    assert {one.field: (one.said_at, one.said_by, one.source) for one in after.history} == {
        field: (one.at, one.by, old) for field, one in said.items()
    }
    assert {one.kind for one in after.history} == {"carry"}


def test_one_undo_takes_all_of_it_back_and_it_can_be_carried_again(db):
    old = first(db)
    worked_on(db, old)
    new = second(db)
    assert register.undo(db, ADA).kind == "carry"
    assert (row(db, new, REGISTER).status, row(db, new, REGISTER).comments) == ("new", 0)
    assert compare.carry_unchanged(db, ADA, old, new) == 1
    assert row(db, new, REGISTER).owner == "Head of Seeds"


def test_carrying_a_second_time_changes_nothing_and_overwrites_nobody(db):
    old = first(db)
    id = worked_on(db, old)
    new = second(db)
    register.assign(db, ADA, row(db, new, REGISTER).id, "Somebody else")
    register.assign(db, ADA, id, "A third one")
    events = register.history(db, ADA, row(db, new, REGISTER).id)
    assert compare.carry_unchanged(db, ADA, old, new) == 0
    assert row(db, new, REGISTER).owner == "Somebody else"
    assert register.history(db, ADA, row(db, new, REGISTER).id) == events


def test_a_third_version_still_tells_who_said_it_first(db):
    old = first(db)
    before = register.record(db, ADA, worked_on(db, old))
    second(db)
    third = bring(db, text(NEXT).replace("keep the air dry", "keep the air cool"), "seeds-v3.md")
    [comment] = register.record(db, ADA, row(db, third, REGISTER).id).comments
    assert comment == before.comments[0]


def test_findings_of_the_new_version_stay_as_the_engine_made_them(db):
    worked_on(db, first(db))
    new = second(db)
    assert register.check(db, ADA) == []
    found = {one.id: one for one in register.analysis(db, ADA, new).obligations}
    assert found[row(db, new, REGISTER).obligation_id].draft.object != "the register of deposits"


def test_an_index_built_again_shows_what_was_carried_over(db):
    worked_on(db, first(db))
    new = second(db)
    before = row(db, new, REGISTER)
    register.reindex(db)
    assert row(db, new, REGISTER) == before


def test_a_correction_of_a_condition_is_found_again_in_the_new_text(db):
    id = row(db, first(db), INFORM).id
    register.correct(db, ADA, id, "conditions", "the temperature rises")
    new = bring(db, text(NEXT), "seeds-v2.md")
    carried = register.record(db, ADA, row(db, new, INFORM).id).obligation.draft.conditions
    document = library.document(db, ADA, new).text
    assert [document[one.start : one.end] for one in carried] == ["the temperature rises"]
    assert register.check(db, ADA) == []


# --- what changed -----------------------------------------------------------------------------------------------


def test_what_was_said_of_a_changed_obligation_is_offered_and_not_carried_over(db):
    old = first(db)
    id = row(db, old, INFORM).id
    register.assign(db, ADA, id, "Night watch")
    register.set_status(db, ADA, id, "met")
    new = second(db)
    assert (row(db, new, INFORM).owner, row(db, new, INFORM).status) == ("", "new")
    [offer] = register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).altered)
    assert (offer.old, offer.new, offer.owner, offer.status) == (id, row(db, new, INFORM).id, "Night watch", "met")


def test_an_offer_of_nothing_but_a_date_says_so(db):
    old = first(db)
    register.set_next_review(db, ADA, row(db, old, INFORM).id, "2027-05-01")
    new = second(db)
    [offer] = register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).altered)
    assert (offer.dates, offer.owner, offer.comments) == (1, "", 0)


def test_taking_it_over_leaves_behind_what_corrects_another_reading(db):
    old = first(db)
    id = row(db, old, INFORM).id
    register.assign(db, ADA, id, "Night watch")
    register.accept(db, ADA, id)
    register.correct(db, ADA, id, "deadline", "PT71H")
    register.correct(db, ADA, id, "via", "the Member States")
    new = second(db)
    target = row(db, new, INFORM).id
    register.take_over(db, ADA, id, target)
    shown = register.row(db, ADA, target)
    assert (shown.owner, shown.via, shown.iso8601) == ("Night watch", "the Member States", "PT24H")
    assert register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).altered) == []
    assert register.undo(db, ADA).ids == (target,)
    assert register.row(db, ADA, target).owner == ""


def test_there_must_be_something_to_take_over(db):
    old = first(db)
    new = second(db)
    with pytest.raises(BadInput, match="Nothing was said"):
        register.take_over(db, ADA, row(db, old, INFORM).id, row(db, new, INFORM).id)


# --- who may see it ---------------------------------------------------------------------------------------------


def test_nothing_goes_where_more_people_could_read_it(db):
    old = bring(db, text(), "seeds-v1.md", card={"sensitivity": "Confidential"})
    worked_on(db, old)
    new = second(db, card={"sensitivity": "Internal"})
    assert row(db, new, REGISTER).status == "new"
    # Nor when somebody who may read both asks for it: a click would show comments and evidence to the others.
    with pytest.raises(NotAllowed, match="More people may read"):
        compare.carry_unchanged(db, ADA, old, new)
    with pytest.raises(NotAllowed):
        register.take_over(db, ADA, row(db, old, REGISTER).id, row(db, new, REGISTER).id)
    assert register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).staying) == []
    assert {one.status for one in register.rows(db, ADA, register.Filter(document=new))} == {"new"}


def test_a_translation_that_came_in_between_does_not_keep_what_was_said_from_the_next_version(db):
    worked_on(db, first(db))
    bring(db, GERMAN, "seeds-de.md")
    new = bring(db, text(NEXT), "seeds-v2.md")
    assert row(db, new, REGISTER).status == "met"


def test_what_was_split_in_the_new_version_is_offered_to_nobody(db):
    old, new = first(db), second(db)
    worked_on(db, old)
    target = row(db, new, REGISTER)
    register.split(db, ADA, target.id, target.position + len("A seed bank shall keep"))
    assert compare.carry_unchanged(db, ADA, old, new) == 0
    assert register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).staying) == []


def test_a_document_that_may_not_be_seen_sounds_like_one_that_does_not_exist(db):
    old, new = first(db), second(db)
    for call in (compare.compare_stored, compare.carry_unchanged):
        with pytest.raises(NotFound) as unseen:
            call(db, EVE, old, new)
        with pytest.raises(NotFound) as absent:
            call(db, EVE, "nothing", new)
        assert str(unseen.value) == str(absent.value)
    with pytest.raises(NotFound):
        register.offers(db, EVE, old, new, {})


def test_a_stranger_s_version_gets_nothing(db):
    worked_on(db, first(db))
    theirs = bring(db, text(NEXT), "seeds-v2.md", EVE)
    assert {one.status for one in register.rows(db, EVE, register.Filter(document=theirs))} == {"new"}


def test_whoever_may_only_add_documents_leaves_what_was_said_to_those_who_work_the_register(db):
    old = first(db)
    worked_on(db, old)
    new = bring(db, text(NEXT), "seeds-v2.md", replace(ADA, mode="account", roles=("facilitator",)))
    assert row(db, new, REGISTER).status == "new"
    assert register.offers(db, ADA, old, new, compare.compare_stored(db, ADA, old, new).staying)


def test_an_import_is_logged_as_one_entry_and_what_it_carries_over_as_another(db):
    worked_on(db, first(db))
    [before] = store.rows(db, "select max(number) as number from audit")
    new = second(db)
    told = store.rows(db, "select event, document_id from audit where number > ? order by number", [before["number"]])
    assert [entry["event"] for entry in told] == ["job.asked", "document.added", "register.changed"]
    assert {entry["document_id"] for entry in told} == {new}


def test_deleting_the_old_version_leaves_what_was_carried_over(db):
    old = first(db)
    worked_on(db, old)
    new = second(db)
    library.delete(db, ADA, old)
    after = register.record(db, ADA, row(db, new, REGISTER).id)
    assert (after.row.owner, [one.text for one in after.comments]) == ("Head of Seeds", ["Kept on paper, too"])
    assert register.evidence_bytes(db, ADA, after.row.id, after.evidence[0].id) == b"one, two, three"


# --- crashes ----------------------------------------------------------------------------------------------------


def test_an_import_that_breaks_while_it_saves_leaves_neither_the_document_nor_half_of_what_was_said(db, monkeypatch):
    worked_on(db, first(db))
    library.receive(db, ADA, text(NEXT).encode(), "seeds-v2.md")
    claim = jobs.claim_next(db, lease_seconds=60)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "finish", lambda *_: 1 / 0)  # the last step of the write
        with pytest.raises(ZeroDivisionError):
            import_document(db, claim.user, claim)
    assert len(library.documents(db, ADA)) == 1
    import_document(db, claim.user, claim)
    assert row(db, newest(db, ADA), REGISTER).owner == "Head of Seeds"
