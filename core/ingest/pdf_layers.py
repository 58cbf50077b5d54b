"""Layers that a PDF switches off: a reader of the file does not see them, a program that copies its text might."""

from typing import Any

from core.ingest.mupdf import load


def switched_off(document: Any) -> bool:
    """Whether any layer is off when the file is opened."""
    return any(not layer.get("on") for layer in document.get_ocgs().values())


def hidden_layers(document: Any) -> list[str]:
    """What appears on each page when all layers are on, and does not otherwise."""
    pymupdf = load()
    trouble = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
    try:
        with pymupdf.open(stream=document.tobytes(encryption=pymupdf.PDF_ENCRYPT_NONE), filetype="pdf") as copy:
            catalog = copy.pdf_catalog()
            copy.xref_set_key(catalog, "OCProperties/D/OFF", "[]")
            copy.xref_set_key(catalog, "OCProperties/D/BaseState", "/ON")
            shown = copy.tobytes()
        with pymupdf.open(stream=shown, filetype="pdf") as everything:
            found = [_added(document[number], everything[number]) for number in range(document.page_count)]
    except trouble:
        return []
    return [text for text in found if text]


def _added(page: Any, full: Any) -> str:
    def words(sheet: Any) -> list[tuple[str, int, int]]:
        return [(word[4], round(word[0]), round(word[1])) for word in sheet.get_text("words")]

    seen = set(words(page))
    return " ".join(text for text, x, y in words(full) if (text, x, y) not in seen)
