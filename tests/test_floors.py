"""The house stands on its floors: the order in DESIGN is the order of imports."""

import ast
import re
from pathlib import Path

CORE = Path(__file__).resolve().parent.parent / "core"
README = CORE.parent / "README.md"

# Lowest first; on one floor, a module may also import what stands to its left.
FLOORS = [
    ["types", "errors", "lean", "private"],
    ["settings"],
    [
        "migrations",
        "connection",
        "store",
        "audit",
        "scan",
        "prompts",
        "identity",
        "telemetry",
        "inbox",
        "switches",
        "jobs",
        "changes",
        "incidents",
    ],
    ["language", "ingest", "llm", "library"],
    ["extract", "retrieval", "register", "review"],
    ["pipeline", "compare", "importing", "analysing", "controls", "export", "tools", "activity"],
    ["ask"],
    ["evals"],
    ["operations", "governance", "datasets"],
    ["measure", "worker", "samples", "demo", "desktop", "cli", "__main__"],
]
HEIGHT = {name: (floor, place) for floor, names in enumerate(FLOORS) for place, name in enumerate(names)}


def room(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    package = ("core", *path.relative_to(CORE).parent.parts)
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            stem = ".".join(part for part in (base, node.module or "") if part)
            names = [stem] + [f"{stem}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "core" and len(parts) > 1 and parts[1] in HEIGHT:
                rooms.add(parts[1])
    return rooms


def modules() -> list[Path]:
    return sorted(path for path in CORE.rglob("*.py") if path != CORE / "__init__.py")


def test_every_room_of_core_has_a_place_in_the_house():
    assert {room(path) for path in modules()} <= set(HEIGHT)


def test_a_module_imports_only_from_below_and_from_its_left():
    wrong = [
        f"{path.relative_to(CORE)} imports {other}"
        for path in modules()
        for other in imported_rooms(path) - {room(path)}
        if HEIGHT[other] >= HEIGHT[room(path)]
    ]
    assert wrong == []


def test_the_readme_has_the_rooms_in_this_order():
    table = README.read_text("utf-8").partition("| Floor | Modules |")[2].partition("\n\n")[0]
    told = [re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", line)) for line in table.splitlines()[2:]]
    built = {room(path) for path in modules()} - {"__main__"}
    floors = [[name for name in floor if name in built] for floor in FLOORS]
    floors[1].append("lexicon")  # no module: settings reads it
    assert told == [floor for floor in floors if floor]


def test_core_never_imports_streamlit():
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            wrong += [f"{path.name}: {name}" for name in names if name.split(".")[0] == "streamlit"]
    assert wrong == []


def test_no_module_hides_a_function_of_its_package():
    # Importing core/x/y.py later replaces a function y that core/x/__init__.py defines.
    wrong = []
    for package in CORE.rglob("__init__.py"):
        own = {node.name for node in ast.parse(package.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}
        beside = {path.stem for path in package.parent.glob("*.py")} | {path.name for path in package.parent.iterdir()}
        wrong += [f"{package.parent.name}.{name}" for name in own & beside]
    assert wrong == []
