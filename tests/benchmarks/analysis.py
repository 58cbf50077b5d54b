"""The built-in analysis from bytes to findings."""

from tests.benchmarks.row import SHARED, Row, seconds

GDPR = SHARED / "regulations"
TEXT = GDPR / "gdpr_32016R0679_original-oj_2016-04-27_EN.md"
PDF = GDPR / "gdpr_regulation.pdf"
SIZES_KB = (10, 100, 1_000, 10_000)


def timed(name: str, budget: str, data: bytes, filename: str) -> list[Row]:
    from core.pipeline import analyze

    analyze(b"# Policy\n\nThe firm shall keep records.\n", "warm.md")
    return [Row(name, budget, f"{seconds(lambda: analyze(data, filename)):.2f} s")]


def gdpr_text() -> list[Row]:
    if not TEXT.exists():
        return []
    return timed("built-in analysis, whole GDPR as text", "under 1 s", TEXT.read_bytes(), TEXT.name)


def gdpr_pdf() -> list[Row]:
    if not PDF.exists():
        return []
    return timed("built-in analysis, GDPR as PDF, parser's process included", "under 2.5 s", PDF.read_bytes(), PDF.name)


def regulation(kilobytes: int) -> bytes:
    """A synthetic act of about this size: articles of three paragraphs, each with its own duty."""
    articles, size = [], 0
    for number in range(1, 1_000_000):
        paragraphs = [
            f"{place}. The firm shall report incident type {number}.{place} to the competent authority "
            f"within {place * 24} hours, unless the incident is unlikely to affect its clients."
            for place in (1, 2, 3)
        ]
        article = f"### Article {number} — Reporting of type {number}\n\n" + "\n\n".join(paragraphs) + "\n\n"
        articles.append(article)
        size += len(article)
        if size >= kilobytes * 1000:
            return ("# Regulation on incident reporting\n\n" + "".join(articles)).encode()
    raise AssertionError("unreachable")


def slope() -> list[Row]:
    """Seconds per 100 KB at each size: constant when the work is linear."""
    from core.pipeline import analyze

    rates = []
    for size in SIZES_KB:
        data = regulation(size)
        rates.append(f"{seconds(lambda data=data: analyze(data, 'act.md'), 1) / (len(data) / 1e5):.2f}")  # type: ignore[misc]
    sizes = ", ".join(f"{size} KB" for size in SIZES_KB)
    return [Row(f"analysis, seconds per 100 KB at {sizes}", "linear", ", ".join(rates))]
