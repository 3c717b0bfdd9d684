"""The model arena against a server of our own that plays both roles by rule: what is sent, what is agreed, and every way it can fail."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import arena_stages
import numpy as np
import pytest
from eqnegotiator.bench.arena import model, text
from eqnegotiator.bench.arena.cell import PERSONAS, Cell, UnknownNameError, check_records
from eqnegotiator.bench.arena.debtor import Person
from eqnegotiator.bench.arena.endpoint import (
    KEY_VARIABLE,
    MODEL_VARIABLE,
    URL_VARIABLE,
    Endpoint,
    EndpointReplyError,
    EndpointUnreachableError,
    MissingEndpointError,
    complete,
)
from eqnegotiator.bench.arena.model_prompts import ACCEPT, LEAVE, creditor_prompt, debtor_prompt
from eqnegotiator.bench.arena.scenarios import draw_scenarios
from eqnegotiator.edge.turn import Stages

Answer = Callable[[list[dict[str, str]]], str]


class Server(ThreadingHTTPServer):
    """Answers by `rule`; `statuses` are given first, one a request. `asked`: every request, with its headers."""

    def __init__(self, rule: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.rule = rule
        self.statuses: list[int] = []
        self.asked: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.raw: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        assert self.path == "/v1/chat/completions"
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((document, dict(self.headers)))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        content = self.server.rule(document["messages"]) if status == 200 and self.server.raw is None else ""
        body = self.server.raw or json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def play(messages: list[dict[str, str]]) -> str:
    """A lender that goes up by 20 days, a customer who insists and takes what they can keep; the numbers are those of their prompts."""
    prompt, heard = messages[0]["content"], messages[-1]["content"]
    turn = len(messages) // 2
    if prompt.startswith("You negotiate"):
        target, latest = (int(found) for found in re.findall(r"(?:paid in|up to) (\d+) days", prompt))
        return f"We can offer you {min(latest, target + 20 * (turn - 1))} days."
    ask, truth = (int(found) for found in re.findall(r"You want (\d+) days|promise of (\d+) days", prompt) for found in found if found)
    if "year of birth" in heard:
        found = re.search(r"born in (\d+)", prompt)
        assert found is not None
        return f"I was born in {found[1]}."
    if "Do you agree?" in heard:
        return "Yes."
    offered = re.search(r"offer you (\d+) days", heard)
    if offered and int(offered[1]) >= truth:
        return f"That works for me. {ACCEPT}"
    return f"I need {ask} days."


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server(play) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server: Server) -> Endpoint:
    return Endpoint(server.url, "rules-1", "secret", temperature=0.3, timeout_seconds=10.0, attempts=3, pause_seconds=0.0)


@pytest.fixture(scope="module")
def quick() -> Stages:
    return arena_stages.quick(text.stages_of("eq"))


def person(persona: str = "vanilla", **changed: object) -> Person:
    """Somebody who asks for 100 days and can keep 70; the creditor's wish is 30, the end of the mandate 180."""
    cell = Cell("model", persona, "stuck", 0.0, "generated")
    one = Person.of(cell, draw_scenarios("generated", 3, 0, 1), 0, 3, 0, tactic=True)
    return one._replace(**{"first_ask": 70 / 150, "reservation": 40 / 150, "stated": None} | changed)  # type: ignore[arg-type]


# --- negotiations


def test_two_models_agree_on_what_the_debtor_accepts(endpoint: Endpoint, server: Server) -> None:
    played = model.negotiate(endpoint, None, person())
    assert played.said[0] == "We can offer you 30 days."
    assert played.said[-1] == "That works for me."
    assert played.ending == text.Ending(text.AGREED, pytest.approx(40 / 150), 3, 0)
    seeds = [document["seed"] for document, _ in server.asked]
    assert len(set(seeds)) == len(seeds)
    model.negotiate(endpoint, None, person())
    assert [document["seed"] for document, _ in server.asked[len(seeds) :]] == seeds


def test_an_ask_within_the_tolerance_is_agreed_at_the_ask(endpoint: Endpoint) -> None:
    played = model.negotiate(endpoint, None, person(first_ask=4 / 150, reservation=1.0))
    assert played.ending == text.Ending(text.AGREED, pytest.approx(4 / 150), 1, 0)


def test_the_creditor_may_accept_an_ask(endpoint: Endpoint, server: Server) -> None:
    server.rule = lambda messages: (
        f"Agreed. {ACCEPT}" if messages[0]["content"].startswith("You neg") and len(messages) > 2 else play(messages)
    )
    played = model.negotiate(endpoint, None, person(reservation=1.0))
    assert played.ending == text.Ending(text.AGREED, pytest.approx(70 / 150), 1, 0)


def test_a_creditor_that_breaks_mandate_and_rules_is_counted(endpoint: Endpoint, server: Server) -> None:
    server.rule = lambda messages: (
        "We can offer you 400 days, or we will take legal action." if messages[0]["content"].startswith("You neg") else f"{LEAVE}"
    )
    played = model.negotiate(endpoint, None, person())
    assert played.ending.ending == text.LEFT
    assert played.ending.violations == 2
    assert played.said[-1] == "Goodbye."


def test_who_never_agrees_uses_the_rounds_up(endpoint: Endpoint, server: Server) -> None:
    server.rule = lambda messages: "Let us talk."
    ending = model.negotiate(endpoint, None, person()).ending
    assert (ending.ending, ending.rounds) == (2, 0)


def test_the_appliance_comes_to_terms_with_a_model(endpoint: Endpoint, quick: Stages) -> None:
    played = model.negotiate(endpoint, quick, person())
    assert played.ending.ending == text.AGREED
    assert played.ending.share == pytest.approx(70 / 150, abs=0.02)
    assert played.ending.violations == 0
    assert f"I was born in {person().year}." in played.said


def test_a_model_that_leaves_the_appliance_has_agreed_nothing(endpoint: Endpoint, quick: Stages, server: Server) -> None:
    server.rule = lambda messages: f"I have to go, goodbye. {LEAVE}" if len(messages) > 3 else play(messages)
    ending = model.negotiate(endpoint, quick, person()).ending
    assert ending.ending == text.LEFT
    assert np.isnan(ending.share)


@pytest.mark.parametrize("persona", ["vanilla", "cheating"])
def test_records_of_a_cell_are_lawful(endpoint: Endpoint, persona: str) -> None:
    records = model.run_cell(Cell(model.CREDITOR, persona, "stuck", 0.0, "crad"), 2, 0, 4, endpoint=endpoint)
    check_records(records, 4)
    assert records["agreed"].any()
    assert np.isnan(records["manipulation"]).all() == (persona == "vanilla")


def test_an_unknown_creditor_is_named(endpoint: Endpoint) -> None:
    with pytest.raises(UnknownNameError, match="modle"):
        model.run_cell(Cell("modle", "vanilla", "stuck", 0.0, "crad"), 0, 0, 1, endpoint=endpoint)


# --- prompts


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_debtor_knows_its_numbers_and_the_creditor_does_not(persona: str) -> None:
    one = person(persona, stated=0.2)
    told, other = debtor_prompt(one), creditor_prompt(one)
    for number in (one.year, one.days(one.first_ask), one.days(one.reservation), one.monthly(0.2)):
        assert re.search(rf"\b{number}\b", told)
        assert not re.search(rf"\b{number}\b", other)
    assert re.search(r"\b30\b.*\b180\b", other, re.DOTALL)


def test_personas_differ_and_lose_their_tactic() -> None:
    assert len({debtor_prompt(person(persona)) for persona in PERSONAS}) == len(PERSONAS)
    assert debtor_prompt(person("threatening", tactic=False)) == debtor_prompt(person("vanilla"))


# --- the endpoint


def test_what_is_sent(endpoint: Endpoint, server: Server) -> None:
    server.rule = lambda messages: "  hello  "
    assert complete(endpoint, [{"role": "user", "content": "hi"}], 7) == "hello"
    ((document, headers),) = server.asked
    assert document == {
        "model": "rules-1", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.3, "max_tokens": 200, "seed": 7,
    }  # fmt: skip
    assert headers["Authorization"] == "Bearer secret"
    assert "secret" not in repr(endpoint)


def test_a_passing_failure_is_tried_again_with_another_seed(endpoint: Endpoint, server: Server) -> None:
    server.statuses = [503, 429]
    assert complete(endpoint, [{"role": "system", "content": "You negotiate paid in 30 days up to 90 days"}], 7).startswith("We can")
    assert [document["seed"] for document, _ in server.asked] == [7, 8, 9]


@pytest.mark.parametrize(("statuses", "requests"), [([500, 500, 500], 3), ([401], 1)])
def test_a_server_that_refuses(endpoint: Endpoint, server: Server, statuses: list[int], requests: int) -> None:
    server.statuses = list(statuses)
    with pytest.raises(EndpointUnreachableError, match=f"HTTP {statuses[0]}"):
        complete(endpoint, [], 0)
    assert len(server.asked) == requests


@pytest.mark.parametrize(
    "raw",
    [b"<html>", b"{}", b"[]", b'{"choices": []}', b'{"choices": [{"message": {"content": "  "}}]}', b'{"choices": [{"message": null}]}'],
)
def test_nonsense_is_a_typed_error(endpoint: Endpoint, server: Server, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(EndpointReplyError, match=r"not a chat completion|says nothing"):
        complete(endpoint, [], 0)
    assert len(server.asked) == endpoint.attempts


def test_nobody_there(endpoint: Endpoint, server: Server) -> None:
    server.server_close()
    with pytest.raises(EndpointUnreachableError, match="is the server running"):
        complete(Endpoint(server.url, "rules-1", attempts=2, pause_seconds=0.0), [], 0)


def test_the_environment_names_the_endpoint() -> None:
    named = {URL_VARIABLE: "http://localhost:8000/v1/", MODEL_VARIABLE: "small"}
    assert Endpoint.from_environment(named) == Endpoint("http://localhost:8000/v1", "small")
    assert Endpoint.from_environment(named | {KEY_VARIABLE: "k"}).key == "k"
    for missing in named:
        with pytest.raises(MissingEndpointError, match=missing):
            Endpoint.from_environment({name: value for name, value in named.items() if name != missing})
    with pytest.raises(MissingEndpointError, match="localhost"):
        Endpoint("localhost:8000", "small")


def test_kept_results_are_those_of_one_model() -> None:
    one, other = Endpoint("http://a/v1", "small"), Endpoint("http://a/v1", "small", temperature=0.0)
    assert len({model.identity(one), model.identity(other), model.identity(Endpoint("http://a/v1", "large"))}) == 3
