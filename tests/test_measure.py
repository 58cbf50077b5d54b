"""The measuring stick counts right, says where its errors are, and keeps a quarter of the sentences apart."""

import json

import pytest

from core.errors import BadInput
from core.measure import Answer, as_text, measure_extraction, paragraph, score
from tests.shared import needs_shared

ROWS = [
    {"sentence": "The Commission shall publish a list.", "label": "regulatory"},
    {"sentence": "This Regulation shall apply from 2 July 2030.", "label": "constitutive"},
    {"sentence": "The list shall be published.", "label": "constitutive"},
    {"sentence": "The list shall be long.", "label": "regulatory"},
]


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "sentences.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n", "utf-8")
    return path


def test_the_figures_are_those_of_the_regulatory_class():
    answers = [
        Answer("", True, True, ""),
        Answer("", True, False, ""),
        Answer("", False, True, ""),
        Answer("", False, False, ""),
    ]
    made = score(answers)
    assert (made.accuracy, made.precision, made.recall, made.f1) == (0.5, 0.5, 0.5, 0.5)


def test_no_answers_give_zeros_and_no_error():
    assert score([]).f1 == 0


def test_a_sentence_counts_when_its_bearer_is_explicit(labelled):
    report = measure_extraction(sentences=labelled)
    assert report["sentences"]["all"]["accuracy"] == 0.75
    assert [(error["number"], error["expected"], error["held_out"]) for error in report["sentence_errors"]] == [
        (3, True, True)
    ]
    assert report["sentences"]["read"]["count"] == 3
    assert report["sentences"]["held_out"]["count"] == 1


def test_the_report_prints_published_figures_and_errors_on_request(labelled):
    report = measure_extraction(sentences=labelled)
    assert "0.84" in as_text(report)
    assert "missed: The list shall be long." in as_text(report, with_errors=True)
    json.dumps(report)


def test_a_point_is_read_under_the_lead_in_of_its_paragraph():
    provisions = paragraph("1.The bank shall keep:(a)records;(b)copies.", 5)
    assert [(p.kind, p.label, p.text) for p in provisions] == [
        ("paragraph", "", "The bank shall keep:"),
        ("point", "(a)", "records;"),
        ("point", "(b)", "copies."),
    ]


def test_a_file_that_is_not_there_or_not_labelled_is_named(tmp_path, labelled):
    with pytest.raises(BadInput, match="nowhere"):
        measure_extraction(sentences=tmp_path / "nowhere.jsonl")
    labelled.write_text('{"text": 1}\n', "utf-8")
    with pytest.raises(BadInput, match="Line 1"):
        measure_extraction(sentences=labelled)


@needs_shared
def test_the_engine_is_as_good_as_the_best_published_on_the_shared_sentences():
    assert measure_extraction()["sentences"]["all"]["accuracy"] >= 0.84
