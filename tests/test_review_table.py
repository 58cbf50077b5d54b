"""The whole table of steps, walked at random by several people: what must hold after every one of them."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import register, review
from core.audit.verifying import verify
from core.errors import CopilotError
from core.review import policy, table
from core.store import connect, rows, write
from tests.review_parts import ADA, ANN, BEN, CAM, DOCUMENT, ENG, MAX, RIA, SAM, shelved

PEOPLE = st.sampled_from([ADA, ANN, BEN, CAM, RIA, MAX, SAM, ENG])
ACTIONS = st.sampled_from(["low", "medium", "high", "second", "critical"])
REASONS = st.sampled_from(["", "It is so."])
LATE = "2999-01-01T00:00:00.000Z"
# What a state may follow, by the table and by asking again after a change.
FOLLOWS = {
    "draft": {None},
    **{
        state: {before for step in table.STEPS.values() if step.after == state for before in step.before}
        for state in {step.after for step in table.STEPS.values()}
    },
}


class Queue(RuleBasedStateMachine):
    """Every rule may be refused; nothing that is refused may leave a trace but in the log."""

    @initialize()
    def open(self):
        self.folder = tempfile.mkdtemp()
        self.db = connect(Path(self.folder) / "copilot.db")
        shelved(self.db)
        self.digests: list[tuple[str, str]] = []  # (item, digest) that somebody was shown
        self.sent: dict[str, tuple] = {}  # token -> (arguments, the result's state)

    def teardown(self):
        if hasattr(self, "db"):
            report = verify(self.db, whole=True)
            assert report.ok, report.problems
            self.db.close()
            shutil.rmtree(self.folder)

    def attempt(self, do, *arguments, **named):
        try:
            return do(self.db, *arguments, **named)
        except CopilotError:
            return None

    def items(self):
        return rows(self.db, "select * from item order by number")

    def an_item(self, data):
        return data.draw(st.sampled_from([row["id"] for row in self.items()]))

    @rule(by=PEOPLE, names=st.lists(ACTIONS, min_size=1, max_size=2), grouped=st.booleans())
    def submit(self, by, names, grouped):
        self.attempt(review.submit, by, DOCUMENT, names, grouped=grouped)

    @rule(by=PEOPLE, name=ACTIONS)
    def prepare(self, by, name):
        self.attempt(review.prepare, by, DOCUMENT, [name])

    @precondition(lambda self: self.items())
    @rule(by=PEOPLE, data=st.data())
    def look(self, by, data):
        told = self.attempt(review.evidence, by, self.an_item(data))
        if told:
            self.digests.append((told.item.id, told.digest))

    @precondition(lambda self: self.digests)
    @rule(by=PEOPLE, verdict=st.sampled_from(review.VERDICTS), reason=REASONS, latest=st.booleans(), data=st.data())
    def decide(self, by, verdict, reason, latest, data):
        item, shown = self.digests[-1] if latest else data.draw(st.sampled_from(self.digests))
        token = f"{len(self.sent)}"
        done = self.attempt(review.decide, by, item, verdict, shown=shown, token=token, reason=reason)
        if done:
            assert not done.replayed
            self.sent[token] = ((by, item, verdict, shown, reason), done.state)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), other=st.booleans())
    def replay(self, data, other):
        token = data.draw(st.sampled_from(sorted(self.sent)))
        (by, item, verdict, shown, reason), state = self.sent[token]
        before = rows(self.db, "select count(*) as n from decision")[0]["n"]
        if other:
            changed = "reject" if verdict != "reject" else "accept"
            assert self.attempt(review.decide, by, item, changed, shown=shown, token=token, reason="x") is None
        else:
            done = review.decide(self.db, by, item, verdict, shown=shown, token=token, reason=reason)
            assert (done.replayed, done.state) == (True, state)
        assert rows(self.db, "select count(*) as n from decision")[0]["n"] == before

    @precondition(lambda self: self.items())
    @rule(by=PEOPLE, data=st.data(), words=st.sampled_from(["Do it so", "Do it thus"]))
    def amend(self, by, data, words):
        id = self.an_item(data)
        first = review.item(self.db, ADA, id).actions[0].id
        self.attempt(review.amend, by, id, {first: {"title": words}})

    @precondition(lambda self: self.items())
    @rule(by=PEOPLE, data=st.data(), what=st.sampled_from([review.ask, review.claim, review.release, review.drop]))
    def handle(self, by, data, what):
        self.attempt(what, by, self.an_item(data))

    @precondition(lambda self: self.items())
    @rule(by=PEOPLE, data=st.data())
    def revoke(self, by, data):
        self.attempt(review.revoke, by, self.an_item(data), "Not any more.")

    @precondition(lambda self: self.items())
    @rule(by=PEOPLE, data=st.data(), step=st.sampled_from(["begin", "succeed", "fail", "compensate"]))
    def carry_out(self, by, data, step):
        id = self.an_item(data)

        def inside(db):
            with write(db):
                review.move(db, by, id, step)

        self.attempt(lambda db: inside(db))

    @rule(data=st.data())
    def time_passes(self, data):
        data.draw(st.sampled_from([review.escalate_overdue, review.expire_due]))(self.db, LATE)

    @rule(bearer=st.sampled_from(["The bank", "The fund", None]), risk=st.sampled_from(["low", "critical", None]))
    def somebody_corrects_the_register(self, bearer, risk):
        for field, value in (("bearer", bearer), ("risk", risk)):
            for row in register.rows(self.db, ADA):
                self.attempt(register.correct, ADA, row.id, field, value)

    # --- what must hold -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_accepted_without_the_people_that_its_policy_asks_for(self):
        if not hasattr(self, "db"):
            return
        for row in self.items():
            if row["state"] not in ("accepted", "executing", "executed", "failed", "compensated", "revoked"):
                continue
            made = rows(
                self.db,
                "select reviewer, roles from decision where item_id = ? and verdict = 'accept' and digest = ?",
                [row["id"], row["digest"]],
            )
            asked = policy.rule(row["risk"])
            people = {one["reviewer"] for one in made}
            assert len(people) >= asked.approvers
            assert asked.auto or "policy" not in people
            assert row["risk"] != "critical" or any("risk reviewer" in one["roles"] for one in made)

    @invariant()
    def nobody_decides_on_what_they_asked_for_or_wrote(self):
        if not hasattr(self, "db"):
            return
        own = (
            "select 1 from decision join item on item.id = item_id where reviewer in (requester, prepared_by)"
            " or exists (select 1 from item_version where item_version.item_id = item.id and made_by = reviewer"
            " and item_version.number <= decision.version)"
        )
        assert rows(self.db, own) == []

    @invariant()
    def every_state_came_by_a_step_of_the_table_and_is_in_the_log(self):
        if not hasattr(self, "db"):
            return
        logged: dict[str, str | None] = {}
        changes = rows(
            self.db,
            "select subject, details ->> 'before' as before, details ->> 'after' as after from audit"
            " where event like 'item.%' and details ->> 'after' is not null order by number",
        )
        for change in changes:
            assert logged.get(change["subject"]) == change["before"]
            assert change["before"] in FOLLOWS[change["after"]]
            logged[change["subject"]] = change["after"]
        assert logged == {f"item:{row['id']}": row["state"] for row in self.items()}

    @invariant()
    def an_action_is_in_one_open_request_at_most(self):
        if not hasattr(self, "db"):
            return
        found = rows(
            self.db,
            "select action_id, item.state from item_action join item on item.id = item_id where open = 1",
        )
        assert max(Counter(row["action_id"] for row in found).values(), default=0) <= 1
        assert not {row["state"] for row in found} & set(table.CLOSED)


Queue.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestQueue = Queue.TestCase


def test_every_state_is_reached_and_every_step_leads_somewhere():
    assert set(FOLLOWS) == set(table.State.__args__)
    reachable = {"draft"}
    for _ in table.STEPS:
        reachable |= {step.after for step in table.STEPS.values() if reachable & set(step.before)}
    assert reachable == set(table.State.__args__)


def test_what_people_decide_needs_the_right_to_review_and_a_reason_unless_it_accepts():
    for verdict in table.VERDICTS:
        step = table.STEPS[verdict]
        assert step.permission == "actions.review"
        assert step.reason == (verdict != "accept")


def test_a_step_that_is_refused_is_told_as_what_would_be_done():
    told = {}
    for name, step in table.STEPS.items():
        state = next(one for one in table.CLOSED if one not in step.before)
        with pytest.raises(table.TransitionError) as refused:
            table.require_step(name, state, 7)
        told[name] = str(refused.value).partition("cannot be ")[2].partition(";")[0]
    assert {told[name] for name in ("begin", "compensate", "submit")} == {"carried out", "undone", "asked for"}
    assert told["request_change"] == "sent back for change"
