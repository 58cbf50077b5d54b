"""Both themes can be read by everybody (WCAG 2.2 AA), and nothing in them comes from another host."""

import tomllib
from pathlib import Path

import pytest

from pages.parts import chart, tables
from pages.parts.words import MODALITIES, RISKS, STATUSES

CONFIG = tomllib.loads((Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml").read_text("utf-8"))
THEMES = ("light", "dark")
COLOURS = ("red", "orange", "yellow", "green", "blue", "violet", "gray")
TEXT, GRAPHICS = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_on_every_ground(name):
    theme = CONFIG["theme"][name]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(theme["textColor"], theme[ground]) >= 7
        assert contrast(theme["linkColor"], theme[ground]) >= TEXT
        assert contrast(theme["grayTextColor"], theme[ground]) >= TEXT
    assert contrast(theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"]) >= TEXT


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("colour", COLOURS)
def test_badges_and_marked_text_can_be_read(name, colour):
    theme = CONFIG["theme"][name]
    assert contrast(theme[f"{colour}TextColor"], theme[f"{colour}BackgroundColor"]) >= TEXT
    assert contrast(theme["textColor"], theme[f"{colour}BackgroundColor"]) >= TEXT


@pytest.mark.parametrize("name", THEMES)
def test_the_accent_is_seen_as_a_button_and_as_a_focus_ring(name):
    theme = CONFIG["theme"][name]
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.3
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= GRAPHICS


def test_tables_and_charts_have_the_colours_of_the_theme():
    for place, name in enumerate(THEMES):
        theme = CONFIG["theme"][name]
        for colour, pair in tables.CHIPS.items():
            assert pair[place] == theme[f"{colour}BackgroundColor"]
        for level, pair in chart.COLOURS.items():
            if level != "low":
                assert pair[place] == theme[f"{RISKS[level]}Color"]


def test_every_risk_status_and_kind_has_a_colour_of_the_theme():
    assert {*RISKS.values(), *STATUSES.values(), *MODALITIES.values()} <= set(COLOURS)
    assert len(set(RISKS.values())) == len(RISKS)


def test_nothing_is_fetched_from_another_host_and_nothing_is_reported():
    assert "http" not in str(CONFIG["theme"])
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["address"] == "localhost"
    assert CONFIG["client"]["showErrorDetails"] == "none"
