"""Traps in archives and XML, refused before they are sprung."""

import io
import zipfile
from typing import Any

from core.errors import BadInput

MEGABYTE = 1024 * 1024
MOST_MEMBERS = 10_000
LARGEST_MEMBER_MB = 64  # a novel's text is 1 MB; lxml needs ten times a part's size
LARGEST_TOTAL_MB = 512
MOST_EXPANSION = 200  # times its packed size; Office's own text packs ten to one, zeros a thousand to one
SMALL_MB = 4  # below this a member may be as empty as it likes


def archive(data: bytes) -> zipfile.ZipFile:
    """The opened archive, after its directory has been found harmless.

    Python's zipfile gives at most the size that the directory declares, so a directory that lies cannot hurt.
    """
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
        members = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise BadInput("This file cannot be unpacked; open it in its program and save it again.") from None
    total = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or total > LARGEST_TOTAL_MB * MEGABYTE:
        raise BadInput(f"This file unpacks to {total // MEGABYTE:,} MB in {len(members):,} parts and was not opened.")
    for member in members:
        ratio = member.file_size / max(1, member.compress_size)
        text = member.filename.lower().endswith((".xml", ".rels"))
        if member.file_size > SMALL_MB * MEGABYTE and ratio > MOST_EXPANSION:
            raise BadInput(f"This file is built like a zip bomb: a part unpacks to {ratio:,.0f} times its size.")
        if text and member.file_size > LARGEST_MEMBER_MB * MEGABYTE:
            size = member.file_size // MEGABYTE
            raise BadInput(f"This file holds {size:,} MB of text in one part; the limit is {LARGEST_MEMBER_MB} MB.")
    return opened


def xml_root(data: bytes) -> Any:
    """The root element of an XML file. No entity is expanded, no other file or address is read.

    Raises BadInput for declared entities, for nesting deeper than 256 elements, and for XML that is not well-formed.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = f" at line {error.lineno}" if error.lineno else ""
        if "depth" in str(error).lower():
            raise BadInput("This XML nests its elements deeper than 256 levels and was not read.") from None
        if "entity" in str(error).lower() or "entities" in str(error).lower():
            raise BadInput(ENTITIES) from None
        raise BadInput(f"This XML is not well-formed{line}; check that it was downloaded whole.") from None
    except ValueError:
        raise BadInput("This XML cannot be decoded; check that it was downloaded whole.") from None
    require_no_entities(root)
    return root


def require_no_entities(root: Any) -> None:
    """Raises BadInput where a parsed tree declares or names entities: unexpanded, they would be gaps in the text."""
    from lxml import etree

    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise BadInput(ENTITIES)
    named = next(root.iter(etree.Entity), None)
    if named is not None:
        raise BadInput(
            f"This XML names a character that only its DTD explains ({named.text[:40]}); save it with the character."
        )


ENTITIES = "This XML declares entities, which can read other files or swell without end; save it without its DOCTYPE."
