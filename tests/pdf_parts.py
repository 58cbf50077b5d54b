"""PDFs made for one test each, with reportlab."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

WIDTH, HEIGHT = A4


class Sheet:
    """A canvas that measures from the top left, as readers do."""

    def __init__(self, size=A4, **options):
        self.target = io.BytesIO()
        self.canvas = canvas.Canvas(self.target, pagesize=size, **options)
        self.height = size[1]

    def write(self, x, y, text, size=10, font="Times-Roman", color=None, mode=None):
        line = self.canvas.beginText(x, self.height - y)
        line.setFont(font, size)
        if color is not None:
            line.setFillColorRGB(*color)
        if mode is not None:
            line.setTextRenderMode(mode)
        line.textOut(text)
        self.canvas.drawText(line)
        if color is not None:
            self.canvas.setFillColorRGB(0, 0, 0)
        return self

    def lines(self, x, y, texts, leading=12, **style):
        for place, text in enumerate(texts):
            self.write(x, y + place * leading, text, **style)
        return self

    def centred(self, y, text, size=10, font="Times-Roman"):
        self.canvas.setFont(font, size)
        self.canvas.drawCentredString(WIDTH / 2, self.height - y, text)
        return self

    def raised(self, x, y, before, mark, after, size=10):
        """A line with a small raised mark in it."""
        line = self.canvas.beginText(x, self.height - y)
        line.setFont("Times-Roman", size)
        line.textOut(before)
        line.setFont("Times-Roman", size * 0.55)
        line.setRise(size * 0.35)
        line.textOut(mark)
        line.setFont("Times-Roman", size)
        line.setRise(0)
        line.textOut(after)
        self.canvas.drawText(line)
        return self

    def rule(self, x0, y0, x1, y1):
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)
        return self

    def box(self, x0, y0, x1, y1, color):
        self.canvas.setFillColorRGB(*color)
        self.canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0, stroke=0, fill=1)
        self.canvas.setFillColorRGB(0, 0, 0)
        return self

    def page(self):
        self.canvas.showPage()
        return self

    def data(self):
        self.canvas.save()
        return self.target.getvalue()


# Justified by hand: every full line ends at about the same place.
PROSE = [
    "The operator of a warehouse shall keep a register of every consignment",
    "that it receives, and shall enter in that register the date of arrival,",
    "the name of the sender and the weight of the goods, before the goods",
    "are moved to another floor or handed over to a carrier for transport.",
]


def kinds(parsed):
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def texts(parsed):
    return [parsed.text[block.start : block.end] for block in parsed.blocks]
