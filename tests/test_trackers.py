"""Issues in Jira, GitHub and GitLab: one for each key whatever happens on the way, and closed when it is undone."""

import base64
from dataclasses import replace

import pytest

from core.errors import BadInput, Conflict
from core.settings import settings
from core.tools import trackers
from core.tools.allowlist import Tool, tools
from tests.tool_servers import KEY, Kept, tracker

KINDS = ("jira", "github", "gitlab")
ARGUMENTS = {
    "title": "Report incidents within 72 hours",
    "body": "Article 19(4): “The entity shall report.”\n```\n@everyone [click](http://evil.test) {noformat} h1. Big",
    "owner": "Head of Operations",
    "priority": "critical",
    "due": "2026-12-31",
}
ONE, OTHER = "1" * 64, "2" * 64


@pytest.fixture
def server(monkeypatch):
    settings.cache_clear()
    for name in ("JIRA_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.setenv(name, KEY)
    with tracker() as kept:
        yield kept


def at(kind: str, server: Kept) -> Tool:
    project = "COMP" if kind == "jira" else "firm/duties"
    where = {**tools()[kind].where, "project": project}
    return replace(tools()[kind], enabled=True, base=server.url, hosts=("127.0.0.1",), where=where)


@pytest.mark.parametrize("kind", KINDS)
def test_an_issue_is_opened_once_for_a_key_and_another_for_another_key(kind, server):
    first = trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    again = trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    assert (first["found"], again["found"]) == (False, True)
    assert again["id"] == first["id"]
    trackers.open_issue(at(kind, server), OTHER, ARGUMENTS)
    assert len(server.issues) == 2
    assert server.issues[0]["title"] == ARGUMENTS["title"]
    assert "risk-critical" in server.issues[0]["labels"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_was_lost_after_the_issue_was_kept_makes_no_second_one(kind, server):
    server.drop = 1
    with pytest.raises(Conflict, match="did not answer"):
        trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    assert trackers.open_issue(at(kind, server), ONE, ARGUMENTS)["found"]
    assert len(server.issues) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_closed_and_closing_it_again_is_no_fault(kind, server):
    made = trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    for _ in range(2):
        assert trackers.close_issue(at(kind, server), made, "undone")["closed"] == made["id"]
    assert server.issues[0]["state"] in ("Done", "closed", "close")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_may_be_asked_again_and_its_words_are_not_told(kind, status, server):
    server.faults = [status]
    with pytest.raises(Conflict, match=f"busy or down .{status}") as told:
        trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    assert "said by the server" not in str(told.value)
    assert KEY not in str(told.value)


@pytest.mark.parametrize(
    ("status", "words"), [(401, "refused our key"), (403, "refused our key"), (404, "answered 404")]
)
def test_a_refusal_says_what_to_check(status, words, server):
    server.faults = [status]
    with pytest.raises(BadInput, match=words):
        trackers.open_issue(at("github", server), ONE, ARGUMENTS)


def test_no_redirect_is_followed_and_the_key_goes_nowhere_else(server):
    with tracker() as other:
        server.elsewhere = f"{other.url}/repos/firm/duties/issues"
        with pytest.raises(BadInput, match="answered 302"):
            trackers.open_issue(at("github", server), ONE, ARGUMENTS)
        assert other.requests == []


def test_without_a_key_nothing_is_asked(server, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(BadInput, match="GITHUB_TOKEN_FILE"):
        trackers.open_issue(at("github", server), ONE, ARGUMENTS)
    assert server.requests == []


def test_each_server_gets_the_key_in_its_own_way(server, monkeypatch):
    for kind in KINDS:
        trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    sent = [{name.lower(): value for name, value in headers.items()} for _, _, headers in server.requests]
    assert {one["authorization"] for one in sent if "authorization" in one} == {f"Bearer {KEY}"}
    assert any(one.get("private-token") == KEY for one in sent)
    monkeypatch.setenv("JIRA_TOKEN", "ada@firm.test:secret")
    trackers.open_issue(at("jira", server), OTHER, ARGUMENTS)
    name = base64.b64encode(b"ada@firm.test:secret").decode()
    assert {k.lower(): v for k, v in server.requests[-1][2].items()}["authorization"] == f"Basic {name}"


def test_words_of_a_document_are_no_mark_up_and_mention_nobody(server):
    for kind in KINDS:
        trackers.open_issue(at(kind, server), ONE if kind != "gitlab" else OTHER, ARGUMENTS)
        server.issues, seen = [], server.issues[-1]["text"]
        if kind == "jira":
            assert seen.count("{noformat}") == 2
            assert seen.startswith("{noformat}\n")
            assert seen.endswith("\n{noformat}")
        else:
            assert seen.startswith("````text\n")
            assert seen.endswith("\n````")
            assert "````" not in seen[4:-4]
