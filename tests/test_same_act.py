"""One act in several formats is one set of obligations, to the character."""

import pytest

from core.pipeline import analyze
from tests.shared import SHARED, needs_shared

LAWS = SHARED / "regulations"
ACTS = [
    (
        "gdpr_32016R0679_original-oj_2016-04-27_EN.md",
        "gdpr_regulation.pdf",
        "gdpr_32016R0679_original-oj_2016-04-27_EN.xhtml",
    ),
    (
        "gdpr_32016R0679_consolidated_2016-05-04_EN_CL2016R0679EN0000020.0001.xml",
        "gdpr_32016R0679_consolidated_2016-05-04_EN.html",
    ),
    (
        "dora_32022R2554_original-oj_2022-12-14_EN.md",
        "dora_regulation.pdf",
        "dora_32022R2554_original-oj_2022-12-14_EN.xhtml",
    ),
]


def obligations(name):
    found = analyze((LAWS / name).read_bytes(), name).obligations
    return [
        (one.draft.provision.path, one.draft.modality, " ".join(one.draft.quote.text.split()), one.draft.bearer.text)
        for one in found
    ]


@needs_shared
@pytest.mark.parametrize("names", ACTS, ids=lambda names: names[0][:20])
def test_each_format_of_an_act_gives_the_same_obligations(names):
    first, *others = map(obligations, names)
    assert len(first) > 600
    for other in others:
        assert other == first
