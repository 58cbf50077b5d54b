"""What must be done, as an infinitive: bans, limits and conditions read as what they ban and limit."""

from tests.engine_parts import norm, norms


def test_the_act_of_a_ban_is_what_is_banned_and_of_a_limit_keeps_its_only():
    banned = norm("The processing of such data shall be prohibited.")
    assert (banned.modality, banned.action) == ("prohibition", "carry out the processing of such data")
    assert norm("Anonymous accounts shall be prohibited.").action == "have anonymous accounts"
    assert norm("Such data shall only be processed with consent.").action == "only process such data with consent"
    assert norm("Banks shall only use testers that are certified.").action.startswith("only use testers")


def test_the_act_of_a_transfer_that_takes_place_only_on_conditions_is_the_transfer():
    text = "A transfer of data to a third country shall take place only on one of these grounds."
    assert norm(text).action == "carry out a transfer of data to a third country except on one of these grounds"


def test_the_act_of_a_required_thing_is_to_have_it():
    assert (
        norm("An impact assessment shall be required in such cases.").action
        == "have an impact assessment in such cases"
    )


def test_the_act_of_a_power_conferred_is_what_it_is_a_power_to():
    draft = norm("The power to adopt delegated acts shall be conferred on the Commission for five years.")
    assert (draft.modality, draft.bearer.text, draft.action) == ("power", "Commission", "adopt delegated acts")


def test_what_must_not_take_place_must_not_be_carried_out():
    assert norm("No admission to trading shall take place on that venue.").action == (
        "carry out admission to trading on that venue"
    )


def test_information_that_somebody_is_required_to_give_only_describes_it():
    assert len(norms("The issuer shall post all information it is required to disclose.")) == 1


def test_an_object_is_never_an_article_that_has_lost_its_noun():
    text = "The bank shall make available the following: (a) the name of the payer; (b) the amount."
    assert [one.object for one in norms(text)] == ["", ""]
    assert norm("The bank shall make available the name of the payer.").object.endswith("name")
