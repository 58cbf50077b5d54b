"""Who must act: named, passed on, spoken of before, or inferred and marked so."""

import pytest

from core.types import Bearer
from tests.engine_parts import found, norm, norms


@pytest.mark.parametrize(
    ("text", "bearer", "kind"),
    [
        ("The controller shall keep records.", "controller", "regulated"),
        ("Each Member State shall designate an authority.", "Member State", "member_state"),
        ("EBA, ESMA or EIOPA shall assess it.", "EBA, ESMA or EIOPA", "eu_body"),
        ("The competent authority shall publish it.", "competent authority", "authority"),
        ("Data subjects shall have the right to object.", "Data subjects", "person"),
        ("You must provide a notice.", "You", "regulated"),
        ("No financial entity shall outsource it.", "financial entity", "regulated"),
        ("Financial entities, other than microenterprises, shall review it.", "Financial entities", "regulated"),
        ("Any of the joint consumers may object.", "joint consumers", "person"),
        ("A firm which holds funds must segregate them.", "firm", "regulated"),
        ("The Society must inform the regulator.", "Society", "regulated"),
        ("Providers of high-risk AI systems shall keep logs.", "Providers of high-risk AI systems", "regulated"),
        ("Assessment and reporting Member States shall report.", "Member States", "member_state"),
        ("It is the responsibility of the CISO to review it.", "CISO", "regulated"),
        ("It shall be prohibited for any bank to pay interest.", "bank", "regulated"),
        ("The Licensee agrees that it shall not copy it.", "Licensee", "regulated"),
        ("Anyone who notices an incident must report it.", "Anyone", "person"),
        ("Any depositor-guarantor shall notify it.", "depositor-guarantor", "regulated"),
        (
            "The issuer or, where it fails to do so, the offeror shall publish it.",
            "issuer or, where it fails to do so, the offeror",
            "regulated",
        ),
        (
            "The competent authority of the host Member State shall decide.",
            "competent authority of the host Member State",
            "authority",
        ),
        ("Whoever places a product on the market shall keep it.", "Whoever", "person"),
        ("Intermediaries are required to file it.", "Intermediaries", "regulated"),
        ("The authority must be satisfied that it meets the conditions.", "authority", "authority"),
        ("The supervisory authority of each shall decide.", "supervisory authority", "authority"),
        (
            "The home Member State’s competent authority shall assess it.",
            "home Member State’s competent authority",
            "authority",
        ),
        ("A firm's governing body must approve it.", "firm's governing body", "regulated"),
        ("FIUs shall be independent.", "FIUs", "authority"),
        ("Where the payer denies it, it shall be for the bank to prove it.", "bank", "regulated"),
        ("Where a UK bank has made the notification, it must keep a copy.", "UK bank", "regulated"),
        ("If the Buyer fails to pay, it shall pay interest.", "Buyer", "regulated"),
        (
            "Obliged entities and, where applicable, their directors shall not disclose it.",
            "Obliged entities and, where applicable, their directors",
            "regulated",
        ),
        ("What counts as an incident shall be decided by the Board.", "Board", "eu_body"),
    ],
)
def test_the_head_of_the_subject_is_the_bearer(text, bearer, kind):
    assert norm(text).bearer == Bearer(bearer, kind, explicit=True)


def test_coordinated_subjects_are_named_together():
    text = "The CSIRT or, where applicable, the competent authority shall respond."
    assert norm(text).bearer.text == "CSIRT or, where applicable, the competent authority"


def test_a_thing_is_no_bearer():
    draft = norm("The report of the bank shall contain the figures.")
    assert draft.bearer == Bearer("", "unspecified", explicit=False)


def test_the_agent_of_a_passive_is_the_bearer():
    assert norm("The register shall be kept by the processor for a year.").bearer == Bearer(
        "processor", "regulated", True
    )


def test_what_only_looks_like_an_agent_is_none():
    assert not norm("The register shall be kept by electronic means.").bearer.explicit
    assert not norm("Data held by the controller shall be erased.").bearer.explicit


@pytest.mark.parametrize(
    ("text", "modality", "bearer"),
    [
        ("Member States shall ensure that payment institutions safeguard funds.", "obligation", "payment institutions"),
        ("Member States shall ensure that banks do not charge fees.", "prohibition", "banks"),
        ("Member States shall ensure that banks which hold funds are required to report.", "obligation", "banks"),
        ("Member States shall ensure that consumers are entitled to a refund.", "right", "consumers"),
        (
            "Member States shall ensure that essential and important entities act.",
            "obligation",
            "essential and important entities",
        ),
        ("Member States shall ensure that, where necessary, banks report.", "obligation", "banks"),
        (
            "Member States shall ensure that banks that offer credit transfers also offer instant ones.",
            "obligation",
            "banks",
        ),
        ("Member States shall require banks to hold own funds.", "obligation", "banks"),
        ("Member States shall prohibit banks from paying interest.", "prohibition", "banks"),
    ],
)
def test_who_must_do_what_a_state_must_ensure_bears_it_via_the_state(text, modality, bearer):
    draft = norm(text)
    assert (draft.modality, draft.bearer.text, draft.via) == (modality, bearer, "Member States")


def test_a_state_that_must_ensure_a_thing_bears_it_itself():
    draft = norm("Member States shall ensure that the penalties are effective.")
    assert (draft.bearer.text, draft.via) == ("Member States", None)


def test_a_firm_that_must_ensure_something_bears_it_itself():
    assert norm("The controller shall ensure that the processor keeps records.").bearer.text == "controller"


def test_a_pronoun_stands_for_the_party_of_its_sentence():
    assert norm("Where a firm does so, it shall inform the authority.").bearer.text == "firm"


def test_a_pronoun_stands_for_the_subject_of_the_sentence_before():
    second = norms("Financial entities shall keep records. They shall update them.")[1]
    assert second.bearer.text == "Financial entities"
    assert second.bearer.inferred == "“They” in this sentence"


def test_a_pronoun_for_a_thing_names_nobody():
    second = norms("The bank shall write a policy. The policy shall be kept. It shall be reviewed.")[2]
    assert not second.bearer.explicit


def test_a_passive_is_inferred_from_its_article_and_says_so():
    second = norms("The processor shall keep records.\nThe records shall be kept safe.")[1]
    assert second.bearer == Bearer("processor", "regulated", False, "Article 1(1)")


def test_a_subject_that_cites_a_paragraph_is_inferred_from_it():
    text = "The controller shall notify it.\nThe processor shall help.\n"
    text += "The notification referred to in paragraph 1 shall be written."
    assert norms(text)[2].bearer.text == "controller"


def test_a_subject_is_inferred_from_who_must_make_it():
    text = "The controller shall carry out an assessment.\nThe authority shall publish a list.\n"
    text += "The assessment shall be written."
    assert norms(text)[2].bearer.text == "controller"


def test_a_relative_pronoun_binds_who_it_follows():
    first, second = norms("Banks shall report to the competent authority, which shall transmit the report to the ECB.")
    assert (first.bearer.text, second.bearer.text) == ("Banks", "competent authority")


def test_a_power_conferred_is_borne_by_who_receives_it():
    assert norm("Power is conferred on the Commission to adopt the standards.").bearer.text == "Commission"


def test_a_document_s_own_definitions_say_who_is_somebody():
    text = "For this Act the following definitions apply:\n"
    text += "(a) ‘handler of tokens’ means a legal person that keeps tokens;\n(b) ‘booster’ means a device;\n"
    text += "The handler of tokens shall report. A booster shall be marked."
    drafts = [item for item in found(text) if item.provision.path == "Article 1(2)"]
    assert drafts[0].bearer == Bearer("handler of tokens", "regulated", True)


def test_a_definition_without_quotation_marks_counts_too():
    text = "Money mover means a person that moves money for others.\nA money mover must keep records."
    assert norms(text)[0].bearer == Bearer("money mover", "regulated", True)


def test_a_short_name_of_a_thing_acts_for_nobody():
    text = "The bank shall make a business impact analysis (BIA). The BIA shall consider all functions."
    assert not norms(text)[1].bearer.explicit


def test_what_a_definition_relates_to_a_person_is_still_a_thing():
    text = "‘personal data’ means information relating to a natural person.\nPersonal data shall be accurate."
    assert norms(text)[-1].bearer == Bearer("", "unspecified", explicit=False)


@pytest.mark.parametrize("law", ["The Union or the Member State law", "Member State law"])
def test_a_law_that_must_or_may_speaks_of_its_makers_and_names_nobody(law):
    draft = norm(f"{law} shall meet an objective of public interest.")
    assert (draft.bearer.kind, draft.bearer.explicit) == ("member_state", False)
    assert norm(f"{law} may restrict the rights of the data subject.").modality == "permission"


def test_two_subjects_around_a_turned_modal_are_two_bearers():
    text = "The issuer shall not pay interest, nor shall crypto-asset service providers pay interest."
    assert [(n.modality, n.bearer.text) for n in norms(text)] == [
        ("prohibition", "issuer"),
        ("prohibition", "crypto-asset service providers"),
    ]
    assert norms("In no event shall the provider be liable for lost profit.") == []


def test_a_step_after_which_another_must_act_is_a_norm_of_the_other():
    text = "The bank shall inform the authority, after which the authority shall publish a notice."
    assert [n.bearer.text for n in norms(text)] == ["bank", "authority"]


def test_a_clause_after_a_comma_goes_on_about_its_thing_and_one_without_describes_a_person():
    assert [n.modality for n in norms("The bank may not act without its consent, which shall not be withheld.")] == [
        "prohibition",
        "prohibition",
    ]
    assert norms("The term does not include a person that must register.") == []
    assert len(norms("The period is three months, which shall be extended on request.")) == 0


def test_whose_design_lets_persons_oversee_it_is_not_made_by_them():
    draft = norm("Systems shall be designed in such a way that they can be overseen by natural persons.")
    assert not draft.bearer.explicit


def test_what_clients_agree_to_describes_them():
    assert len(norms("The bank shall describe the clients they agree to serve.")) == 1


@pytest.mark.parametrize(
    ("text", "bearer"),
    [
        (
            "Financial entities, other than those referred to in Article 16(1), first subparagraph, and other than "
            "small firms, which are identified under paragraph 8, third subparagraph, of this Article, shall test.",
            "Financial entities",
        ),
        (
            "Where contracts concern critical functions of the firm, financial entities shall weigh it.",
            "financial entities",
        ),
    ],
)
def test_steps_of_a_reference_and_unknown_verbs_do_not_hide_the_subject(text, bearer):
    assert norm(text).bearer == Bearer(bearer, "regulated", explicit=True)


def test_a_process_named_after_its_management_is_a_thing():
    assert norm("The incident management process shall put in place early warnings.").bearer.text == ""


def test_each_that_of_a_state_binds_who_stands_in_it():
    text = "Member States shall ensure that the payer is informed and that the bank informs the authority."
    assert [(n.bearer.text, n.via) for n in norms(text)] == [("Member States", None), ("bank", "Member States")]
    text = "Member States shall ensure that banks report and that they keep records."
    assert [n.bearer.text for n in norms(text)] == ["banks"]


def test_the_second_of_two_clauses_is_of_those_named_in_it():
    text = "Banks shall keep records of payers, and providers of the originator and beneficiary shall keep theirs."
    assert [n.bearer.text for n in norms(text)] == ["Banks", "providers of the originator and beneficiary"]


def test_what_stands_inside_a_question_or_a_case_binds_nobody():
    assert len(norms("The law shall say under which circumstances banks and insurers may keep it.")) == 1
    assert norms("A customer opens an account and agrees to receive notices.") == []
    assert norms("If a bank is required to report under 2, the rules on emergencies do not apply.") == []
    assert len(norms("The bank shall give an indication of where the prices and the benchmarks are to be found.")) == 1


def test_a_freedom_of_states_does_not_say_whom_the_prohibition_before_it_binds():
    text = "The processing of health data shall be prohibited.\nMember States may keep further rules."
    assert norms(text)[0].bearer == Bearer("", "unspecified", explicit=False)


def test_a_point_cited_by_its_paragraph_says_who_is_meant():
    text = (
        "The law may restrict it for:\n(a) defence;\n(b) security.\n"
        "Any measure referred to in Article 1(1) shall contain safeguards."
    )
    assert norms(text)[-1].bearer.kind == "member_state"


def test_an_item_that_was_struck_out_is_no_norm():
    text = "The firm must notify:\n(a) a breach;\n(b) [deleted];\n(c) a conviction."
    assert [n.quote.text for n in norms(text)] == ["a breach;", "a conviction."]


def test_points_under_an_unfinished_condition_are_its_parts():
    text = "If, under any rule in this Chapter:\n(a) a firm is required to report; and\n(b) the system fails,"
    assert norms(text) == []


def test_what_a_state_passes_on_ends_before_its_own_next_act():
    text = (
        "Member States shall ensure that members of the management bodies of essential and important entities are "
        "required to follow training, and shall encourage entities to offer it."
    )
    assert [(n.bearer.text, n.via, n.action) for n in norms(text)] == [
        ("members of the management bodies of essential and important entities", "Member States", "follow training"),
        ("Member States", None, "encourage entities to offer it"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "The bank must ensure that data is kept only for that purpose, and may not sell it.",
            [("obligation", "bank"), ("prohibition", "bank")],
        ),
        (
            "A firm is not required to agree to a restriction, but a firm that agrees to a restriction may not use it.",
            [("prohibition", "firm")],
        ),
        (
            "The Customer shall pay within 30 days, failing which the Supplier may charge interest.",
            [("obligation", "Customer"), ("permission", "Supplier")],
        ),
    ],
)
def test_a_second_rule_in_the_sentence_is_a_norm_of_its_own(text, found):
    assert [(n.modality, n.bearer.text) for n in norms(text)] == found


@pytest.mark.parametrize(
    "shown",
    [
        "After consulting the Supervisory Board,",
        "Guideline of the Supervisory Board of the Example Union",
        "The Supervisory Board shall develop common guidelines for the Member States.",
    ],
)
def test_a_board_that_the_text_shows_to_be_public_is_no_organ_of_a_firm(shown):
    *_, last = norms(f"{shown}\nThe Supervisory Board shall publish a report each year.")
    assert (last.bearer.text, last.bearer.kind) == ("Supervisory Board", "eu_body")
    assert norms("The Supervisory Board shall approve the policy.")[0].bearer.kind == "regulated"
