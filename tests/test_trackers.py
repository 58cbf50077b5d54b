"""Issues in Jira, GitHub and GitLab: one for each key whatever happens on the way, and closed when it is undone."""

import base64
from dataclasses import replace

import pytest

from core.errors import BadInput, Conflict
from core.settings import settings
from core.tools import servers, trackers
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


def test_a_jira_of_ones_own_is_searched_where_the_cloud_no_longer_can_be(server):
    server.own = True
    made = [trackers.open_issue(at("jira", server), ONE, ARGUMENTS)["found"] for _ in range(2)]
    assert made == [False, True]


@pytest.mark.parametrize("kind", KINDS)
def test_an_issue_without_our_label_is_never_taken_for_ours(kind, server):
    server.issues.append({**dict.fromkeys(("html_url", "web_url", "title", "text")), "number": 1, "iid": 1,
                          "key": "COMP-1", "labels": ["somebody-elses"], "state": "open"})  # fmt: skip
    server.deaf = True
    made = trackers.open_issue(at(kind, server), ONE, ARGUMENTS)
    assert not made["found"]
    assert made["id"] in ("2", "COMP-2")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", [[], {}, "issue", 7, [[]], {"issues": 3}, {"issues": [None]}, {"number": [1]}])
def test_an_answer_of_another_shape_is_refused_in_a_sentence(kind, said, server):
    server.said = said
    with pytest.raises(trackers.Refused, match="is no issue"):
        trackers.open_issue(at(kind, server), ONE, ARGUMENTS)


def test_done_in_jira_says_that_it_was_undone(server):
    made = trackers.open_issue(at("jira", server), ONE, ARGUMENTS)
    trackers.close_issue(at("jira", server), made, "The action was undone.")
    assert "The action was undone." in server.issues[0]["comment"]


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel"])
def test_a_key_that_is_none_is_refused_without_being_told(key, server, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", key)
    with pytest.raises(BadInput, match="set it again") as told:
        trackers.open_issue(at("github", server), ONE, ARGUMENTS)
    assert key not in str(told.value)
    assert server.requests == []


def test_an_answer_that_never_ends_is_given_up(server, monkeypatch):
    monkeypatch.setattr(servers, "MOST_SECONDS", 0.0)
    with pytest.raises(Conflict, match="did not come to the end"):
        trackers.open_issue(at("github", server), ONE, ARGUMENTS)
