"""The tournament with NegMAS, without NegMAS: domains, figures, the adapter of our policies, the pipe against a host that is made up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from eqnegotiator.bench.arena.peers import __main__ as command
from eqnegotiator.bench.arena.peers import tournament
from eqnegotiator.bench.arena.peers.domains import DOMAINS, Scenario, scenario, utilities
from eqnegotiator.bench.arena.peers.endgame import last_offers
from eqnegotiator.bench.arena.peers.figures import Judge
from eqnegotiator.bench.arena.peers.games import Game, Games, GamesError, Played
from eqnegotiator.bench.arena.peers.host import HOST_SCRIPT, Accept, Ask, Host, HostError, Leave, Offer, Result
from eqnegotiator.bench.arena.peers.opponent_model import ConcessionBelief, PreferenceModel
from eqnegotiator.bench.arena.peers.share_policy import SharePolicy
from eqnegotiator.kernels.offers import POLICIES

FAKE = """
import json, sys
send = lambda message: print(json.dumps(message), flush=True)
send({"ready": {"versions": {"negmas": "0"}, "negotiators": {"Stubborn": None, "Mean": None, "Gone": "not installed"}}})
for line in sys.stdin:
    request = json.loads(line)
    if "scenario" in request:
        steps, issues = request["scenario"]["steps"], [size for _, size in request["scenario"]["issues"]]
        continue
    if "play" not in request:
        sys.exit(3)
    play = request["play"]
    side = next((one for one in ("creditor", "debtor") if play[one] == "remote"), None)
    result = {"outcome": None, "ending": "time", "steps": steps, "error": ""}
    if side is None:
        result = {"outcome": [0 for _ in issues], "ending": "agreed", "steps": 1, "error": ""}
    wish = [size - 1 if side == "creditor" else 0 for size in issues]
    for step in range(steps if side else 0):
        first = play["first"] == side
        send({"ask": {"side": side, "step": step, "offer": None if first and step == 0 else wish}})
        answer = json.loads(sys.stdin.readline())
        if answer.get("accept"):
            result = {"outcome": wish, "ending": "agreed", "steps": step, "error": ""}
            break
        if answer.get("leave"):
            result = {"outcome": None, "ending": "left", "steps": step, "error": ""}
            break
        if play["creditor" if side == "debtor" else "debtor"] == "Stubborn" and step == steps - 1 and first:
            result = {"outcome": answer["offer"], "ending": "agreed", "steps": step, "error": ""}
    send({"result": result})
"""


@pytest.fixture
def fake(tmp_path: Path) -> list[str]:
    script = tmp_path / "fake_host.py"
    script.write_text(FAKE, encoding="utf-8")
    return [sys.executable, "-I", str(script)]


# --- domains and figures


@pytest.mark.parametrize("domain", DOMAINS)
def test_scenarios_are_the_same_whatever_else_is_drawn_and_can_always_be_agreed(domain: str) -> None:
    for number in range(30):
        one, again = scenario(domain, 3, number), scenario(domain, 3, number)
        both = utilities(one)
        assert one.issues == again.issues
        assert np.array_equal(both.creditor, utilities(again).creditor)
        assert np.any((both.creditor > one.creditor.reservation) & (both.debtor > one.debtor.reservation))
        assert one.first == ("creditor", "debtor")[number % 2]
        for utility in both:
            assert utility.max() == pytest.approx(1.0)
            assert utility.min() == pytest.approx(0.0)
    assert scenario(domain, 4, 0).debtor.reservation != scenario(domain, 3, 0).debtor.reservation


def test_issues_are_opposed_and_outcomes_run_in_the_order_of_their_positions() -> None:
    one = scenario("terms", 0, 0)
    both = utilities(one)
    for creditor, debtor in zip(one.creditor.worth, one.debtor.worth, strict=True):
        assert np.all(np.diff(creditor) <= 0.0)
        assert np.all(np.diff(debtor) >= 0.0)
    position = (1, 2, 3, 0)
    expected = sum(worth[place] for worth, place in zip(one.creditor.worth, position, strict=True))
    assert both.creditor[np.ravel_multi_index(position, one.shape)] == pytest.approx(expected)


def test_trading_issues_makes_both_better_off_in_terms_and_not_in_days() -> None:
    def most(one: Scenario) -> float:
        both = utilities(one)
        return float((both.creditor + both.debtor).max())

    assert most(scenario("days", 0, 0)) == pytest.approx(1.0)
    assert np.mean([most(scenario("terms", 0, number)) for number in range(10)]) > 1.1


def test_an_unknown_domain_is_named() -> None:
    with pytest.raises(ValueError, match="'moon' is unknown"):
        scenario("moon", 0, 0)


def test_figures_of_a_line_of_outcomes() -> None:
    one = scenario("days", 1, 0)
    judge, both = Judge(one), utilities(one)
    best = judge.worth((0,))
    assert best.creditor == pytest.approx(1.0)
    assert best.agreed == 1.0
    assert best.pareto == pytest.approx(1.0)
    assert best.nash == 0.0  # the debtor would rather have nothing
    assert best.debtor < 0.0 or one.debtor.reservation == 0.0
    products = (both.creditor - one.creditor.reservation) * (both.debtor - one.debtor.reservation)
    rational = (both.creditor >= one.creditor.reservation) & (both.debtor >= one.debtor.reservation)
    place = int(np.where(rational, products, -1.0).argmax())
    assert judge.worth((place,)).nash == pytest.approx(1.0)
    nothing = judge.worth(None)
    assert nothing[:4] == (0.0, 0.0, 0.0, 0.0)
    assert np.isnan(nothing.pareto)


def test_pareto_against_every_pair_of_outcomes() -> None:
    one = scenario("terms", 2, 1)
    points = np.column_stack(utilities(one))
    judge = Judge(one)
    for place in range(0, len(points), 7):
        dominated = bool(np.any(np.all(points >= points[place], axis=1) & np.any(points > points[place] + 1e-12, axis=1)))
        position = tuple(int(value) for value in np.unravel_index(place, one.shape))
        assert (judge.worth(position).pareto < 1.0) == dominated


# --- what is known of the other side


def test_weights_are_learnt_from_where_the_other_side_gives_way() -> None:
    one = scenario("terms", 5, 3)
    truth = utilities(one).debtor
    model = PreferenceModel(one.creditor.worth)
    before = np.corrcoef(model.utilities, truth)[0, 1]
    for outcome in np.argsort(-truth)[:25]:
        model.hear(int(outcome))
    assert np.corrcoef(model.utilities, truth)[0, 1] > max(before, 0.9)


@pytest.mark.parametrize(("reservation", "exponent"), [(0.3, 1.0), (0.6, 4.0), (0.1, 0.25)])
def test_a_tactic_is_recognised(reservation: float, exponent: float) -> None:
    belief = ConcessionBelief(30)
    belief.condition([(step, 1.0 - (1.0 - reservation) * ((step + 1) / 31) ** exponent) for step in range(26)], [])
    final = float(belief.probability @ belief.wanted(29, offers=True))
    assert final == pytest.approx(1.0 - (1.0 - reservation) * (30 / 31) ** exponent, abs=0.05)
    assert belief.probability.sum() == pytest.approx(1.0)


def test_whoever_never_moved_is_offered_about_half_and_more_with_every_refusal() -> None:
    own = np.linspace(1.0, 0.0, 101)
    belief = ConcessionBelief(30)
    heard = [(step, 1.0) for step in range(26)]
    refused: list[tuple[int, float]] = []
    offered = []
    for step in range(26, 30):
        belief.condition(heard, refused)
        offered.append(last_offers(own, 1.0 - own, 0.2, belief, step, 30, last_word=True).outcome / 100)
        refused.append((step, offered[-1]))
    assert offered == sorted(offered)
    assert 0.0 < offered[0] < 0.5
    assert 0.35 < offered[-1] < 0.8


# --- the adapter


def talk(one: Scenario, policies: tuple[str, str], *, known: bool) -> tuple[tuple[int, ...] | None, dict[str, list[int]]]:
    """Two of ours against each other, in the order of NegMAS; the outcome and what each offered."""
    players = {side: SharePolicy(one, side, policy, known=known) for side, policy in zip(("creditor", "debtor"), policies, strict=True)}
    order = [one.first, "debtor" if one.first == "creditor" else "creditor"]
    standing: tuple[int, ...] | None = None
    offered: dict[str, list[int]] = {side: [] for side in order}
    for step in range(one.steps):
        for side in order:
            move = players[side].move(step, standing)
            if isinstance(move, Accept):
                return standing, offered
            assert isinstance(move, Offer)
            standing = move.outcome
            offered[side].append(int(np.ravel_multi_index(standing, one.shape)))
    return None, offered


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("known", [False, True])
def test_every_policy_plays_and_nobody_goes_below_the_reservation(policy: str, known: bool) -> None:
    for domain in ("weeks", "terms"):
        one = scenario(domain, 11, 4)
        both = utilities(one)
        outcome, offered = talk(one, (policy, "boulware"), known=known)
        for side in ("creditor", "debtor"):
            own, floor = getattr(both, side), getattr(one, side).reservation
            made = own[offered[side]]
            assert made.min() >= floor
            if outcome is not None:
                assert own[np.ravel_multi_index(outcome, one.shape)] > floor


def test_the_last_offer_that_is_any_good_is_taken_by_who_can_say_nothing_after_it() -> None:
    one = scenario("days", 1, 1)
    assert one.first == "debtor"
    creditor = SharePolicy(one, "creditor", "boulware", known=True)
    own = utilities(one).creditor
    poor, bare = int(np.flatnonzero(own < one.creditor.reservation)[0]), int(np.flatnonzero(own > one.creditor.reservation)[-1])
    worst = len(own) - 1
    for step in range(one.steps - 1):
        assert isinstance(creditor.move(step, (worst,)), Offer)
    assert isinstance(creditor.move(one.steps - 1, (bare,)), Accept)
    assert not isinstance(SharePolicy(one, "creditor", "boulware", known=True).move(one.steps - 1, (poor,)), Accept)


def test_who_moves_only_with_us_gets_new_offers_and_who_stands_still_gets_few() -> None:
    one = scenario("weeks", 1, 1)
    own = utilities(one).creditor
    worst = len(own) - 1

    def distinct(moving: bool) -> int:
        ours = SharePolicy(one, "creditor", "boulware", known=True)
        made: list[int] = []
        for step in range(12):
            move = ours.move(step, (worst - max(0, len(set(made)) - 1) if moving else worst,))
            if isinstance(move, Offer):
                made.append(move.outcome[0])
        return len(set(made))

    assert distinct(moving=True) > distinct(moving=False)


# --- the pipe


def test_a_negotiation_step_by_step(fake: list[str], tmp_path: Path) -> None:
    one = scenario("weeks", 1, 0)
    with Host(fake, tmp_path / "log") as host:
        assert host.negotiators == ["Stubborn", "Mean"]
        assert host.missing["Gone"] == "not installed"
        last = one.shape[0] - 1
        assert host.open(one, "remote", "Stubborn", 0) == Ask("creditor", 0, None)
        assert host.answer(Offer((0,))) == Ask("creditor", 1, (last,))
        assert host.answer(Accept()) == Result((last,), "agreed", 1, "")
        assert isinstance(host.open(one, "remote", "Stubborn", 0), Ask)
        assert host.answer(Leave()) == Result(None, "left", 0, "")


def test_a_host_that_ends_or_talks_nonsense_is_an_error(fake: list[str], tmp_path: Path) -> None:
    with Host(fake, tmp_path / "log") as host, pytest.raises(HostError, match="has ended"):
        host.answer(Accept())
    for said, error in (("", "has ended"), ("hello", "no JSON"), ('{"ask": 1}', "instead of ready")):
        with pytest.raises(HostError, match=error):
            Host([sys.executable, "-c", f"print({said!r})" if said else ""], tmp_path / "log")


def test_the_host_script_imports_nothing_of_ours() -> None:
    assert "eqnegotiator" not in HOST_SCRIPT.read_text(encoding="utf-8")


# --- the tournament


def test_games_are_kept_and_a_line_cut_short_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "games.jsonl"
    one, other = Game("days", 0, 1, "a", "b", ""), Game("days", 0, 2, "a", "b", "")
    with Games(path) as games:
        games.put(one, Played((3,), "agreed", ""))
    with path.open("a", encoding="utf-8") as file:
        file.write('[["days", 0, 2')
    with Games(path) as games:
        assert games.get(one) == Played((3,), "agreed", "")
        assert games.get(other) is None
        games.put(other, Played(None, "time", ""))
    with Games(path) as games:
        assert games.get(other) == Played(None, "time", "")
    path.write_text("1\n", encoding="utf-8")
    with pytest.raises(GamesError, match="line 1"):
        Games(path)


def test_every_agent_meets_every_peer_in_both_roles(fake: list[str], tmp_path: Path) -> None:
    plan = tournament.Plan(("weeks",), tournament.entrants(["boulware"]), ("Stubborn", "Mean"), 0, 3)
    with Host(fake, tmp_path / "log") as host, Games(tmp_path / "games.jsonl") as games:
        found = tournament.play(plan, host, games)
    values = found["weeks"]
    assert values.shape == (4, 2, 2, 3, 4)
    assert np.isfinite(values[..., :3]).all()
    # Two peers agree on the creditor's wish at once.
    assert values[2:, :, 0, :, 0] == pytest.approx(1.0)
    report = tournament.document(plan, found)["domains"]["weeks"]
    assert set(report["agents"]) == {"ours:boulware", "ours:boulware+utilities", "Stubborn", "Mean"}
    ours, theirs = (report["agents"][name]["advantage"]["mean"] for name in ("ours:boulware", "Mean"))
    assert report["ahead"]["ours:boulware"]["Mean"]["advantage"]["mean"] == pytest.approx(ours - theirs)
    json.dumps(report, allow_nan=False)


def test_the_command_ends_in_one_json_line_and_plays_nothing_twice(
    fake: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HOST_SCRIPT", fake[-1])
    words = ["--work", str(tmp_path / "work"), "--python", sys.executable, "--count", "2", "--domain", "weeks", "--policy", "linear"]
    assert command.main(words) == 0
    text = capsys.readouterr().out
    assert json.loads(text.splitlines()[-1])["missing"] == {"Gone": "not installed"}
    games = (tmp_path / "work" / "games.jsonl").read_text(encoding="utf-8")
    assert command.main([*words, "--json"]) == 0
    assert capsys.readouterr().out == text.splitlines()[-1] + "\n"
    assert (tmp_path / "work" / "games.jsonl").read_text(encoding="utf-8") == games
    assert command.main([*words, "--peer", "Gone"]) == 1
    assert "not installed" in capsys.readouterr().err
