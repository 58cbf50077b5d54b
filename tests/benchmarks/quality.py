"""How well the engine reads: the labelled sets, beside the best that is published on them."""

from typing import Any

from tests.benchmarks.row import Row


def extraction() -> list[Row]:
    from core.measure import measure_extraction

    report = measure_extraction()
    rows = []
    if "sentences" in report:
        every, unseen = (report["sentences"][name]["accuracy"] for name in ("all", "held_out"))
        rows.append(Row("468 labelled EU sentences, accuracy", "0.84, best published", f"{every:.3f}"))
        rows.append(Row("of these, the quarter never read, accuracy", "0.84", f"{unseen:.3f}"))
    if "provisions" in report:
        strict, rights = report["provisions"]["f1"], report["provisions_with_rights"]["f1"]
        rows.append(Row("118 GDPR provisions, obligation or prohibition, F1", "0.90", f"{strict:.3f}"))
        rows.append(Row("the same where a right counts as somebody's duty, F1", "", f"{rights:.3f}"))
    own = report["own"]
    aspects = ("norm_f1", "modality", "bearer_kind", "explicit", "deadlines")
    figures = ", ".join(f"{name.replace('_', ' ')} {own[name]:.3f}" for name in aspects)
    rows.append(Row(f"our own {own['units']} labelled units (a regression test: its errors were read)", "", figures))
    return [*rows, *(_sureness(name, made) for name, made in report.get("confidence", {}).items())]


def _sureness(name: str, made: dict[str, Any]) -> Row:
    """Confidence against truth: what the engine claims in each range, and how often it is right there."""
    table = "; ".join(f"{row['claimed']:.2f}: {row['right']:.2f} of {row['norms']}" for row in made["reliability"])
    return Row(f"confidence claimed: right, {name.replace('_', ' ')}", "the same", table)
