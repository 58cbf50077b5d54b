"""Formex and Akoma Ntoso give the words that the printed act has, in the same blocks as its web page."""

import re

import pytest

from core.errors import BadInput
from core.ingest import akn, formex, html, read
from tests.pdf_parts import kinds, texts
from tests.shared import SHARED, needs_shared

ACT = """<?xml version="1.0" encoding="utf-8"?><CONS.ACT><INFO.CONSLEG START.DATE="20260115"/><CONS.DOC>
<BIB.INSTANCE><LG.DOC>EN</LG.DOC><DATE ISO="20251203">20251203</DATE></BIB.INSTANCE>
<FAM.COMP><BIB.DATA><NO.CELEX>32025R9999</NO.CELEX><TITLE><TI><P>not this one</P></TI></TITLE></BIB.DATA></FAM.COMP>
<TITLE><TI><P><HT TYPE="UC">Regulation</HT> (EU) 2025/9999</P><P>on sworn weighers</P></TI></TITLE>
<PREAMBLE><GR.CONSID><GR.CONSID.INIT>Whereas:</GR.CONSID.INIT>
<CONSID><NP><NO.P>(1)</NO.P><TXT>Weights matter.</TXT></NP></CONSID></GR.CONSID></PREAMBLE>
<ENACTING.TERMS><DIVISION><TITLE><TI><P>CHAPTER I</P></TI><STI><P>Duties</P></STI></TITLE>
<?PAGE NO='2'?><ARTICLE><TI.ART>Article 1</TI.ART><STI.ART>Registers</STI.ART>
<PARAG><NO.PARAG>1.</NO.PARAG><ALINEA><P>A weigher shall keep, under the Weights
 Directive<NOTE><P>Directive (EU) 2020/1 (<REF.DOC.OJ>OJ L 1, 1.1.2020, p. 1</REF.DOC.OJ>).</P></NOTE>:</P>
<LIST TYPE="alpha"><ITEM><NP><NO.P>(a)</NO.P><TXT>a <QUOT.START CODE="2018"/>book<QUOT.END CODE="2019"/>:</TXT>
<P><LIST TYPE="DASH"><ITEM><P>of arrivals;</P></ITEM><ITEM><P>of departures; and</P></ITEM></LIST></P></NP></ITEM>
<ITEM><NP><NO.P>(b)</NO.P><TXT>EUR <FT TYPE="NUMBER">10000000</FT> in cover.</TXT></NP></ITEM></LIST></ALINEA>
<?CLG.MDFO ID="M1"?><ALINEA>It shall be kept for six years.</ALINEA><?CLG.MDFC ID="M1"?></PARAG>
<PARAG><NO.PARAG>2.</NO.PARAG><ALINEA>Grades:<TBL><CORPUS><ROW TYPE="HEADER"><CELL>Grade</CELL><CELL>Limit</CELL></ROW>
<ROW><CELL>A</CELL><CELL>4 kg</CELL></ROW></CORPUS></TBL></ALINEA></PARAG></ARTICLE></DIVISION></ENACTING.TERMS>
</CONS.DOC></CONS.ACT>"""

BLOCKS = [
    ("heading", "REGULATION (EU) 2025/9999"),
    ("heading", "on sworn weighers"),
    ("paragraph", "Whereas:"),
    ("item", "(1) Weights matter."),
    ("heading", "CHAPTER I"),
    ("heading", "Duties"),
    ("heading", "Article 1"),
    ("heading", "Registers"),
    ("paragraph", "1. A weigher shall keep, under the Weights Directive:"),
    ("item", "(a) a ‘book’:"),
    ("item", "— of arrivals;"),
    ("item", "— of departures; and"),
    ("item", "(b) EUR 10 000 000 in cover."),
    ("paragraph", "It shall be kept for six years."),
    ("paragraph", "2. Grades:"),
    ("table_row", "Grade | Limit"),
    ("table_row", "A | 4 kg"),
    ("note", "(1) Directive (EU) 2020/1 (OJ L 1, 1.1.2020, p. 1)."),
]


def test_an_act_gives_its_blocks_with_labels_in_front_and_notes_at_the_end():
    assert kinds(formex.parse(ACT.encode())) == BLOCKS


def test_points_know_how_deep_they_stand():
    found = formex.parse(ACT.encode())
    assert [(t, b.level) for b, t in zip(found.blocks, texts(found), strict=True) if b.kind == "item"][1:] == [
        ("(a) a ‘book’:", 1),
        ("— of arrivals;", 2),
        ("— of departures; and", 2),
        ("(b) EUR 10 000 000 in cover.", 1),
    ]


def test_title_number_language_and_dates_are_declared():
    assert formex.parse(ACT.encode()).declared == {
        "title": "REGULATION (EU) 2025/9999 on sworn weighers",
        "regulation": "32025R9999",
        "language": "en",
        "version": "consolidated 2026-01-15",
        "published": "2025-12-03",
    }


def test_an_index_without_text_is_refused():
    with pytest.raises(BadInput, match="Add the act itself"):
        formex.parse(b"<?xml version='1.0'?><CONS.ACT><INFO.PROD/></CONS.ACT>")


def even(text):
    return re.sub(r" (?=[,;.])|\s*\(\s*\)", "", " ".join(text.split()))


@needs_shared
def test_the_consolidated_gdpr_is_the_same_in_formex_and_on_the_web():
    folder = SHARED / "regulations"
    act = formex.parse(
        (folder / "gdpr_32016R0679_consolidated_2016-05-04_EN_CL2016R0679EN0000020.0001.xml").read_bytes()
    )
    web = html.parse((folder / "gdpr_32016R0679_consolidated_2016-05-04_EN.html").read_bytes())
    body = [(kind, even(text)) for kind, text in kinds(act) if kind != "note"]
    assert body == [(kind, even(text)) for kind, text in kinds(web) if kind != "note"]


@needs_shared
@pytest.mark.parametrize(("name", "articles"), [("gdpr_32016R0679_consol", 99), ("sfdr_32019R2088_consol", 22)])
def test_formex_gives_every_article(name, articles):
    path = next((SHARED / "regulations").glob(f"{name}*.xml"))
    assert read(path.read_bytes(), path.name).document.structure.articles == articles


AKOMA_NTOSO = """<?xml version="1.0"?><akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><meta>
<identification><FRBRExpression><FRBRdate date="2024-03-01"/><FRBRlanguage language="eng"/></FRBRExpression>
</identification></meta><preface><p><docTitle>Weights (Safety) Act 2024</docTitle></p></preface>
<body><part><num>Part 1</num><heading>Duties</heading><section><num>1</num><heading>Records</heading>
<subsection><num>(1)</num><intro><p>A weigher must keep <del>three</del><ins>two</ins> things:</p></intro>
<paragraph><num>(a)</num><content><p>a register<authorialNote><p>See the guide.</p></authorialNote>, and</p></content>
</paragraph><paragraph><num>(b)</num><content><p>a log,</p></content></paragraph>
<wrapUp><p>for five years.</p></wrapUp></subsection></section></part></body></act></akomaNtoso>"""


def test_akoma_ntoso_gives_its_hierarchy():
    found = akn.parse(AKOMA_NTOSO.encode())
    assert kinds(found) == [
        ("paragraph", "Weights (Safety) Act 2024"),
        ("heading", "Part 1"),
        ("heading", "Duties"),
        ("heading", "1 Records"),
        ("item", "(1) A weigher must keep two things:"),
        ("item", "(a) a register, and"),
        ("item", "(b) a log,"),
        ("paragraph", "for five years."),
        ("note", "(1) See the guide."),
    ]
    assert found.declared == {"title": "Weights (Safety) Act 2024", "language": "en", "published": "2024-03-01"}


def test_akoma_ntoso_without_words_is_refused():
    with pytest.raises(BadInput, match="no text"):
        akn.parse(b"<akomaNtoso><act><meta/></act></akomaNtoso>")
