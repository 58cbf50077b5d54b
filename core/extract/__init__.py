"""Engines: provisions in, drafts out. A row per engine, imported on use."""

EXTRACTORS = {"builtin": "core.extract.engine:extract"}
