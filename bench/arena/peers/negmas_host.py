"""NegMAS negotiations for another process: JSON lines in on stdin, out on stdout. Runs in the peers' environment; imports nothing of ours.

    python negmas_host.py [NAME ...]: loads these negotiators; without names, all it knows.

    <- {"ready": {"versions": {package: version}, "negotiators": {name: null | why it is missing}}}
    -> {"scenario": {"issues": [[name, number of values], ...], "creditor": SIDE, "debtor": SIDE, "steps": 30}}
       SIDE = {"worth": [[utility of each value], ...], "reservation": r}; a utility is the sum of the worths
    -> {"play": {"creditor": NAME, "debtor": NAME, "first": "creditor" | "debtor", "seed": n}}; the name "remote" is the other process
    <- {"ask": {"side": ..., "step": 0 .. steps - 1, "offer": [value of each issue] | null}}, whenever a remote side has to move
    -> {"accept": true} | {"offer": [value of each issue]} | {"leave": true}
    <- {"result": {"outcome": [value of each issue] | null, "ending": "agreed" | "left" | "time" | "failed", "steps": n, "error": text}}

Each step both sides move once, the first side first: what it offers in the last step is final, the other side's last offer is void. As in
the ANL 2024 league, negotiators may read the other side's utilities, but not its reservation (shown as 0). The end of stdin ends it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import json
import os
import random
import sys
import warnings
from typing import Any, Final

REMOTE: Final = "remote"
SIDES: Final = ("creditor", "debtor")
NEGMAS: Final = ("BoulwareTBNegotiator", "LinearTBNegotiator", "ConcederTBNegotiator", "NaiveTitForTatNegotiator", "MiCRONegotiator")
LEAGUE: Final = {
    "Shochan": "anl_agents.anl2024.takafam.shochan",
    "UOAgent": "anl_agents.anl2024.team_moto.uoagent",
    "AgentRenting2024": "anl_agents.anl2024.team_renting.renting2024",
}
PACKAGES: Final = ("negmas", "anl", "anl-agents", "tensorflow", "numpy")

# Negotiators print; only messages may reach the pipe.
_MESSAGES: Final = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from negmas import sao  # noqa: E402
from negmas.outcomes import make_issue, make_os  # noqa: E402
from negmas.preferences import LinearAdditiveUtilityFunction  # noqa: E402
from negmas.preferences.value_fun import TableFun  # noqa: E402


def send(message: dict[str, Any]) -> None:
    _MESSAGES.write(json.dumps(message) + "\n")
    _MESSAGES.flush()


def receive() -> dict[str, Any]:
    line = sys.stdin.readline()
    if not line:
        # Not an Exception: the mechanism turns those of a negotiator into a failed negotiation.
        raise SystemExit(0)
    message: dict[str, Any] = json.loads(line)
    return message


class Remote(sao.SAONegotiator):
    """A side that the other process plays: one question for each of its moves."""

    def __init__(self, side: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._side = side

    def __call__(self, state: Any, dest: str | None = None) -> Any:
        offer = state.current_offer
        send({"ask": {"side": self._side, "step": state.step, "offer": None if offer is None else [int(value) for value in offer]}})
        answer = receive()
        if answer.get("accept"):
            return sao.SAOResponse(sao.ResponseType.ACCEPT_OFFER, offer)
        if answer.get("leave"):
            return sao.SAOResponse(sao.ResponseType.END_NEGOTIATION, None)
        return sao.SAOResponse(sao.ResponseType.REJECT_OFFER, tuple(str(value) for value in answer["offer"]))

    def propose(self, state: Any, dest: str | None = None) -> Any:
        raise NotImplementedError("a remote side moves by one question")

    def respond(self, state: Any, source: str | None = None) -> Any:
        raise NotImplementedError("a remote side moves by one question")


def load_negotiators(wanted: list[str]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Name to class, and name to what it misses or null."""
    found = {name: getattr(sao, name) for name in wanted if name in NEGMAS}
    missing: dict[str, str | None] = {name: None if name in (*NEGMAS, *LEAGUE) else "unknown here" for name in wanted}
    # These packages import every agent of the league and their frameworks; an empty module in their place loads only what is named.
    for package in ("anl_agents", "anl_agents.anl2024"):
        spec = importlib.util.find_spec(package)
        if spec is None:
            break
        sys.modules[package] = importlib.util.module_from_spec(spec)
    for name, module in LEAGUE.items():
        if name not in wanted:
            continue
        try:
            loaded = importlib.import_module(module)
        except ImportError as error:
            missing[name] = str(error)
            continue
        found[name] = getattr(loaded, name)
    if "AgentRenting2024" in found:
        # It reads its network from disk for every negotiation.
        predictor: Any = importlib.import_module("anl_agents.anl2024.team_renting.ReservationValuePredictor")
        load = predictor.load_model
        cached = functools.cache(lambda path: load(path, custom_objects={"exponential_scc": predictor.exponential_scc}))
        predictor.load_model = lambda path, custom_objects: cached(path)
    return found, missing


def versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


class Scenario:
    """The tables of one scenario as NegMAS has them."""

    def __init__(self, tables: dict[str, Any]) -> None:
        issues = [make_issue([str(value) for value in range(size)], name=name) for name, size in tables["issues"]]
        self.space = make_os(issues)
        self.steps = tables["steps"]
        self._sides = {side: tables[side] for side in SIDES}

    def utilities(self, side: str, *, hidden: bool = False) -> LinearAdditiveUtilityFunction:
        own = self._sides[side]
        values = [TableFun({str(value): worth for value, worth in enumerate(issue)}) for issue in own["worth"]]
        return LinearAdditiveUtilityFunction(
            values=values,
            weights=[1.0] * len(values),
            outcome_space=self.space,
            reserved_value=0.0 if hidden else own["reservation"],
        )


def play(scenario: Scenario, negotiators: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """One negotiation; see the module."""
    random.seed(wanted["seed"])
    np.random.seed(wanted["seed"])
    mechanism = sao.SAOMechanism(outcome_space=scenario.space, n_steps=scenario.steps, ignore_negotiator_exceptions=True)
    for side in sorted(SIDES, key=lambda side: side != wanted["first"]):
        other = SIDES[1 - SIDES.index(side)]
        name = wanted[side]
        shown = {"opponent_ufun": scenario.utilities(other, hidden=True)}
        negotiator = Remote(side, name=side) if name == REMOTE else negotiators[name](name=side, private_info=shown)
        mechanism.add(negotiator, ufun=scenario.utilities(side))
    state = mechanism.run()
    if state.agreement is not None:
        ending = "agreed"
    elif state.has_error:
        ending = "failed"
    else:
        ending = "left" if state.broken else "time"
    outcome = None if state.agreement is None else [int(value) for value in state.agreement]
    return {"outcome": outcome, "ending": ending, "steps": state.step, "error": str(state.error_details or "")}


def main() -> None:
    negotiators, missing = load_negotiators(sys.argv[1:] or [*NEGMAS, *LEAGUE])
    send({"ready": {"versions": versions(), "negotiators": missing}})
    scenario: Scenario | None = None
    while True:
        request = receive()
        if "scenario" in request:
            scenario = Scenario(request["scenario"])
        elif scenario is None:
            raise SystemExit("play: there is no scenario yet; send one first")
        else:
            send({"result": play(scenario, negotiators, request["play"])})


if __name__ == "__main__":
    main()
