"""Whatever the text: spans are right, paths unique, no words lost. Blocks are put together at random."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ingest.provisions import provisions
from core.types import Block, ParsedFile

SCRAPS = [
    *("Article 5", "Article 5 — Title", "‘Article 6a", "§ 12", "ANNEX I", "ANNEX", "CHAPTER II", "Section 1", "PART A"),
    *(
        "(a)",
        "(b)",
        "(h)",
        "(i)",
        "(ii)",
        "(j)",
        "(aa)",
        "(1)",
        "(*1)",
        "1.",
        "2.",
        "4.2",
        "4.2.1",
        "A.",
        "IV.",
        "—",
        "•",
    ),
    *(
        "SYSC 8.1.1R",
        "(a)(1)(i)(A)",
        "4.—(1)",
        "Section 4. The firm shall act.",
        "The firm shall notify: ",
        "text; and",
    ),
    *(
        "Whereas:",
        "HAVE ADOPTED THIS REGULATION:",
        "Done at Brussels, 1 May 2020.",
        "Notes",
        "Contents",
        "Recitals",
        "and",
    ),
    *("is replaced by the following:", "‘5. quoted text’;", "‘", "’;", "(", ".", " ", "\u2003", "Title ..... 12"),
    "This Regulation shall be binding in its entirety",
]
PIECES = st.one_of(st.sampled_from(SCRAPS), st.text(max_size=9))
BLOCKS = st.lists(
    st.tuples(
        st.lists(PIECES, max_size=4).map(" ".join),
        st.sampled_from(["heading", "paragraph", "item", "table_row", "note"]),
        st.integers(0, 4),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=25,
)
ROUNDS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def parsed(blocks: list[tuple[str, str, int, int, bool]], between: str) -> ParsedFile:
    text, found = "", []
    for words, kind, level, table, header in blocks:
        found.append(Block(len(text), len(text) + len(words), kind, level, table, header))  # type: ignore[arg-type]
        text += words + between
    return ParsedFile("text/plain", text, tuple(found))


@ROUNDS
@given(BLOCKS, st.sampled_from(["\n\n", "\n", ""]))
def test_spans_equal_their_text_in_order_and_paths_are_unique(blocks, between):
    file = parsed(blocks, between)
    found = provisions(file, "d", "l")
    ends, seen = 0, set()
    for provision in found:
        assert provision.text == file.text[provision.span.start : provision.span.end]
        assert provision.span.start >= ends
        assert provision.parent is None or provision.parent in seen
        ends = max(ends, provision.span.end)
        seen.add(provision.id)
    assert len({provision.path for provision in found}) == len(found) == len(seen)


@ROUNDS
@given(BLOCKS)
def test_no_words_are_lost_and_none_stand_twice(blocks):
    marked = [
        (words if kind == "heading" else f"{words} Zebra{index} must act now.", kind, *rest)
        for index, (words, kind, *rest) in enumerate(blocks)
    ]
    found = provisions(parsed(marked, "\n\n"), "d", "l")
    for index, (_, kind, *_) in enumerate(marked):
        if kind != "heading":
            assert sum(f"Zebra{index} must" in provision.text for provision in found) == 1
