"""Two versions of a regulation, or any two documents: what changed in the duties and in the text.

wording, pairing, places    which text of one is which of the other
redline                     the text, word by word
deadlines, differences      what changed, in an analyst's words
comparison, summary         all of it for two documents, and the sentences that sum it up
stored                      two documents of the library, for one user
"""

from core.compare.comparison import KINDS, ArticleChange, Change, Comparison, Kind, Side, compare
from core.compare.differences import ASPECTS, Difference, label_counts
from core.compare.redline import Piece, by_line, changed, redline
from core.compare.stored import carry_unchanged, compare_stored, side
from core.compare.summary import summary

__all__ = [
    "ASPECTS",
    "KINDS",
    "ArticleChange",
    "Change",
    "Comparison",
    "Difference",
    "Kind",
    "Piece",
    "Side",
    "by_line",
    "carry_unchanged",
    "changed",
    "compare",
    "compare_stored",
    "label_counts",
    "redline",
    "side",
    "summary",
]
