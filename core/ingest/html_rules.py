"""Which elements of a page are furniture, hidden, headings, notes or labels; known pages by their class names."""

import re
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
# Class names of furniture on pages everywhere. Whole ones only: "cookie-policy" and "share-capital" are subjects.
FURNITURE_CLASS = re.compile(
    r"(?:^|\s)(?:cookie-?s?[_-]?(?:banner|bar|notice|consent|popup|dialog)\S*|breadcrumbs?|nav|navbar|navigation|"
    r"site-(?:nav|menu|footer)|main-menu|side-?bar|skip-?(?:link|nav|to-content)|"
    r"(?:social|share|sharing)-(?:links?|buttons?|bar|media|icons?)|pagination|pager|toc|table-of-contents)(?:$|\s)",
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
