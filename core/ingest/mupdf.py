"""PyMuPDF without the layout model that it loads by itself: 0.2 s instead of 1.0 s, 90 MB of addresses, not 800."""

import sys
from types import ModuleType
from typing import cast

# None in sys.modules makes an import fail at once; PyMuPDF then goes on without the model, which we do not use.
UNUSED = ("pymupdf.layout", "pymupdf4llm")


def load() -> ModuleType:
    """The pymupdf module, quiet: broken files would otherwise fill the log."""
    for name in UNUSED:
        sys.modules.setdefault(name, cast(ModuleType, None))
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return cast(ModuleType, pymupdf)
