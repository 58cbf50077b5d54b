"""Turns of phrase of EU, UK, US and contract drafting, each with the sentence that made its rule necessary."""

import pytest

from core.extract.deadlines import deadlines
from tests.engine_parts import norm, norms, statements


@pytest.mark.parametrize(
    ("text", "modality", "bearer", "kind", "action"),
    [
        ("It is unlawful for any operator to sell data.", "prohibition", "operator", "regulated", "sell data"),
        ("It is an offence for a person to give false data.", "prohibition", "person", "person", "give false data"),
        ("It shall be for the controller to show it.", "obligation", "controller", "regulated", "show it"),
        ("The burden shall be on the bank to prove it.", "obligation", "bank", "regulated", "prove it"),
        ("The agent is under a duty to report it.", "obligation", "agent", "regulated", "report it"),
        ("Accounts need to be reviewed by the bank.", "obligation", "bank", "regulated", "review accounts"),
        ("The clients shall have 30 days to object.", "right", "clients", "person", "object"),
        ("The costs shall be borne by the entity concerned.", "obligation", "entity concerned", "regulated",
         "bear the costs"),
        ("The Agency shall be informed by the provider of its plan.", "obligation", "provider", "regulated",
         "inform the Agency of its plan"),
        ("The Secretary may waive the fee.", "permission", "Secretary", "authority", "waive the fee"),
    ],
)  # fmt: skip
def test_who_must_do_what(text, modality, bearer, kind, action):
    draft = norm(text)
    assert (draft.modality, draft.bearer.text, draft.bearer.kind) == (modality, bearer, kind)
    assert draft.action == action
    assert draft.bearer.explicit


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("exemption", "Authorities shall not be bound by the opinion."),
        ("exemption", "The Agent shall be under no obligation to monitor the Borrower."),
        ("legal effect", "This Agreement shall be governed by the laws of Ireland."),
        ("legal effect", "The liability of each party shall not exceed EUR 100."),
        ("definition", "The term “covered institution” means any dealer that must register."),
    ],
)
def test_what_commands_nobody_says_why(kind, text):
    assert norms(text) == []
    assert [s.kind for s in statements(text)] == [kind]


def test_what_may_not_be_required_is_forbidden_to_whoever_would_require_it():
    draft = norm("A tenant may not be required to pay a deposit.")
    assert (draft.modality, draft.bearer.text) == ("prohibition", "")


def test_a_client_written_as_a_name_is_the_party_of_a_contract():
    assert norm("The Customer will pay the invoice.").bearer.kind == "regulated"
    assert norm("Customer shall pay the invoice.").bearer.kind == "regulated"
    assert norm("A customer shall pay the invoice.").bearer.kind == "person"
    assert norm("Customers shall pay the invoice.").bearer.kind == "person"


def test_what_a_customer_acknowledges_permits_nothing():
    assert norms("Customer acknowledges that the Software may contain errors.") == []


def test_an_act_that_the_bank_shall_not_do_is_forbidden_inside_a_list_of_duties():
    drafts = norms("The bank shall:\n(a) act fairly;\n(b) not use the funds;\n(c) not later than in May, report.")
    assert [d.modality for d in drafts] == ["obligation", "prohibition", "obligation"]
    assert drafts[1].action == "use the funds"


def test_a_condition_that_its_list_completes_makes_one_norm():
    text = "The authority may withdraw the licence only where the bank:\n(a) fails;\n(b) has lied."
    assert [c.text for c in norm(text).conditions] == ["only where the bank", "fails", "has lied"]


def test_a_bank_that_keeps_records_is_seen_as_the_one_who_must():
    draft = norm("Member States shall ensure that the bank keeps records.")
    assert (draft.bearer.text, draft.via, draft.action) == ("bank", "Member States", "keep records")


def test_it_after_a_condition_is_who_the_condition_names():
    draft = norm("Member States shall ensure that, where a bank cannot do so, it refrains from the transaction.")
    assert (draft.bearer.text, draft.via) == ("bank", "Member States")


def test_each_item_under_a_contract_binds_who_it_names():
    (draft,) = norms("The contract shall ensure that:\n(a) the provider cooperates with the authority.")
    assert (draft.bearer.text, draft.bearer.explicit, draft.via) == ("provider", True, "The contract")


def test_which_they_shall_review_is_a_norm_of_its_own():
    drafts = norms("Banks shall have a framework, which they shall review once a year.")
    assert [(d.bearer.text, d.action) for d in drafts][1:] == [("Banks", "review once a year")]


def test_and_shall_after_a_condition_goes_on_with_the_sentence():
    drafts = norms("The bank may not open an account if it is unable to do so, and shall document its decision.")
    assert [(d.modality, d.bearer.text) for d in drafts] == [("prohibition", "bank"), ("obligation", "bank")]


def test_reviews_that_shall_take_place_are_due():
    assert norm("Reviews shall take place twice a year.").deadlines[0].iso8601 == "R/P6M"


def test_the_time_after_a_condition_is_that_of_the_act():
    draft = norm("Banks shall review it yearly and, where risks have changed, without undue delay.")
    assert [d.kind for d in draft.deadlines] == ["recurrence", "immediate"]
    assert [c.text for c in draft.conditions] == ["where risks have changed"]


def test_what_must_be_told_is_no_condition():
    assert norm("The bank must indicate when it expects to answer.").conditions == ()


def test_the_last_of_joined_nouns_is_who_it_means():
    drafts = norms("A platform firm must plan; to this end, it must employ systems.")
    assert drafts[1].bearer.text == "platform firm"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on five Business Days' notice", [("period", "P5D", "working")]),
        ("at least 60 days’ prior written notice", [("period", "P60D", "calendar")]),
        ("for a maximum of 30 consecutive working days", [("other", "P30D", "working")]),
        ("within a period not exceeding three months", [("period", "P3M", "calendar")]),
        ("before the end of the period of six months", [("period", "P6M", "calendar")]),
        ("beyond ten working days", [("period", "P10D", "working")]),
        ("kept for a period that fits, of at least six months", [("retention", "P6M", "calendar")]),
        ("each business day", [("recurrence", "R/P1D", "calendar")]),
        ("for five years from 1 January 2026", [("other", "P5Y", "calendar")]),
        ("received more than 37 days before the sale", []),
        ("not more than 37 days before the sale", [("period", "P37D", "calendar")]),
    ],
)
def test_times_in_their_turns_of_phrase(text, expected):
    assert [(d.kind, d.iso8601, d.days) for d in deadlines(text)] == expected


def test_an_urgent_need_to_act_is_a_noun():
    assert norms("The urgent need to act under Article 6 shall be presumed to be met.") == []


def test_what_takes_place_somewhere_commands_nobody():
    assert norms("A transfer shall take place on the basis of criteria.") == []


def test_a_list_after_where_appropriate_keeps_its_items():
    text = "The authority shall submit the following where appropriate:\n(a) a plan;\n(b) a report."
    assert len(norms(text)) == 2


def test_who_receives_a_request_is_not_taken_for_who_sends_it():
    first, second = norms("Requests shall be addressed to the processor, which shall forward them to the authority.")
    assert first.bearer.text == ""
    sent = norms("The bank shall keep a list. The list shall be shown to the authority.")[1]
    assert (sent.bearer.text, sent.bearer.explicit) == ("bank", False)
    assert second.bearer.explicit


def test_in_which_case_opens_a_sentence_of_its_own():
    drafts = norms("The Customer may not withhold it unless it has said so, in which case the parties shall meet.")
    assert [(d.modality, d.bearer.text) for d in drafts] == [("prohibition", "Customer"), ("obligation", "parties")]
