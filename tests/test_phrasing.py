"""Turns of phrase in which who must act, or what, stands far from its mark: each test has the sentence behind it."""

import pytest

from tests.engine_parts import norms, statements


def only(text):
    (norm,) = norms(text)
    return norm


@pytest.mark.parametrize(
    "between",
    [
        "for the purpose of reporting under paragraph 1, ",
        "when choosing the measures referred to in paragraph 2, point (d), of this Article, ",
        "without prejudice to Article 7, in the case of a disputed payment, ",
    ],
)
def test_who_must_act_is_found_behind_any_introduction_of_the_inner_clause(between):
    norm = only(f"Member States shall ensure that, {between}the entities concerned inform the payer of the outcome.")
    assert (norm.bearer.text, norm.bearer.kind, norm.via) == ("entities concerned", "regulated", "Member States")
    assert norm.action == "inform the payer of the outcome"


def test_a_clause_inside_the_description_of_the_bearer_does_not_turn_the_duty_round():
    norm = only(
        "Member States shall ensure that an entity that finds that it does not meet the rules takes corrective steps."
    )
    assert (norm.modality, norm.bearer.text, norm.action) == ("obligation", "entity", "take corrective steps")


def test_an_item_is_a_duty_of_its_own_though_a_relative_clause_in_it_says_shall():
    text = "Entities shall submit to the authority:\n"
    text += "(a) within 24 hours of becoming aware of the incident, an early warning, which, where applicable, "
    text += "shall say whether a crime is suspected;\n(b) a final report."
    first, *_, last = norms(text)
    assert first.action.startswith("submit to the authority within 24 hours")
    assert [d.iso8601 for d in first.deadlines] == ["PT24H"]
    assert last.action == "submit to the authority a final report"


def test_a_list_belongs_to_the_last_act_of_its_lead_in():
    text = "The policy shall be based on the risks of the firm, and shall include at least the following:\n"
    text += "(a) the roles of staff;\n(b) the tests of backups."
    first, *items = norms(text)
    assert first.action == "base the policy on the risks of the firm"
    assert [norm.action for norm in items] == ["include the roles of staff", "include the tests of backups"]


def test_items_that_name_nobody_bind_whom_the_lead_in_names():
    text = "Member States shall require a payment institution to safeguard the funds in either of the following ways:\n"
    text += "(a) funds shall be deposited in a separate account;\n(b) funds shall be covered by an insurance policy."
    for norm in norms(text):
        assert (norm.bearer.text, norm.bearer.explicit, norm.via) == ("payment institution", False, "Member States")


def test_unlawful_for_somebody_forbids_it():
    norm = only("It is unlawful for any person to knowingly evade this part.")
    assert (norm.modality, norm.bearer.text, norm.action) == ("prohibition", "person", "evade this part")


@pytest.mark.parametrize(
    "text",
    [
        "Any person who violates this section is subject to a civil penalty of not more than USD 500 per violation.",
        "A person who contravenes subsection (1) is guilty of an offence.",
        "An undertaking which fails to register is liable to a fine.",
    ],
)
def test_what_follows_a_breach_is_stated_as_a_sanction(text):
    assert norms(text) == []
    (stated,) = statements(text)
    assert stated.kind == "sanction"


def test_need_only_is_a_limited_duty():
    norm = only("Such an institution need only keep the policy under review.")
    assert (norm.modality, norm.bearer.text) == ("obligation", "institution")


def test_what_an_act_does_not_bring_upon_somebody_forbids_nothing():
    text = "The mere act of notification shall not subject the notifying entity to increased liability."
    assert norms(text) == []
    assert [stated.kind for stated in statements(text)] == ["saving"]


def test_a_sentence_may_open_with_what_is_done():
    norm = only("Outsourcing of important functions, including storage, shall not be undertaken without approval.")
    assert norm.action == "undertake outsourcing of important functions without approval"


EXPECTATIONS = """Firms should adopt a strategy. They should review it annually. Where appropriate, they should test it.
Firms should not refuse auditors access, unless the authority has agreed. Before they outsource, firms should:
(a) assess the provider;
(b) inform the authority."""


def test_a_guideline_expects_by_should():
    found = norms(EXPECTATIONS)
    assert [norm.rule for norm in found] == ["should", "should", "should", "should_not", "should_list", "should_list"]
    assert [norm.modality for norm in found].index("prohibition") == 3
    assert {"comply, or be ready to explain" in norm.reason for norm in found[:2]} == {True}


def test_beside_shall_a_should_only_recommends():
    text = "Firms shall keep records. They shall report losses. They must test their plans. " + EXPECTATIONS
    assert {norm.rule for norm in norms(text)} == {"shall", "must"}
    assert {stated.kind for stated in statements(text)} >= {"recommendation"}


def test_a_measure_with_several_parts_is_one_duty():
    text = "An issuer shall have own funds of at least the highest of the following:\n"
    text += "(a) EUR 350 000;\n(b) 2 % of the reserve."
    norm = only(text)
    assert norm.action == "have own funds of at least the highest of the following: EUR 350 000; 2 % of the reserve"
