"""The whole engine: lists, passages, statements, and that nothing normative is passed over in silence."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.extract.engine import extract
from core.types import Draft, Statement
from tests.engine_parts import found, law, norm, norms, passages, statements
from tests.shared import SHARED, needs_shared

REPORTS = """Financial entities shall, within the limits of Article 20, submit the following to the competent authority:
(a) an initial notification;
(b) an intermediate report, as soon as the status has changed;
(c) a final report."""


def test_a_list_gives_one_norm_for_each_item_under_its_lead_in():
    drafts = norms(REPORTS)
    assert [d.action for d in drafts] == [
        "submit an initial notification to the competent authority",
        "submit an intermediate report, as soon as the status has changed to the competent authority",
        "submit a final report to the competent authority",
    ]
    assert {d.bearer.text for d in drafts} == {"Financial entities"}
    assert all(d.bearer.explicit for d in drafts)
    assert {d.lead_in.text for d in drafts} == {REPORTS.split("\n")[0]}
    assert {d.mark.text for d in drafts} == {"shall"}
    assert [d.provision.path[-3:] for d in drafts] == ["(a)", "(b)", "(c)"]
    assert all(d.quote.text == d.provision.text for d in drafts)


def test_nested_items_carry_the_acts_of_all_levels():
    text = "The agencies shall develop:\n(a) draft standards in order to:\n  (i) set the content of reports;\n"
    text += "(b) guidelines."
    drafts = norms(text)
    assert [d.action for d in drafts] == [
        "develop draft standards in order to set the content of reports",
        "develop guidelines",
    ]
    assert drafts[0].lead_in.text == "draft standards in order to:"


def test_a_lead_in_that_ends_with_its_mark_takes_the_verbs_of_its_items():
    drafts = norms("The management body shall:\n(a) approve the policy; and\n(b) review it at least yearly.")
    assert [(d.bearer.text, d.action) for d in drafts] == [
        ("management body", "approve the policy"),
        ("management body", "review it at least yearly"),
    ]
    assert drafts[1].deadlines[0].iso8601 == "R/P1Y"


def test_a_list_of_conditions_is_one_norm():
    text = "The controller shall erase the data where one of the following grounds applies:\n"
    text += "(a) they are unlawful;\n(b) consent ends."
    draft = norm(text)
    assert [c.text for c in draft.conditions] == [
        "where one of the following grounds applies",
        "they are unlawful",
        "consent ends",
    ]


def test_a_list_of_measures_is_one_norm():
    text = (
        "Firms shall classify incidents based on the following criteria:\n(a) the number of clients;\n(b) the duration."
    )
    assert norm(text).action.endswith("criteria: the number of clients; the duration")


def test_an_item_with_a_subject_of_its_own_is_its_own_norm():
    drafts = norms("In the case of a merger:\n(a) the buyer shall notify it;\n(b) the seller shall keep records.")
    assert [d.bearer.text for d in drafts] == ["buyer", "seller"] or [d.action for d in drafts] == [
        "notify it",
        "keep records",
    ]
    assert all("merger" in d.lead_in.text for d in drafts)


def test_a_second_sentence_of_an_item_stands_for_itself():
    drafts = norms("The bank shall keep:\n(a) records of orders; it shall update them weekly.")
    assert [d.action for d in drafts] == ["keep records of orders", "update them weekly"]


def test_a_list_under_that_binds_the_party_it_names():
    drafts = norms(
        "The contract shall stipulate that the processor:\n(a) takes all measures;\n(b) helps the controller."
    )
    assert [(d.bearer.text, d.action, d.via) for d in drafts] == [
        ("processor", "take all measures", "contract"),
        ("processor", "help the controller", "contract"),
    ]


def test_tasks_in_a_list_are_the_acts():
    drafts = norms("The officer shall have at least the following tasks:\n(a) to inform the staff;\n(b) to monitor it.")
    assert [d.action for d in drafts] == ["inform the staff", "monitor it"]


def test_powers_in_a_list_are_powers():
    drafts = norms(
        "Each supervisory authority shall have all of the following powers:\n(a) to order the firm to answer."
    )
    assert [(d.modality, d.action) for d in drafts] == [("power", "order the firm to answer")]


def test_one_sentence_may_hold_the_norms_of_two_parties():
    drafts = norms("The bank shall report the loss and the authority shall publish it within two days.")
    assert [(d.bearer.text, d.action) for d in drafts] == [
        ("bank", "report the loss"),
        ("authority", "publish it within two days"),
    ]
    assert drafts[0].deadlines == ()
    assert drafts[1].deadlines[0].iso8601 == "P2D"


def test_clauses_that_semicolons_part_are_quoted_apart():
    drafts = norms("The bank shall report losses; the authority shall publish them.")
    assert [d.quote.text for d in drafts] == ["The bank shall report losses", "the authority shall publish them."]


def test_conditions_exceptions_and_times_keep_their_own_places():
    text = (
        "In the case of a breach, the controller shall without undue delay and, where feasible, not later than 72 "
        "hours after having become aware of it, notify the breach to the authority, unless it is unlikely to harm "
        "anybody."
    )
    draft = norm(text)
    assert draft.action == "notify the breach to the authority"
    assert draft.object == "the breach"
    assert [c.text for c in draft.conditions] == ["In the case of a breach", "where feasible"]
    assert [c.text for c in draft.exceptions] == ["unless it is unlikely to harm anybody"]
    assert [(d.kind, d.iso8601, d.anchor) for d in draft.deadlines] == [
        ("immediate", None, None),
        ("period", "PT72H", "having become aware of it"),
    ]


def test_a_condition_with_a_verb_that_no_list_knows_ends_at_its_comma():
    draft = norm("Where the buyer quibbles over an invoice in good faith, it may withhold the amount.")
    assert (draft.modality, draft.action) == ("permission", "withhold the amount")


def test_once_a_year_is_no_condition():
    draft = norm("Once every calendar year, a bank is required to test the plan.")
    assert draft.conditions == ()
    assert draft.bearer.text == "bank"


def test_a_time_inside_a_condition_limits_nothing():
    assert norm("Where no notice is given within 72 hours, the firm shall give its reasons.").deadlines == ()


@pytest.mark.parametrize(
    ("text", "action", "thing"),
    [
        ("The processor shall notify the controller.", "notify the controller", "the controller"),
        ("The bank shall define, approve and keep a plan.", "define, approve and keep a plan", "a plan"),
        ("Personal data shall be processed lawfully.", "process personal data lawfully", "personal data"),
        ("Records shall be documented and updated yearly.", "document and update records yearly", "records"),
        ("An assessment shall be carried out by the bank.", "carry out an assessment", "an assessment"),
        ("They shall be tested.", "test them", "they"),
        ("The bank is prohibited from charging fees.", "charge fees", "fees"),
        ("The client is entitled to a hearing.", "be entitled to a hearing", ""),
        ("The systems shall be resilient.", "ensure that the systems are resilient", "the systems"),
        ("Firms shall define rules and shall update them.", "define rules and update them", "rules"),
    ],
)
def test_the_act_reads_as_an_infinitive(text, action, thing):
    draft = norm(text)
    assert (draft.action, draft.object) == (action, thing)


def test_a_sanction_is_tied_to_the_articles_it_names():
    provisions = [
        *law("The controller shall keep records.", path="Article 30(1)"),
        *law("Infringements of Articles 8, 25 to 39 shall be subject to fines up to EUR 100.", path="Article 83(4)"),
    ]
    (draft,) = [item for item in extract(provisions) if isinstance(item, Draft)]
    assert draft.sanctions == ()  # "Article 30" itself is no provision here, so the range cannot find it
    provisions[0:0] = law("", path="Article 30")
    (draft,) = [item for item in extract(provisions) if isinstance(item, Draft)]
    assert [s.target for s in draft.sanctions] == ["Article 83(4)"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "definition",
            "For this Act the following definitions apply:\n(a) ‘firm’ means a bank that shall be licensed;",
        ),
        ("amendment", "Article 5 is replaced by the following: ‘The bank shall report.’"),
    ],
)
def test_definitions_and_amendments_are_statements(kind, text):
    assert norms(text) == []
    assert [s.kind for s in statements(text)] == [kind]


def test_a_recital_binds_nobody():
    assert [s.kind for s in statements("The bank shall report.", path="Recital 5")] == ["recital"]


def test_a_sentence_too_long_to_read_is_said_and_not_dropped():
    text = "The bank shall report " + "and the firm shall report " * 60 + "it."
    assert [s.kind for s in statements(text)] == ["too long"]


WORDS = [
    "the", "bank", "shall", "may", "not", "must", "where", ",", ";", ":", "and", "or", "which", "that", "it", "they",
    "be", "kept", "report", "(a)", "within", "5", "days", "Article", "2(1)", "unless", "by", "no", "is", "required",
    "to", ".", "‘", "’", "Member States", "ensure", "\n", "paragraph", "without", "undue", "delay", "(", ")", "—",
    "has", "the right",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(WORDS), max_size=60), st.lists(st.lists(st.sampled_from(WORDS), max_size=12), max_size=3)
)
@settings(deadline=None, max_examples=200)
def test_every_passage_is_a_slice_and_no_mark_is_passed_over(words, items):
    text = "Then " + " ".join(words).replace("\n", " ") + " "
    for letter, item in zip("abc", items, strict=False):
        text += f"\n({letter}) " + " ".join(item).replace("\n", " ")
    results = found(text)
    for one in results:
        for passage in passages(one) if isinstance(one, Draft) else [one.quote]:
            assert text[passage.start : passage.end] == passage.text
    covered = [(p.start, p.end) for one in results for p in (one.quote, getattr(one, "lead_in", None)) if p]
    for provision in law(text):
        for word in ("shall", "must"):
            at = provision.text.find(f" {word} ")
            place = provision.span.start + at + 1
            assert at < 0 or any(start <= place < end for start, end in covered)


def test_the_same_text_gives_the_same_norms():
    assert list(extract(law(REPORTS))) == list(extract(law(REPORTS)))


def test_time_grows_with_the_length_of_the_text_and_not_faster():
    sentence = "Where an outage occurs, the bank shall report it within two days under Article 5(2), unless it ends. "

    def seconds(times: int) -> float:
        provisions = law("\n".join([sentence * 10] * times))
        start = time.process_time()
        list(extract(provisions))
        return time.process_time() - start

    seconds(5)
    small, large = min(seconds(20) for _ in range(3)), min(seconds(80) for _ in range(3))
    assert large < small * 4 * 2.5


# --- against real law ---


def drafts_of(name: str) -> list[Draft]:
    from core import ingest

    reading = ingest.read((SHARED / "regulations" / name).read_bytes(), name)
    results = list(extract(reading.provisions))
    text = reading.document.text
    for one in results:
        for passage in passages(one) if isinstance(one, Draft) else [one.quote]:
            assert text[passage.start : passage.end] == passage.text
    return [one for one in results if isinstance(one, Draft)]


@needs_shared
def test_dora_article_19_has_its_three_reports_and_tells_the_clients():
    drafts = drafts_of("dora_32022R2554_original-oj_2022-12-14_EN.md")
    reports = [d for d in drafts if d.provision.path.startswith("Article 19(4)(")]
    assert [d.action.split(" to the")[0][:30] for d in reports] == [
        "submit an initial notification",
        "submit an intermediate report ",
        "submit a final report, when th",
    ]
    assert {d.bearer.text for d in reports} == {"Financial entities"}
    clients = next(d for d in drafts if d.provision.path == "Article 19(3)")
    assert clients.action.startswith("inform their clients")
    assert clients.deadlines[0].kind == "immediate"
    first = next(d for d in drafts if d.provision.path == "Article 19(1)")
    assert first.references[1].target == "Article 19(4)"


@needs_shared
def test_gdpr_article_33_has_its_72_hours():
    drafts = [
        d
        for d in drafts_of("gdpr_32016R0679_original-oj_2016-04-27_EN.md")
        if d.provision.path.startswith("Article 33")
    ]
    notify = drafts[0]
    assert notify.bearer.text == "controller"
    assert notify.deadlines[1].iso8601 == "PT72H"
    assert notify.exceptions[0].text.startswith("unless the personal data breach is unlikely")
    assert notify.sanctions
    assert notify.sanctions[0].target == "Article 83(4)(a)"
    processor = next(d for d in drafts if d.provision.path == "Article 33(2)")
    assert (processor.bearer.text, processor.deadlines[0].anchor) == (
        "processor",
        "becoming aware of a personal data breach",
    )
    contents = [d for d in drafts if d.provision.path.startswith("Article 33(3)(")]
    assert {d.bearer.text for d in contents} == {"controller"}
    assert len(contents) == 4


@needs_shared
def test_us_and_uk_rules_address_you_and_the_firm():
    notices = [d for d in drafts_of("12cfr1016_2016-16132.xml") if d.provision.path.startswith("§ 1016.4(a)(")]
    assert {(d.bearer.text, d.modality) for d in notices} == {("You", "obligation")}
    rules = drafts_of("pra-rules_operational-resilience_21-01-2026__4fb4a82fdb.html")
    assert [d.bearer.text for d in rules if d.provision.path == "Operational Resilience 2.1"] == ["firm"]


def test_statements_and_norms_come_in_text_order():
    results = found("The bank shall report.\nThis Act shall apply from 2030.\nThe firm shall answer.")
    assert [type(one) for one in results] == [Draft, Statement, Draft]
