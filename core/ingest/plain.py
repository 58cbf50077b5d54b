"""Bytes → text, and plain text → blocks. The text is the decoded file itself; blocks are slices of it."""

import codecs

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file and what to warn of. BOM first, then UTF-8, UTF-16 by its zero bytes, then Windows-1252."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    sample = data[:4_000]
    if len(sample) > 1 and sample[1::2].count(0) > len(sample) / 5:
        return data.decode("utf-16-le", "replace"), ("Read as UTF-16 without a byte order mark.",)
    if len(sample) > 1 and sample[0::2].count(0) > len(sample) / 5:
        return data.decode("utf-16-be", "replace"), ("Read as UTF-16 without a byte order mark.",)
    text = data.decode("cp1252", "replace")
    return text, ("The file is not UTF-8; it was read as Windows-1252 (Latin-1), so check its accented letters.",)
