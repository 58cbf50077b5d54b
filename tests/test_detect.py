"""The language of a text, also when it is short, quotes another language, or is hardly a text at all."""

import subprocess
import sys

import pytest

from core.language.detect import language
from tests.shared import SHARED, needs_shared

SENTENCES = {
    "en": "The firm shall notify the authority without delay.",
    "da": "Instituttet skal opbevare dokumentationen i mindst fem år efter ophøret.",
    "de": "Das Institut hat die Aufsichtsbehörde unverzüglich zu unterrichten.",
    "fr": "L’établissement informe l’autorité compétente sans délai.",
    "es": "La entidad informará a la autoridad competente sin demora.",
    "nl": "De instelling stelt de toezichthouder onverwijld in kennis.",
    "sv": "Institutionen ska underrätta tillsynsmyndigheten utan dröjsmål.",
    "it": "L'ente informa senza indugio l'autorità competente.",
    "pt": "A instituição informa a autoridade competente sem demora.",
    "pl": "Instytucja niezwłocznie powiadamia właściwy organ nadzoru.",
    "fi": "Laitoksen on ilmoitettava asiasta viranomaiselle viipymättä.",
    "ru": "Банк обязан незамедлительно уведомить надзорный орган.",
    "zh": "本规定适用于支付机构。所有机构必须及时报告。",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
def test_one_sentence_is_enough(code: str, sentence: str):
    assert language(sentence) == code


def test_what_a_text_quotes_does_not_count():
    quoting = (
        "Der Begriff „financial entity“ means “an undertaking that provides financial services” im Sinne dieser Norm."
    )
    assert language(quoting) == "de"
    assert language("Ordet “any undertaking that is subject to this Regulation” er oversat fra engelsk.") == "da"


def test_english_that_names_foreign_things_is_english():
    assert (
        language("The Bundesanstalt für Finanzdienstleistungsaufsicht shall be notified of the incident by the firm.")
        == "en"
    )


def test_a_foreign_text_under_an_english_title_is_foreign():
    assert language("DIGITAL OPERATIONAL RESILIENCE\n\n" + (SENTENCES["da"] + " ") * 20) == "da"


@pytest.mark.parametrize("scrap", ["", "Yes.", "§ 1.", "1.2.3 (a)", "ICT", "???", "12 345,67", "\x00\x00"])
def test_too_little_is_undetermined(scrap: str):
    assert language(scrap) == "und"


def test_english_needs_no_model():
    script = (
        "import sys; from core.language.detect import language; "
        "assert language('The firm shall notify the authority of the incident.') == 'en'; "
        "assert 'py3langid' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@needs_shared
@pytest.mark.parametrize(("pattern", "code"), [("*_EN.md", "en"), ("*_EN.*html", "en"), ("da_*.html", "da")])
def test_regulations_are_told_apart(pattern: str, code: str):
    from core.ingest import html, markdown

    for path in (SHARED / "regulations").glob(pattern):
        parse = markdown.parse if path.suffix == ".md" else html.parse
        assert language(parse(path.read_bytes()).text) == code
