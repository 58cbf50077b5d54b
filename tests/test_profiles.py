"""Does a norm bind a firm of this kind? Marked yes, no or unclear with the words that decided; nothing is hidden."""

import pytest

from core.errors import BadInput
from core.extract.profiles import applies, names
from tests.norms import document, norm


def answer(bearer, profile, kind="regulated", **fields):
    return applies(norm("It shall act.", bearer=bearer, kind=kind), document(**fields), profile).answer


def test_every_profile_that_the_design_names_exists():
    assert set(names()) == {
        "payment-institution",
        "credit-institution",
        "e-money-institution",
        "investment-firm",
        "crypto-asset-service-provider",
        "data-controller",
        "data-processor",
        "ict-third-party-provider",
        "ai-provider",
        "ai-deployer",
    }


@pytest.mark.parametrize("profile", names())
def test_each_profile_binds_its_own_name(profile):
    assert answer(names()[profile], profile) == "yes"


@pytest.mark.parametrize(
    ("bearer", "profile", "wanted"),
    [
        ("Payment institutions", "payment-institution", "yes"),
        ("the payment service provider of the payer", "payment-institution", "yes"),
        ("Credit institutions", "payment-institution", "no"),
        ("financial entities", "payment-institution", "yes"),
        ("financial entities", "ict-third-party-provider", "no"),
        ("ICT third-party service providers to financial entities", "payment-institution", "no"),
        ("ICT third-party service providers to financial entities", "ict-third-party-provider", "yes"),
        ("The controller", "payment-institution", "yes"),
        ("The processor", "payment-institution", "unclear"),
        ("controller or processor", "data-processor", "yes"),
        ("the controller and, where applicable, the controller's representative", "data-controller", "yes"),
        ("Associations representing categories of controllers or processors", "data-processor", "unclear"),
        ("providers of high-risk AI systems", "ai-provider", "yes"),
        ("Deployers of high-risk AI systems", "ai-provider", "unclear"),
        ("central counterparties", "investment-firm", "no"),
        ("management body of the financial entity", "credit-institution", "yes"),
        ("management body", "credit-institution", "unclear"),
        ("moonlighters", "credit-institution", "unclear"),
        ("", "credit-institution", "unclear"),
    ],
)
def test_bearers_of_every_shape_are_judged(bearer, profile, wanted):
    assert answer(bearer, profile) == wanted


@pytest.mark.parametrize("kind", ["authority", "eu_body", "member_state"])
def test_duties_of_public_bodies_do_not_bind_a_firm(kind):
    assert answer("The competent authority", "payment-institution", kind) == "no"


def test_private_persons_are_not_firms():
    assert answer("data subject", "payment-institution", "person") == "no"


def test_the_firms_own_policy_binds_its_people():
    assert answer("the case owner", "payment-institution", "person", type="policy") == "yes"


def test_a_document_that_names_whom_it_applies_to_decides_general_bearers():
    named = ("credit institutions", "payment institutions")
    assert answer("financial entities", "payment-institution", applies_to=named) == "yes"
    assert answer("financial entities", "investment-firm", applies_to=named) == "no"


def test_the_reason_quotes_the_bearer():
    reason = applies(norm("It shall act.", bearer="Credit institutions"), document(), "payment-institution").reason
    assert "“Credit institutions”" in reason


def test_a_role_that_a_firm_may_have_is_unclear_and_says_so():
    reason = applies(norm("It shall act.", bearer="The processor"), document(), "payment-institution").reason
    assert reason == "A payment institution may also act as “The processor”."


def test_without_a_profile_everything_is_unclear():
    assert answer("Payment institutions", "") == "unclear"


def test_an_unknown_profile_is_refused_with_the_names_that_exist():
    with pytest.raises(BadInput, match="payment-institution"):
        answer("Payment institutions", "bakery")


def right(quote, profile):
    return applies(norm(quote, bearer="data subject", kind="person", modality="right"), document(), profile)


def test_a_right_binds_the_firm_that_owes_it():
    found = right("The data subject shall have the right to obtain from the controller a copy.", "data-controller")
    assert found.answer == "yes"
    assert found.reason == "It is a right that “controller” owes. “controller” names a data controller."
    assert right("Holders shall have a claim against the credit institution.", "credit-institution").answer == "yes"
    assert right("Holders shall have a claim against the credit institution.", "payment-institution").answer == "no"


def test_a_right_towards_authorities_or_towards_nobody_named_is_told_as_such():
    towards = right(
        "Everyone shall have the right to lodge a complaint with a supervisory authority.", "data-controller"
    )
    assert (towards.answer, towards.reason) == ("no", "It is a right towards authorities.")
    nobody = right("The data subject shall have the right to object.", "data-controller")
    assert nobody.answer == "unclear"
    assert "does not say who owes it" in nobody.reason
