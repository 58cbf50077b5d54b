"""Control libraries: what is taken from a file, what is refused and in which words, and what stays on re-import."""

import pytest

from core import controls
from core.controls import ciso, forms, texts
from core.controls.shelf import OURS
from core.errors import BadInput, NotFound
from core.types import User
from tests.control_parts import ADA, CSV, NOTIFY, analysed, control_id, database, id_of, library_yaml, stocked
from tests.effort import at_most

EVE = User(id="eve", name="Eve", tenant="elsewhere", roles=("analyst",))


@pytest.fixture
def db(tmp_path):
    return database(tmp_path)


# --- CSV --------------------------------------------------------------------------------------------------------


def read(text: str | bytes, name: str = "controls.csv") -> texts.LibraryText:
    return forms.read(text if isinstance(text, bytes) else text.encode(), name)


def test_columns_stand_in_any_order_and_case_and_others_are_ignored():
    found = read("Colour,NAME,Control Owner,Ref ID\nred,Incident register,CISO,C1\n")
    assert found.controls == (texts.ControlText("C1", "Incident register", owner="CISO"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_common_delimiter_is_taken(delimiter):
    text = delimiter.join(("ref", "name")) + "\n" + delimiter.join(("C1", "Register")) + "\n"
    assert [one.ref for one in read(text).controls] == ["C1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_from_excel_is_read_whatever_its_encoding(encoding):
    assert read("ref;name\r\nC1;Führung\r\n".encode(encoding)).controls[0].name == "Führung"


def test_excels_own_hint_of_the_delimiter_is_obeyed():
    assert read("sep=;\nref;name\nC1;Register\n").controls[0].name == "Register"


def test_quoted_cells_may_hold_delimiters_and_lines():
    assert read('ref,name\nC1,"Register,\nkept daily"\n').controls[0].name == "Register, kept daily"


def test_empty_rows_count_in_the_numbers_of_the_others():
    with pytest.raises(BadInput, match=r"Row 4 has no ref"):
        read("ref,name\nC1,One\n\n,Two\n")


def test_every_bad_row_is_named_and_nothing_is_imported(db):
    with pytest.raises(BadInput, match=r"Row 2 has no ref; Row 3 \(C2\) has no name; Row 4 has the ref 'C4'.*Row 5"):
        controls.import_library(db, ADA, b"ref,name\n,One\nC2,\nC4,a\nc4,b\n", "bad.csv")
    assert controls.libraries(db, ADA) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("   \n\n", "is empty"),
        ("ref,title of it\nC1,x\n", "no column 'name'"),
        ("ref,name,title\nC1,x,y\n", "Two columns of the CSV are read as 'name'"),
        ("ref,name\n", "no control in this file"),
        ('ref,name\nC1,"never closed\n', "quotation mark"),
        (b"ref,name\nC1,a\x00b\n", "not text"),
        ("ref,name\nC1," + "x" * 301, "301 characters"),
    ],
)
def test_what_is_no_table_of_controls_is_refused_in_a_sentence(text, said):
    with pytest.raises(BadInput, match=said):
        read(text)


def test_a_library_of_fifty_megabytes_is_refused_before_it_is_read():
    with pytest.raises(BadInput, match="at most 5 MB"):
        read(b"ref,name\n" + b"C1,x\n" * 10_000_000)


def test_another_kind_of_file_is_refused():
    with pytest.raises(BadInput, match=r"\.csv, \.yaml or \.yml"):
        forms.read(b"PK\x03\x04", "controls.xlsx")


# --- YAML in the form of CISO Assistant -------------------------------------------------------------------------


def test_reference_controls_are_read_with_what_their_annotation_says():
    found = forms.read(library_yaml("C1|Register|Kept daily"), "small.yaml")
    assert (found.urn, found.name, found.version) == ("urn:test:library:small", "Small library", "2")
    assert found.controls == (
        texts.ControlText(
            "C1", "Register", "Kept daily", "process", "Incident reporting", "CISO", "respond", terms="incident"
        ),
    )


FRAMEWORK = """
urn: urn:test:library:frame
name: Frame
objects:
  framework:
    urn: urn:test:framework
    requirement_nodes:
    - urn: urn:test:node:a
      assessable: false
      depth: 1
      name: Asset management
    - urn: urn:test:node:a1
      assessable: true
      depth: 2
      parent_urn: urn:test:node:a
      ref_id: 1.10
      name: Inventory
      description: Assets are listed.
      questions:
        urn:test:q:1:
          type: unique_choice
    - urn: urn:test:node:a2
      assessable: true
      depth: 2
      parent_urn: urn:test:node:a
      ref_id: 1.1
      description: Assets have owners.
"""


def test_a_framework_gives_its_assessable_requirements_under_their_heading():
    found = forms.read(FRAMEWORK.encode(), "frame.yml").controls
    # 1.10 and 1.1 are two refs: as numbers they would be one.
    assert [(one.ref, one.name, one.topic) for one in found] == [
        ("1.10", "Inventory", "Asset management"),
        ("1.1", "Assets have owners.", "Asset management"),
    ]


def test_several_frameworks_are_one_library():
    several = FRAMEWORK.replace("  framework:\n", "  frameworks:\n  -\n")
    assert len(forms.read(several.encode(), "frame.yml").controls) == 2


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("urn: u\nobjects: !!python/object/apply:os.system ['true']\n", "tag"),
        ("urn: u\nname: !include /etc/passwd\nobjects: {}\n", "tag"),
        (BOMB, "alias"),
        ("urn: &u x\nname: *u\nobjects: {}\n", "Line 2 is a YAML alias"),
        ("a: " + "[" * 5_000 + "]" * 5_000, "nested too deeply|cannot be read"),
        ("urn: u\nname: [\n", "cannot be read in line"),
        ("just text", "no control library"),
        ("- a\n- b\n", "no control library"),
        ("name: n\nobjects:\n  reference_controls: []\n", "no urn"),
        ("urn: u\nobjects:\n  reference_controls: []\n", "no control in this file"),
        ("urn: u\nobjects:\n  reference_controls: many\n", "must be a list"),
        ("urn: u\nobjects:\n  reference_controls: [one]\n", "Control 1 must have named fields"),
        ("urn: u\nobjects:\n  reference_controls:\n  - name: {a: b}\n", "name must be text"),
        ("urn: u\nobjects:\n  reference_controls:\n  - name: A\n", "Control 1 has no ref"),
        ("urn: u\nobjects: {}\n---\nurn: v\n", "cannot be read"),
    ],
)
def test_yaml_that_is_no_library_or_plays_tricks_is_refused_in_a_sentence(text, said):
    with pytest.raises(BadInput, match=said):
        forms.read(text.encode(), "bad.yaml")


def test_an_alias_bomb_is_refused_without_being_built(monkeypatch):
    built = []
    monkeypatch.setattr("yaml.load", lambda *_, **__: built.append(1))
    with pytest.raises(BadInput, match="alias"):
        ciso.read(BOMB)
    assert built == []


# --- ours -------------------------------------------------------------------------------------------------------


def test_our_own_library_is_in_that_form_and_complete():
    ours = forms.read(OURS.read_bytes(), OURS.name)
    assert len(ours.controls) == 50
    incomplete = [
        one.ref for one in ours.controls
        if not all((one.description, one.topic, one.owner, one.frequency, one.evidence, one.terms, one.function))
    ]  # fmt: skip
    assert incomplete == []
    assert {one.topic for one in ours.controls} <= set(controls.topic_names())
    assert {one.category for one in ours.controls} <= set(texts.KINDS)


# --- on the shelf -----------------------------------------------------------------------------------------------


def test_importing_the_same_library_again_changes_nothing_and_makes_no_second_one(db):
    first = controls.import_library(db, ADA, CSV.encode(), "small.csv")
    again = controls.import_library(db, ADA, CSV.encode(), "small.csv")
    assert (len(first.added), again.added, again.changed, again.removed, again.unchanged) == (3, (), (), (), 3)
    assert [one.id for one in controls.libraries(db, ADA)] == [first.library.id]


def test_a_new_version_is_told_control_by_control_and_confirmed_links_survive_it(db):
    analysed(db)
    stocked(db)
    id = id_of(db, NOTIFY)
    controls.confirm(db, ADA, [(id, control_id(db, "C2"))])
    new = CSV.replace("C3,Training", "C4,Teaching").replace("Notification of incidents", "Telling the authority")
    done = controls.import_library(db, ADA, new.encode(), "small.csv")
    assert (done.added, done.changed, done.removed, done.unchanged, done.orphaned) == (("C4",), ("C2",), ("C3",), 1, 0)
    assert [(one.ref, one.name, one.state) for one in controls.links(db, ADA)] == [
        ("C2", "Telling the authority", "full")
    ]


def test_removing_a_library_says_what_goes_and_importing_it_again_brings_its_links_back(db):
    analysed(db)
    library = stocked(db)
    controls.confirm(db, ADA, [(id_of(db, NOTIFY), control_id(db, "C2"))])
    gone = controls.remove_library(db, ADA, library.id)
    assert (gone.controls, gone.links) == (3, 1)
    assert (controls.links(db, ADA), controls.controls(db, ADA)) == ([], [])
    assert [one.coverage for one in controls.gaps(db, ADA) if one.id == id_of(db, NOTIFY)] == ["gap"]
    stocked(db)
    assert [one.ref for one in controls.links(db, ADA)] == ["C2"]
    with pytest.raises(NotFound, match="no such control library"):
        controls.remove_library(db, ADA, "0" * 16)


def test_a_control_that_a_new_version_drops_says_how_many_links_stop_counting(db):
    analysed(db)
    stocked(db)
    controls.confirm(db, ADA, [(id_of(db, NOTIFY), control_id(db, "C2"))])
    short = "\n".join(line for line in CSV.splitlines() if not line.startswith("C2"))
    assert controls.import_library(db, ADA, short.encode(), "small.csv").orphaned == 1


def test_another_tenant_has_its_own_libraries(db):
    library = stocked(db)
    assert controls.libraries(db, EVE) == []
    with pytest.raises(NotFound):
        controls.remove_library(db, EVE, library.id)
    controls.import_library(db, EVE, CSV.encode(), "small.csv")
    controls.remove_library(db, EVE, library.id)
    assert [one.controls for one in controls.libraries(db, ADA)] == [3]


def test_a_ref_that_two_libraries_have_must_be_named_by_its_id(db):
    stocked(db)
    controls.import_library(db, ADA, CSV.encode(), "small.csv", "Other")
    with pytest.raises(BadInput, match="2 libraries have a control 'C1'"):
        controls.control(db, ADA, "C1")


def test_a_million_empty_lines_in_an_annotation_are_read_at_once():
    note = "\\n" * 1_000_000
    one = f'{{ref_id: A, name: B, annotation: "{note}Owner: C"}}'
    data = f"urn: urn:x\nname: N\nobjects:\n  reference_controls:\n  - {one}\n"
    with at_most(60):
        [control] = forms.read(data.encode(), "a.yaml").controls
    assert control.owner == "C"


def test_a_library_with_a_name_of_a_million_characters_is_refused_in_a_sentence():
    data = f"urn: urn:x\nname: {'n' * 1_000_000}\nobjects:\n  reference_controls:\n  - {{ref_id: A, name: B}}\n"
    with pytest.raises(BadInput, match="name is too long"):
        forms.read(data.encode(), "a.yaml")


def test_characters_that_nobody_sees_are_left_out():
    [control] = forms.read("ref,name\nA\u202e1,\u2066Wind\x1b the clock".encode(), "a.csv").controls
    assert (control.ref, control.name) == ("A1", "Wind the clock")
