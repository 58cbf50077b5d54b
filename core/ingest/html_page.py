"""What we know of HTML pages: which elements are furniture, hidden, headings, notes or labels; what pages declare."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FURNITURE = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "option",
        "input",
        "textarea",
        "label",
        "svg",
        "math",
        "canvas",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "map",
        "head",
        "title",
        "meta",
        "link",
        "dialog",
        "menu",
    ]
)
BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
FURNITURE_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "menu", "menubar", "toolbar", "tablist"]
)
# Whole words in class or id that name furniture on pages everywhere, and those of EUR-Lex and the PRA Rulebook.
FURNITURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:cookie|cookies|breadcrumb|breadcrumbs|navbar|navigation|side-?bar|skip-?link|share|social|"
    r"pagination|menu|toc)(?:$|[\s_-])",
    re.IGNORECASE,
)
SKIPPED = frozenset(
    [
        "page-utilities",
        "row-block__info",
        "arrow",
        "disclaimer",
        "hd-modifiers",
        "title-fam-member",
        "title-doc-oj-reference",
        "reference",
        "modref",
        "oj-hd-date",
        "oj-hd-lg",
        "oj-hd-ti",
        "oj-hd-oj",
    ]
)
UNSEEN_CLASSES = frozenset({"visually-hidden", "sr-only", "visuallyhidden", "screen-reader-text"})
NOTES = frozenset({"oj-note", "note", "footnote", "footnotes"})
HEADINGS = {
    "oj-doc-ti": 1,
    "title-doc-first": 1,
    "title-doc-last": 1,
    "title-annex-1": 1,
    "title-annex-2": 2,
    "oj-ti-section-1": 2,
    "oj-ti-section-2": 2,
    "title-division-1": 2,
    "title-division-2": 2,
    "oj-ti-art": 3,
    "oj-sti-art": 3,
    "title-article-norm": 3,
    "title-article-quoted": 3,
    "stitle-article-norm": 3,
    "stitle-article-quoted": 3,
    "oj-ti-annotation": 4,
    "oj-ti-grseq-1": 4,
    "title-gr-seq-level-1": 4,
    "title-gr-seq-level-2": 4,
    "title-gr-seq-level-3": 4,
    "oj-ti-tbl": 4,
    "title-table": 4,
}
LABELS = frozenset({"no-parag", "grid-list-column-1", "rule-number"})

# "display:none", "font-size:0" and the like in a style attribute: nobody sees the words.
UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0*\.?0+(?:px|pt|em|rem|%)?\s*(?:;|!|$)|"
    r"opacity\s*:\s*0*\.?0+\s*(?:;|!|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
WHITE_TEXT = re.compile(r"(?:^|[;\s])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)", re.I)
BACKGROUND = re.compile(r"background", re.I)
SHEET_RULE = re.compile(r"([.#][\w-]+)\s*\{([^{}]*)\}")
CONDITIONAL = re.compile(r"\[if|<!\[|\[endif|-?<!$")
OJ_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
REFERENCE = re.compile(r"0?(\d{4}[A-Z]\d{4})\S*\s*—\s*([A-Z]{2})\s*—\s*(\d{1,2}\.\d{1,2}\.\d{4})")


def name(node: Any) -> str:
    """The element's tag without namespace; "" for comments and processing instructions."""
    tag = node.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def classes(node: Any) -> set[str]:
    return set(str(node.get("class") or "").split())


@dataclass(slots=True)
class Rules:
    """How to read one page's elements; `unseen` are the selectors that its own style sheets hide."""

    unseen: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, root: Any) -> "Rules":
        hidden = set()
        for sheet in root.iter("style", "{*}style"):
            for selector, rules in SHEET_RULE.findall("".join(sheet.itertext())[:200_000]):
                if UNSEEN_STYLE.search(rules):
                    hidden.add(selector)
        return cls(frozenset(hidden))

    def skips(self, node: Any) -> bool:
        if node.get("role") in FURNITURE_ROLES:
            return True
        named = classes(node)
        if named & SKIPPED:
            return True
        return (
            bool(named)
            and name(node) not in ("body", "main", "article")
            and bool(FURNITURE_CLASS.search(" ".join(named)))
        )

    def hides(self, node: Any) -> bool:
        """Whether a reader of the page would not see the element."""
        style = str(node.get("style") or "")
        if node.get("hidden") is not None or (style and UNSEEN_STYLE.search(style)):
            return True
        if style and WHITE_TEXT.search(style) and not BACKGROUND.search(style):
            return not any(BACKGROUND.search(str(above.get("style") or "")) for above in node.iterancestors())
        named = classes(node)
        if named & UNSEEN_CLASSES:
            return True
        return bool(self.unseen) and (
            any(f".{one}" in self.unseen for one in named) or f"#{node.get('id')}" in self.unseen
        )

    def heading(self, node: Any) -> int:
        """The depth of a heading, 0 for anything else."""
        for one in classes(node):
            if one in HEADINGS:
                return HEADINGS[one]
        tag = name(node)
        return int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" else 0

    def note(self, node: Any) -> bool:
        return name(node) in ("p", "div") and bool(classes(node) & NOTES)

    def label(self, node: Any) -> str | None:
        """The label that an element of a known page holds, to stand before the words that follow."""
        if not classes(node) & LABELS:
            return None
        return " ".join("".join(node.itertext()).split())

    def deeper(self, node: Any, depth: int) -> int:
        return depth + 1 if "grid-container" in classes(node) else depth

    def inline(self, node: Any) -> bool:
        return "inline-element" in classes(node)


def starts(root: Any) -> list[Any]:
    """The elements that hold the page's own words: a known container, the main element, else the body."""
    parts = [node for node in root.iter() if "part-content" in classes(node)]
    if parts:
        return [*(node for node in root.iter() if name(node) == "h1"), *parts]
    acts = [node for node in root.iter() if "eli-container" in classes(node)]
    if acts and any("title-doc-first" in classes(node) for node in root.iter()):
        notes = [node for node in root.iter() if "footnote" in classes(node)]
        return [*acts, *notes]
    mains = [node for node in root.iter() if name(node) == "main" or node.get("role") == "main"]
    if mains:
        return mains[:1]
    articles = [node for node in root.iter() if name(node) == "article"]
    if len(articles) == 1:
        return articles
    return [next((node for node in root.iter() if name(node) == "body"), root)]


def words(node: Any, rules: Rules | None = None) -> str:
    """The text inside an element, furniture and hidden parts left out when `rules` are given."""
    pieces: list[str] = []
    collect(node, rules, pieces)
    return "".join(pieces)


def collect(node: Any, rules: Rules | None, pieces: list[str]) -> None:
    tag = name(node)
    if not tag or tag in ("script", "style") or (rules and (rules.skips(node) or rules.hides(node))):
        return
    pieces.append(node.text or "")
    for child in node:
        collect(child, rules, pieces)
        pieces.append(child.tail or "")
    if tag in BLOCKS or tag == "br":
        pieces.append(" ")


def rows(table: Any) -> list[list[Any]]:
    """The cells of each row of a table, not of tables inside it."""
    found = []
    for part in table:
        grouped = list(part) if name(part) in ("tbody", "thead", "tfoot") else [part]
        for row in grouped:
            if name(row) == "tr":
                found.append([cell for cell in row if name(cell) in ("td", "th")])
    return [row for row in found if row]


def holds_blocks(table: list[list[Any]]) -> bool:
    """Whether a table lays out a page: cells that hold lists, headings or tables of their own."""
    inner = {"ul", "ol", "table", "h1", "h2", "h3", "h4"}
    return any(name(node) in inner for row in table for cell in row for node in cell.iter() if node is not cell)


def is_header(cells: list[Any]) -> bool:
    return all(name(cell) == "th" or any("tbl-hdr" in str(node.get("class")) for node in cell) for cell in cells)


def count_from(listing: Any) -> int:
    start = str(listing.get("start") or "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def marker(listing: Any, item: Any, number: int) -> str:
    """The number that a browser would print before an item of an ordered list."""
    value = str(item.get("value") or "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else number
    style = listing.get("type") or "1"
    if style in ("a", "A") and number <= 26:
        return f"({chr(ord(style) + number - 1)})"
    if style in ("i", "I") and number < 40:
        numeral = "x" * (number // 10) + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[number % 10]
        return f"({numeral if style == 'i' else numeral.upper()})"
    return f"{number}."


def comments(root: Any) -> Iterator[str]:
    """What comments say: no reader sees it. Marks for old browsers and converters are left out."""
    for node in root.iter():
        if not isinstance(node.tag, str) and node.text and " " in node.text.strip():
            text = node.text.strip()
            if not CONDITIONAL.search(text) and "converter_version" not in text:
                yield text


def declared(root: Any) -> dict[str, str]:
    """What the page states about itself in places made for it."""
    found: dict[str, str] = {}
    for node in root.iter():
        named = classes(node)
        if not named:
            continue
        text = " ".join("".join(node.itertext()).split()) if named & READ else ""
        if "oj-hd-date" in named and (date := OJ_DATE.search(text)):
            found["published"] = iso(date)
        elif "oj-hd-lg" in named and len(text) == 2:
            found["language"] = text.lower()
        elif "oj-hd-oj" in named:
            found["journal"] = text
        elif "reference" in named and (stated := REFERENCE.search(text)):
            found["regulation"] = f"3{stated[1]}"
            found["language"] = stated[2].lower()
            if date := OJ_DATE.search(stated[3]):
                found["version"] = f"consolidated {iso(date)}"
        elif "title-doc-oj-reference" in named and (date := OJ_DATE.search(text)):
            found["published"] = iso(date)
        elif "rulebook-content" in named and (day := node.get("data-rulebook-date")):
            found["type"] = "rulebook"
            found["date"] = "-".join(reversed(day.split("-")))
    if found.get("type") == "rulebook":
        title = next((" ".join(node.itertext()) for node in root.iter() if name(node) == "h1"), "")
        found["title"] = " ".join(title.split())
    return found


READ = frozenset({"oj-hd-date", "oj-hd-lg", "oj-hd-oj", "reference", "title-doc-oj-reference"})


def iso(date: re.Match[str]) -> str:
    return f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}"
