"""A list that runs on in one paragraph gives one norm an item, with its lead-in."""

import pytest

from core.extract.engine import extract
from core.extract.unfolding import inline_list, unfolded
from core.types import Draft, Provision, Span


def provision(text: str, kind: str = "paragraph") -> Provision:
    return Provision("p", "4.2", "", text, Span("d", 100, 100 + len(text)), None, kind)  # type: ignore[arg-type]


def norms(text: str) -> list[Draft]:
    return [found for found in extract([provision(text)]) if isinstance(found, Draft)]


def items(text: str) -> list[str]:
    found = inline_list(text, 0, len(text))
    return [text[start:end].strip() for _, start, end in found.items] if found else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The Supplier shall (a) act with care; (b) keep logs; and (c) report.",
            ["act with care;", "keep logs; and", "report."],
        ),
        ("A bank must: (1) tell its clients, and (2) keep a record.", ["tell its clients, and", "keep a record."]),
        ("The firm shall, at its own cost, (i) have a plan and (ii) test it.", ["have a plan and", "test it."]),
        ("It must give a notice that (1) is clear, and (2) is short.", ["is clear, and", "is short."]),
        ("It shall keep (a) logs", []),
        ("It shall comply with points (a) and (b) of Clause 4.", []),
        ("It shall pay for one (1) month and then for two (2) months.", []),
        ("The price shall not exceed the lesser of (a) the cap and (b) the index.", []),
        ("If the bank (a) fails to pay or (b) is insolvent, the client may terminate.", []),
        ("It may assign, provided that (i) it tells us and (ii) we agree.", []),
        ("See § 5(a)(1), (a)(8), (a)(9), and (b) of this section: it shall apply.", []),
    ],
)
def test_a_list_of_acts_is_told_from_labels_of_other_kinds(text, expected):
    assert items(text) == expected


def test_each_item_is_a_norm_of_the_provision_with_its_place_and_times():
    text = "The Supplier shall (a) act with care; (b) report within 2 days; (c) not subcontract. The Client shall pay."
    found = norms(text)
    assert [(d.modality, d.bearer.text, d.provision.path) for d in found] == [
        ("obligation", "Supplier", "4.2"), ("obligation", "Supplier", "4.2"), ("prohibition", "Supplier", "4.2"),
        ("obligation", "Client", "4.2"),
    ]  # fmt: skip
    assert [d.iso8601 for d in found[1].deadlines] == ["P2D"]
    assert [d.lead_in.text for d in found if d.lead_in] == ["The Supplier shall"] * 3
    for draft in found:
        assert draft.quote.start is not None
        assert text[draft.quote.start - 100 :].startswith(draft.quote.text)


def test_what_is_made_has_its_home_and_keeps_the_order():
    text = "The bank shall (a) act; and so on, (b) report it. It may stop."
    made, homes = unfolded([provision(text)])
    assert all(homes[part.id].id == "p" for part in made[1:])
    assert [part.span.start for part in made] == sorted(part.span.start for part in made)


@pytest.mark.parametrize("kind", ["recital", "note", "table_row"])
def test_only_what_may_command_is_unfolded(kind):
    one = provision("The bank shall (a) act with care; and (b) report it.", kind)
    assert unfolded([one]) == ([one], {})
