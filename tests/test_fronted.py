"""What stands before the subject, whichever preposition opens it, hides neither the bearer nor a list of acts."""

import pytest

from core.extract.engine import extract
from core.types import Draft
from tests.engine_parts import law, norm, norms, statements

# One phrase without a verb for each way to open a sentence; several of the words are conjunctions too.
PHRASES = """Before each voyage/Before the first use of a new berth/After each repair of the hull/Since the last survey
Until the end of the season/For each cargo/For the purposes of paragraph 2/As part of the survey/As from 1 July 2027
Other than in an emergency/Unlike smaller vessels/Upon arrival in a port/On the first day of each month
On or before 1 March of each year/Following an accident/Prior to departure/At the time of each delivery
Within 24 hours after the end of the voyage/No later than 30 June of each year/By 31 March of each year
Not later than three months after the end of the year/Not less than two days before each voyage
At least two days before each voyage/Two days before each voyage/Each morning/Every five years
Once a year/At least once a year/During a voyage/In the course of a survey
In the event of a fire/With regard to dangerous cargo/As regards dangerous cargo
In accordance with Article 5/Under Article 5(2)/Notwithstanding paragraph 1/Subject to paragraph 3
Without prejudice to Article 7/Where applicable/If necessary/Whenever possible/When in port/If in doubt/While at sea
Whether in port or at sea/Because of the risks of ice/Given the risks of ice/Irrespective of the weather
Depending on the weather/Having regard to the weather/Immediately after each voyage/Promptly following an accident
Before and after each voyage/Before, during and after each voyage/Before leaving the port/When leaving the port
In preparing for a voyage/To prevent accidents/Except in an emergency"""
CLAUSES = """Before the vessel leaves the port/After the pilot has left the vessel/Until the survey has ended
Since the vessel carries passengers/As long as the vessel is at sea/Once the voyage has ended
Where the weather so permits/To the extent that passengers are carried"""
OPENINGS = [opening for line in (PHRASES + "\n" + CLAUSES).splitlines() for opening in line.split("/")]
FRONTED = [opening for line in PHRASES.splitlines() for opening in line.split("/")]
# As printed, and as the bearer is called.
BEARERS = [("the master", "master"), ("a payment institution", "payment institution")]
NAMED = [("payment institutions", "payment institutions"), ("Member States", "Member States")]
ITEMS = "\n(a) check the moorings;\n(b) inform the port authority."


def read(text):
    """Bearer and first words of each norm, and nothing but obligations."""
    found = norms(text)
    assert {one.modality for one in found} <= {"obligation"}, text
    return [(one.bearer.text.removeprefix("the "), " ".join(one.action.split()[:2])) for one in found]


@pytest.mark.parametrize("comma", [", ", " "], ids=["comma", "no comma"])
@pytest.mark.parametrize("opening", OPENINGS)
def test_who_must_act_stands_behind_the_opening(opening, comma):
    for printed, bearer in BEARERS:
        assert read(f"{opening}{comma}{printed} shall check the moorings.") == [(bearer, "check the")]


@pytest.mark.parametrize("comma", [", ", " "], ids=["comma", "no comma"])
@pytest.mark.parametrize("opening", OPENINGS)
def test_a_list_of_acts_behind_the_opening_is_kept(opening, comma):
    for printed, bearer in BEARERS:
        acts = [(bearer, "check the"), (bearer, "inform the")]
        assert read(f"{opening}{comma}{printed} shall:{ITEMS}") == acts


@pytest.mark.parametrize("opening", FRONTED)
def test_a_name_without_an_article_needs_no_comma(opening):
    for printed, bearer in NAMED:
        for comma in (", ", " "):
            assert read(f"{opening}{comma}{printed} shall check the moorings.") == [(bearer, "check the")]
            assert len(read(f"{opening}{comma}{printed} shall:{ITEMS}")) == 2


@pytest.mark.parametrize("comma", [", ", " "], ids=["comma", "no comma"])
@pytest.mark.parametrize("opening", FRONTED)
def test_a_passive_is_a_duty_of_whom_it_names(opening, comma):
    for subject in ("the hull", "a survey", "moorings")[: 2 if comma == " " else 3]:
        (found,) = norms(f"{opening}{comma}{subject} shall be checked by the harbour master.")
        assert (found.modality, found.bearer.text) == ("obligation", "harbour master"), subject


@pytest.mark.parametrize(
    "opening", ["After each repair of the hull", "Before the first use of a berth", "During a voyage"]
)
def test_a_thing_without_comma_and_article_is_no_reason_to_lose_the_duty(opening):
    assert len(norms(f"{opening} moorings shall be checked by the harbour master.")) == 1


@pytest.mark.parametrize("comma", [", ", " "], ids=["comma", "no comma"])
@pytest.mark.parametrize("opening", FRONTED)
def test_a_pronoun_behind_the_opening_is_who_was_spoken_of(opening, comma):
    before = "The payment institution shall appoint a master. "
    found = read(f"{before}{opening}{comma}it shall check the moorings.")
    assert found[1:] == [("payment institution", "check the")]
    assert len(read(f"{before}{opening}{comma}it shall:{ITEMS}")) == 3


@pytest.mark.parametrize(
    "condition",
    [
        "Before the bank may lend, ",
        "Where, under Article 5, a bank may waive a fee, ",
        "While listed banks may prepare a prospectus, ",
        "If under Article 5 the bank must wait, ",
    ],
)
def test_a_verb_inside_the_opening_commands_nobody(condition):
    (found,) = norms(f"{condition}the broker shall inform the client.")
    assert (found.bearer.text, found.action) == ("broker", "inform the client")


def test_a_time_with_a_verb_of_its_own_is_a_subject():
    text = "Each day a bank fails to report shall be regarded as a separate breach."
    assert all("bank" not in one.bearer.text for one in norms(text))


def test_a_bound_denies_nothing():
    assert norm("No fewer than two members of staff shall attend the drill.").modality == "obligation"
    assert norm("No member of staff shall attend the drill.").modality == "prohibition"


def test_what_a_client_shall_receive_is_a_duty_of_whoever_gives_it():
    found = norm("Following the payment the applicant shall receive a receipt.")
    assert (found.modality, found.bearer.text) == ("obligation", "")


def test_subject_to_names_nobody():
    (found,) = norms("Subject to Rule 7, once a bank is aware of the loss, it must report the loss.")
    assert found.bearer.text == "bank"


def test_a_short_name_with_nothing_before_it_is_read():
    assert [type(one) for one in extract(law("(BIA)\nThe bank shall keep a BIA."))] == [Draft]
    assert statements("(BIA)") == []
