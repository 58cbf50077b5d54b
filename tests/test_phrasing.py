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


@pytest.mark.parametrize(
    ("text", "modality", "action"),
    [
        ("Do not forward client data by e-mail.", "prohibition", "forward client data by e-mail"),
        ("Never share passwords.", "prohibition", "share passwords"),
        ("The policy must not restrict staff from reporting.", "prohibition", "restrict staff from reporting"),
        ("The Registrar is authorized and directed to keep a list.", "obligation", "keep a list"),
        (
            "Processing of data revealing origin, opinions, beliefs or membership, and the processing of genetic data, "
            "health data or data on a person's home shall be prohibited.",
            "prohibition",
            "carry out processing of data revealing origin, opinions, beliefs or membership, and the processing of "
            "genetic data, health data or data on a person's home",
        ),
    ],
)
def test_bans_and_directions_of_every_shape(text, modality, action):
    found = only(text)
    assert (found.modality, found.action) == (modality, action)


def test_each_year_is_no_part_of_who_must_act():
    assert only("Each year, EBA, ESMA and EIOPA shall report.").bearer.text == "EBA, ESMA and EIOPA"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A person who contravenes subsection (1) commits an offence.", "sanction"),
        ("A person guilty of an offence is liable:\n(a) to a fine;\n(b) to imprisonment.", "sanction"),
        ("Regulations under this section may:\n(a) prescribe forms;\n(b) confer functions.", "legal effect"),
        ("Regulations under this section may provide for fees.", "legal effect"),
        ("A firm may wish to keep a note.", "recommendation"),
        ("This Regulation shall not limit the rights of clients.", "saving"),
    ],
)
def test_what_is_stated_is_never_silent_and_never_a_norm(text, kind):
    assert [stated.kind for stated in statements(text)] == [kind]
    assert not norms(text)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("Third parties relied upon shall keep records.", []),
        (
            "Banks shall keep:\n(a) a list which shall, upon a reasoned request, be sent to it.",
            ["upon a reasoned request"],
        ),
        ("Banks shall ensure that, where they use agents, contracts name them.", ["where they use agents"]),
        ("Records shall be given to clients upon request and shall be kept for a year.", ["upon request"]),
        ("Banks shall refrain from paying until they have reported.", ["until they have reported"]),
        ("Banks shall keep records until 31 December 2030.", []),
        (
            "A bank may take 45 days, provided the bank:\n(a) credits it;\n(b) says so.",
            ["provided the bank", "credits it", "says so"],
        ),
    ],
)
def test_conditions_begin_and_end_where_they_do(text, conditions):
    assert [passage.text for passage in only(text).conditions] == conditions


def test_the_act_of_another_kind_behind_and_is_no_part_of_the_first():
    first, second = norms("Procurement is responsible for collecting evidence and will not order until it is approved.")
    assert (first.bearer.text, first.action) == ("Procurement", "be responsible for collecting evidence")
    assert (second.modality, second.action) == ("prohibition", "order")


def test_a_list_inside_a_sentence_belongs_to_its_last_act():
    found = norms("The Supplier shall provide the Services and shall (a) use skilled staff; and (b) keep records.")
    assert [norm.action for norm in found] == ["provide the Services", "use skilled staff", "keep records"]


def test_what_a_measure_may_include_is_part_of_it():
    found = only("Banks shall take measures, which may include:\n(a) limits;\n(b) alerts.")
    assert found.action == "take measures, which may include: limits; alerts"


def test_an_officer_known_by_a_short_name_decides():
    text = "Staff must report. Exceptions need to be approved by the CXO."
    assert norms(text)[-1].bearer.text == "CXO"


def test_an_item_may_say_for_whom_it_is():
    text = "The facts shall be shown as follows:\n(a) for fund managers, in print;\n(b) for insurers, on paper."
    assert [norm.bearer.text for norm in norms(text)] == ["fund managers", "insurers"]


def test_whose_risk_it_is_bears_the_duty_though_another_was_named_last():
    text = (
        "Banks shall be audited by auditors. The auditors shall be skilled. Banks shall pay. Auditors shall report. "
        "The depth of the work shall fit the risk of the bank."
    )
    assert norms(text)[-1].bearer.text == "Banks"


def test_a_board_is_the_firms_own_in_the_firms_own_text():
    ours = "This policy binds all staff.\nEmployees must report.\nThe Board must approve it."
    theirs = "The Commission shall report.\nMember States shall help.\nThe Board must approve it."
    assert [norms(text)[-1].bearer.kind for text in (ours, theirs)] == ["regulated", "eu_body"]


def test_not_only_forbids_nothing():
    found = only("A bank must not only assess the risk but must also watch it.")
    assert (found.modality, found.action[:15]) == ("obligation", "assess the risk")


def test_a_thousand_with_a_comma_is_one_number():
    assert only("No payment above EUR 10,000 may be released.").modality == "prohibition"


def test_a_norm_behind_except_that_is_one_of_its_own():
    found = only("This section does not apply to a trustee, except that such trustee shall file a statement.")
    assert (found.bearer.text, found.action, found.exceptions) == ("trustee", "file a statement", ())


def test_who_applies_to_an_authority_for_something_acts():
    found = only("Where a bank proposes to use an agent, it must apply to the Authority for its registration.")
    assert (found.bearer.text, found.action) == ("bank", "apply to the Authority for its registration")


def test_the_second_of_two_subjects_of_one_verb_keeps_its_own_mark():
    assert only("Line managers are expected to, and HR must, review access.").bearer.text == "HR"


def test_two_subjects_with_a_no_each_are_both_forbidden():
    found = only("No bank, and no director of a bank that was refused, may accept deposits.")
    assert (found.modality, found.bearer.text) == ("prohibition", "bank, and no director of a bank")


def test_until_set_apart_by_commas_ends_at_its_comma():
    found = only("A client shall have the option, until the register is closed, to withdraw.")
    assert [passage.text for passage in found.conditions] == ["until the register is closed"]
    assert found.action.endswith("to withdraw")


def test_intervals_are_a_rhythm():
    (deadline,) = only("A firm must review its plan at intervals of no more than 12 months.").deadlines
    assert (deadline.kind, deadline.iso8601) == ("recurrence", "R/P12M")


def test_an_assessment_is_of_whom_must_carry_it_out_and_not_of_who_lists_when_it_is_needed():
    text = (
        "The operator shall carry out an assessment of the impact. The authority shall establish a list of the kinds "
    )
    text += "of operations that need no assessment. The assessment shall contain a description of the risks."
    assert [norm.bearer.text for norm in norms(text)] == ["operator", "authority", "operator"]


def test_may_only_forbids_what_is_otherwise():
    norm = only("Firms may only enter into contracts with providers that comply with the standards.")
    assert norm.modality == "prohibition"
    assert norm.action == "do otherwise than enter into contracts with providers that comply with the standards"


def test_a_verb_may_have_a_prefix():
    norm = only("The firm shall, on the basis of its risks, pre-determine the areas to be audited.")
    assert norm.action == "pre-determine the areas to be audited"


def test_a_text_cut_off_behind_its_mark_is_read_without_an_error():
    assert [norm.action for norm in norms("Then, shall")] == [""]


def test_what_somebody_is_in_law_is_no_duty_and_leaves_them_named():
    text = "Where two operators jointly run a berth, they shall be joint operators. They shall agree on its upkeep."
    (said,) = statements(text)
    assert said.kind == "fixing"
    assert (only(text).bearer.text, only(text).action) == ("operators", "agree on its upkeep")
    assert only("The controls shall be accurate.").modality == "obligation"


def test_how_a_rule_is_to_be_read_is_no_duty():
    text = "Nothing here limits the Harbour Act (15 U.S.C. 1601 et seq.), and no inference shall be drawn from it."
    assert norms(text) == []
    assert [said.quote.text for said in statements(text)] == [text]


def test_a_title_of_a_code_ends_no_sentence():
    (norm,) = norms("The bank shall keep the records that 15 U.S.C. 1601 requires, and 12 C.F.R. 1016 describes.")
    assert norm.quote.text.endswith("describes.")


def test_a_question_that_an_act_answers_is_no_promise():
    (norm,) = norms("You must explain in the notice which opt-out policy you will follow.")
    assert (norm.modality, norm.action) == ("obligation", "explain in the notice which opt-out policy you will follow")


def test_before_it_with_a_verb_is_a_time_and_without_one_a_place():
    (time,) = only("The firm must notify the authority of a change before it takes effect.").deadlines
    assert (time.kind, time.anchor) == ("other", "it takes effect")
    assert only("The panel must decide on every matter before it.").deadlines == ()
