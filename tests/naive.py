"""Slow, obvious references: each does what the definition says, in plain Python, sharing no code with the product."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

Vector = Sequence[float]
Matrix = Sequence[Vector]

# --- hmm


def hmm_likelihoods(emission: Sequence[Matrix], evidence: Matrix) -> list[list[float]]:
    """[T][K] sum_e p(x_t | e) P(e | s). Emission [T][K][E]."""
    return [
        [math.fsum(weight * chance for weight, chance in zip(weights, row, strict=True)) for row in emission[step]]
        for step, weights in enumerate(evidence)
    ]


def hmm_joint(initial: Vector, transition: Matrix, likelihoods: Matrix) -> dict[tuple[int, ...], float]:
    """Weight of every path s_1..s_T: P(s_1) prod_t P(s_t | s_t-1) p(x_t | s_t)."""
    weights = {}
    for path in itertools.product(range(len(initial)), repeat=len(likelihoods)):
        weight = 1.0
        for step, state in enumerate(path):
            weight *= transition[path[step - 1]][state] if step else initial[state]
            weight *= likelihoods[step][state]
        weights[path] = weight
    return weights


def hmm_smooth(initial: Vector, transition: Matrix, likelihoods: Matrix) -> list[list[float]]:
    """[T][K] p(s_t | x_1..x_T), by enumeration of all paths."""
    joint = hmm_joint(initial, transition, likelihoods)
    total = math.fsum(joint.values())
    return [
        [math.fsum(w for path, w in joint.items() if path[step] == state) / total for state in range(len(initial))]
        for step in range(len(likelihoods))
    ]


def hmm_fixed_lag(initial: Vector, transition: Matrix, likelihoods: Matrix, lag: int) -> list[list[float]]:
    """[T][K] p(s_t | x_1..x_t+lag), each row from the smoother of its own prefix; lag 0 is the filter."""
    return [hmm_smooth(initial, transition, likelihoods[: step + lag + 1])[step] for step in range(len(likelihoods))]


def hmm_predicted(initial: Vector, transition: Matrix, likelihoods: Matrix) -> list[list[float]]:
    """[T + 1][K] p(s_t | x_1..x_t-1): each row from its own prefix and a step that tells nothing."""
    nothing = [1.0] * len(initial)
    return [hmm_smooth(initial, transition, [*likelihoods[:step], nothing])[step] for step in range(len(likelihoods) + 1)]


def hmm_transitions(initial: Vector, transition: Matrix, likelihoods: Matrix) -> list[list[float]]:
    """[K][K] expected transitions: over all paths, their probability times how often they make the move."""
    joint = hmm_joint(initial, transition, likelihoods)
    total = math.fsum(joint.values())
    counts = [[0.0] * len(initial) for _ in initial]
    for path, weight in joint.items():
        for before, after in itertools.pairwise(path):
            counts[before][after] += weight / total
    return counts


def hmm_viterbi(initial: Vector, transition: Matrix, likelihoods: Matrix) -> tuple[tuple[int, ...], float]:
    """(likeliest path, its weight); among equals the one that is first when read from its end."""
    joint = hmm_joint(initial, transition, likelihoods)
    best = max(joint.values())
    return min((path for path, weight in joint.items() if weight == best), key=lambda path: path[::-1]), best


def markov_stationary(transition: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """Solve pi P = pi, sum pi = 1 exactly, by Gauss-Jordan elimination; for chains with one solution."""
    size = len(transition)
    rows = [[transition[i][j] - (i == j) for i in range(size)] + [Fraction(0)] for j in range(size)]
    rows.append([Fraction(1)] * (size + 1))
    for column in range(size):
        pivot = next(row for row in range(column, len(rows)) if rows[row][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for row in range(len(rows)):
            if row != column:
                factor = rows[row][column]
                rows[row] = [entry - factor * base for entry, base in zip(rows[row], rows[column], strict=True)]
    return [rows[row][size] for row in range(size)]


# --- payoff


def ranked(values: Vector, mask: Sequence[bool]) -> list[int]:
    """Allowed indices, best first; equals in index order (Python's sort is stable)."""
    return sorted((i for i in range(len(values)) if mask[i]), key=lambda i: -values[i])


def wsls(row: Vector, previous_payoff: float | None, threshold: float, mask: Sequence[bool]) -> int:
    """Algorithm 3."""
    order = ranked(row, mask)
    lost = previous_payoff is not None and previous_payoff < threshold
    return order[1] if lost and len(order) > 1 else order[0]


def switch_to_hmm(recent: Sequence[int], window: int, threshold: int, negative: Sequence[bool]) -> bool:
    """Eq. 4."""
    return sum(negative[emotion] for emotion in recent[-window:]) >= threshold


def paper_values(predicted: Vector, emission: Sequence[Matrix], weights: Matrix, favourable: Sequence[bool]) -> list[float]:
    """Eq. 5, where D_t+1 is any favourable emotion."""
    return [
        math.fsum(
            predicted[s] * emission[s][e][d] * weights[s][e] for s in range(len(predicted)) for d in range(len(favourable)) if favourable[d]
        )
        for e in range(len(weights[0]))
    ]


def expected_payoff(belief: Vector, emission: Sequence[Matrix], payoffs: Matrix) -> list[float]:
    """sum over states and replies of their joint probability times the payoff."""
    return [
        math.fsum(belief[s] * emission[s][e][d] * payoffs[d][e] for s in range(len(belief)) for d in range(len(payoffs)))
        for e in range(len(payoffs[0]))
    ]


# --- linear programs, zero-sum, correlated, Stackelberg, learning, automata, evolution


def _solve_exactly(matrix: Sequence[Sequence[Fraction]], vector: Sequence[Fraction]) -> list[Fraction] | None:
    """The solution of a square system by Gauss-Jordan elimination; None where the matrix is singular."""
    rows = [[*line, right] for line, right in zip(matrix, vector, strict=True)]
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for i in range(len(rows)):
            if i != column:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return [row[-1] for row in rows]


def polytope_vertices(matrix: Sequence[Sequence[Fraction]], bounds: Sequence[Fraction], equality: Sequence[bool]) -> list[list[Fraction]]:
    """Every vertex of {x >= 0, matrix @ x <= bounds, == where `equality`}, from every choice of n tight constraints."""
    size = len(matrix[0])
    lines = [list(row) for row in matrix] + [[Fraction(-int(i == j)) for j in range(size)] for i in range(size)]
    limits = [*bounds, *[Fraction(0)] * size]
    tight_always = [i for i, tight in enumerate(equality) if tight]
    free = [i for i in range(len(lines)) if i not in tight_always]
    vertices = []
    for chosen in itertools.combinations(free, size - len(tight_always)):
        tight = [*tight_always, *chosen]
        point = _solve_exactly([lines[i] for i in tight], [limits[i] for i in tight])
        if point is None:
            continue
        sums = [sum((a * x for a, x in zip(line, point, strict=True)), Fraction(0)) for line in lines]
        held = all(s == limits[i] if i in tight_always else s <= limits[i] for i, s in enumerate(sums))
        if held and point not in vertices:
            vertices.append(point)
    return vertices


def zero_sum_value(payoffs: Sequence[Sequence[Fraction]]) -> Fraction:
    """max over strategies of the worst column's payoff; by shifting to positive payoffs, 1 / min sum(p), payoffs' p >= 1."""
    shift = 1 - min(min(row) for row in payoffs)
    columns = [[-(row[j] + shift) for row in payoffs] for j in range(len(payoffs[0]))]
    vertices = polytope_vertices(columns, [Fraction(-1)] * len(columns), [False] * len(columns))
    return 1 / min(sum(vertex, Fraction(0)) for vertex in vertices) - shift


def pure_commitment(leader: Matrix, follower: Matrix) -> tuple[int, int]:
    """(action, reply): the first of the leader's best pairs where the reply is best and kindest."""
    pairs = []
    for action in range(len(leader)):
        best = max(follower[action])
        replies = [j for j in range(len(follower[action])) if follower[action][j] == best]
        pairs.append((action, max(replies, key=leader[action].__getitem__)))
    return max(pairs, key=lambda pair: leader[pair[0]][pair[1]])


def commitment_payoff(leader: Sequence[Sequence[Fraction]], follower: Sequence[Sequence[Fraction]]) -> Fraction:
    """The leader's best payoff over the vertices of every region where one reply is best."""
    actions, replies = range(len(leader)), range(len(leader[0]))
    payoffs: list[Fraction] = []
    for reply in replies:
        lines = [[follower[i][other] - follower[i][reply] for i in actions] for other in replies if other != reply]
        bounds = [Fraction(0)] * len(lines)
        equality = [*[False] * len(lines), True]
        vertices = polytope_vertices([*lines, [Fraction(1) for _ in actions]], [*bounds, Fraction(1)], equality)
        payoffs.extend(sum((x[i] * leader[i][reply] for i in actions), Fraction(0)) for x in vertices)
    return max(payoffs)


def swap_gain(payoffs: Matrix, joint: Matrix, told: int, played: int) -> float:
    """What the row player gains, before the draw, from `played` whenever told `told`."""
    gain = 0.0
    for i, row in enumerate(joint):
        for j, probability in enumerate(row):
            action = played if i == told else i
            gain += probability * (payoffs[action][j] - payoffs[i][j])
    return gain


def regret_matching_plus(payoff_vectors: Matrix, weights: Vector) -> tuple[list[list[float]], list[float]]:
    """(strategies, weighted average regret after each round), every sum taken anew."""
    actions = range(len(payoff_vectors[0]))
    totals = [0.0 for _ in actions]
    strategies, regrets = [], []
    for step, payoffs in enumerate(payoff_vectors):
        norm = sum(totals)
        strategy = [t / norm for t in totals] if norm > 0.0 else [1.0 / len(totals) for _ in actions]
        earned = sum(p * u for p, u in zip(strategy, payoffs, strict=True))
        totals = [max(0.0, t + u - earned) for t, u in zip(totals, payoffs, strict=True)]
        strategies.append(strategy)
        past = range(step + 1)
        against = [math.fsum(weights[t] * payoff_vectors[t][a] for t in past) for a in actions]
        own = math.fsum(weights[t] * strategies[t][a] * payoff_vectors[t][a] for t in past for a in actions)
        regrets.append((max(against) - own) / math.fsum(weights[: step + 1]))
    return strategies, regrets


def bayesian_values(payoffs: Sequence[Matrix], replies: Sequence[Matrix], belief: Vector) -> list[float]:
    """Expected payoff of each action, over all pairs of type and reply. Payoffs and replies [A][K][R]."""
    return [
        math.fsum(belief[k] * replies[a][k][r] * u for k, row in enumerate(table) for r, u in enumerate(row))
        for a, table in enumerate(payoffs)
    ]


def machine_actions(machines: Sequence[tuple[int, Sequence[int], Sequence[Sequence[int]]]], rounds: int) -> list[tuple[int, int]]:
    """Actions of two machines (start, output, next state)."""
    states = [machine[0] for machine in machines]
    played = []
    for _ in range(rounds):
        row, column = (machine[1][state] for machine, state in zip(machines, states, strict=True))
        played.append((row, column))
        states = [machines[0][2][states[0]][column], machines[1][2][states[1]][row]]
    return played


def next_generation(fitness: Sequence[Fraction], shares: Sequence[Fraction]) -> list[Fraction]:
    """Shares in proportion to share times fitness."""
    mean = sum((s * f for s, f in zip(shares, fitness, strict=True)), Fraction(0))
    return [s * f / mean for s, f in zip(shares, fitness, strict=True)]


def growth(payoffs: Matrix, shares: Vector) -> list[float]:
    """Right-hand side of the replicator equation."""
    fitness = [math.fsum(u * s for u, s in zip(row, shares, strict=True)) for row in payoffs]
    mean = math.fsum(f * s for f, s in zip(fitness, shares, strict=True))
    return [s * (f - mean) for s, f in zip(shares, fitness, strict=True)]


# --- bargaining (numbers may be Fractions throughout)


def alternating_values(
    discount: Sequence[Sequence[Any]],
    first: int,
    breakdown: Sequence[Any],
    disagreement: Sequence[Any],
    outside: Sequence[Any],
    step: int = 0,
) -> list[Any]:
    """[2] payoffs from round `step` on: the proposer tries every share of a grid, and the one that just satisfies."""
    giver = (first + step) % 2
    taker = 1 - giver
    later = disagreement
    if step + 1 < len(breakdown):
        later = alternating_values(discount, first, breakdown, disagreement, outside, step + 1)
    chance = breakdown[step]
    refused = [chance * disagreement[i] + (1 - chance) * discount[step][i] * later[i] for i in range(2)]
    if outside[taker] > refused[taker]:
        refused = list(outside)
    results = [refused]
    for share in [*(Fraction(i, 4) for i in range(5)), refused[taker]]:
        if refused[taker] <= share <= 1:
            split = [share, share]
            split[giver] = 1 - share
            results.append(split)
    return max(results, key=lambda payoffs: payoffs[giver])


def person_payoff(
    path: Sequence[int],
    refused: Any,
    accept: Sequence[Sequence[Any]],
    payoff: Sequence[Any],
    hazard: Any,
    walk_away: Any,
    handoff: Any,
    discount: Any,
) -> Any:
    """Payoff, times the chance to be there, from people whose ranks are uniform on [refused, 1]; accept is [T][M].

    A person of rank w accepts the first offer of `path` whose acceptance exceeds w. After `path` comes the handoff.
    """
    total, stay, factor = 0, 1, 1
    for step, offer in enumerate(path):
        reached = max(refused, accept[step][offer])
        total += factor * stay * ((reached - refused) * payoff[offer] + (1 - reached) * hazard * walk_away)
        refused, stay, factor = reached, stay * (1 - hazard), factor * discount
    return total + factor * stay * (1 - refused) * handoff


def concession_payoffs(
    weights: Sequence[Any],
    refused: Sequence[Any],
    accept: Sequence[Sequence[Sequence[Any]]],
    payoff: Sequence[Any],
    hazard: Sequence[Any],
    ends: tuple[Any, Any, Any],
    paths: Iterable[tuple[int, ...]],
) -> dict[tuple[int, ...], Any]:
    """Sum over types of weight times `person_payoff`, for each path of offers. ends: walk_away, handoff, discount."""
    return {
        path: sum(
            weight * person_payoff(path, refused[k], [rows[k] for rows in accept], payoff, hazard[k], ends[0], ends[1], ends[2])
            for k, weight in enumerate(weights)
        )
        for path in paths
    }


def concessions(rounds: int, hardest: int) -> Iterable[tuple[int, ...]]:
    """Every path of at most `rounds` offers that starts at `hardest` or below and never rises; it may stop early."""
    for length in range(rounds + 1):
        yield from itertools.combinations_with_replacement(range(hardest, -1, -1), length)


def coin_payoff(
    path: Sequence[int],
    belief: Sequence[Any],
    accept: Sequence[Sequence[Sequence[Any]]],
    payoff: Sequence[Any],
    hazard: Sequence[Any],
    ends: tuple[Any, Any, Any],
) -> Any:
    """Expected payoff of a path (-1 stops) when acceptance is tossed anew: every way in which the talks can end."""
    walk_away, handoff, discount = ends
    total: Any = 0
    for k, chance in enumerate(belief):
        for step, offer in enumerate(path):
            if offer == -1:
                break
            factor = discount**step
            total += chance * factor * accept[step][k][offer] * payoff[offer]
            total += chance * factor * (1 - accept[step][k][offer]) * hazard[k] * walk_away
            chance *= (1 - accept[step][k][offer]) * (1 - hazard[k])
        else:
            step = len(path)
        total += chance * discount**step * handoff
    return total


def waiting_payoff(worth: float, step: int, state: int, cutoff: Matrix, price: Matrix, factor: float) -> float:
    """Payoff, in units of round `step`, of a customer who accepts the best of the prices asked from then on, or none.

    Whatever this customer does, the creditor believes after each price that the types below its cutoff remain.
    """
    best, weight = 0.0, 1.0
    for now in range(step, len(cutoff)):
        best = max(best, weight * (worth - price[now][state]))
        state, weight = int(cutoff[now][state]), weight * factor
    return best


# --- sampling


def softmax(logits: Vector) -> list[float]:
    highest = max(logits)
    weights = [math.exp(logit - highest) for logit in logits]
    return [weight / math.fsum(weights) for weight in weights]


def sampling_distribution(
    logits: Vector, banned: Sequence[bool], history: Sequence[int], temperature: float, top_k: int, top_p: float, repetition_penalty: float
) -> dict[int, float]:
    """Probability of every token that can be drawn: penalty, mask, temperature, top k, nucleus, in this order; ties by id."""
    row = [
        (logit / repetition_penalty if logit > 0 else logit * repetition_penalty) if token in history else logit
        for token, logit in enumerate(logits)
    ]
    order = sorted((token for token in range(len(row)) if not banned[token]), key=lambda token: (-row[token], token))
    if temperature == 0:
        return {order[0]: 1.0}
    weights = {token: math.exp((row[token] - row[order[0]]) / temperature) for token in order}
    order = order[:top_k] if top_k else order
    total, kept = math.fsum(weights[token] for token in order), []
    for token in order:
        kept.append(token)
        if math.fsum(weights[other] for other in kept) >= top_p * total:
            break
    total = math.fsum(weights[token] for token in kept)
    return {token: weights[token] / total for token in kept}


# --- bimatrix (payoffs are read as exact Fractions)

MixedProfile = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]


def fractions(table: Matrix) -> list[list[Fraction]]:
    """Each number as it stands: a float is a dyadic fraction."""
    return [[Fraction(payoff) for payoff in row] for row in table]


def linear_solution(rows: Sequence[Sequence[Fraction]]) -> list[Fraction] | None:
    """The only solution of as many equations as unknowns, right-hand side last; None where there is not just one."""
    system = [list(row) for row in rows]
    size = len(system)
    for column in range(size):
        pivot = next((row for row in range(column, size) if system[row][column] != 0), None)
        if pivot is None:
            return None
        system[column], system[pivot] = system[pivot], system[column]
        system[column] = [entry / system[column][column] for entry in system[column]]
        for row in range(size):
            if row != column and system[row][column] != 0:
                factor = system[row][column]
                system[row] = [a - factor * b for a, b in zip(system[row], system[column], strict=True)]
    return [row[-1] for row in system]


def best_replies(table: Sequence[Sequence[Fraction]], strategy: Sequence[Fraction]) -> frozenset[int]:
    """Rows of `table` with the largest expected payoff."""
    values = [sum((a * p for a, p in zip(row, strategy, strict=True)), Fraction(0)) for row in table]
    return frozenset(i for i, value in enumerate(values) if value == max(values))


def positive(strategy: Sequence[Fraction]) -> frozenset[int]:
    """The support."""
    return frozenset(i for i, probability in enumerate(strategy) if probability > 0)


def best_reply_vertices(table: Matrix) -> list[tuple[Fraction, ...]]:
    """Strategies z that are vertices of {(z, v): z >= 0, sum z = 1, table z <= v}: every choice of enough equations is tried."""
    return _vertices(tuple(tuple(row) for row in fractions(table)))


@functools.lru_cache(maxsize=8)
def _vertices(exact: tuple[tuple[Fraction, ...], ...]) -> list[tuple[Fraction, ...]]:
    actions = len(exact[0])
    inequalities = [[Fraction(int(i == j)) for j in range(actions)] + [Fraction(0)] * 2 for i in range(actions)]
    inequalities += [[*row, Fraction(-1), Fraction(0)] for row in exact]
    total = [Fraction(1)] * actions + [Fraction(0), Fraction(1)]
    found = set()
    for chosen in itertools.combinations(inequalities, actions):
        point = linear_solution([total, *chosen])
        if point is not None and min(point[:-1]) >= 0:
            values = [sum((a * z for a, z in zip(row, point[:-1], strict=True)), Fraction(0)) for row in exact]
            if max(values) <= point[-1]:
                found.add(tuple(point[:-1]))
    return sorted(found)


def transpose(table: Matrix) -> list[list[float]]:
    """Rows become columns."""
    return [list(column) for column in zip(*table, strict=True)]


def extreme_equilibria(row_payoffs: Matrix, column_payoffs: Matrix) -> list[MixedProfile]:
    """Pairs of vertices that are best replies to each other."""
    rows, columns = fractions(row_payoffs), fractions(transpose(column_payoffs))
    row_strategies = [(x, best_replies(columns, x)) for x in best_reply_vertices(transpose(column_payoffs))]
    column_strategies = [(y, best_replies(rows, y)) for y in best_reply_vertices(row_payoffs)]
    return [(x, y) for x, to_x in row_strategies for y, to_y in column_strategies if positive(x) <= to_y and positive(y) <= to_x]


def has_spare_best_reply(table: Matrix, strategy: Sequence[Fraction]) -> bool:
    """More pure best replies than actions in the support."""
    return len(best_replies(fractions(table), strategy)) > len(positive(strategy))


def degenerate(row_payoffs: Matrix, column_payoffs: Matrix) -> bool:
    """Whether a strategy of either player has a spare best reply; where one has, a vertex has."""
    return any(
        has_spare_best_reply(table, strategy)
        for table in (row_payoffs, transpose(column_payoffs))
        for strategy in best_reply_vertices(table)
    )


def equal_support_equilibria(row_payoffs: Matrix, column_payoffs: Matrix) -> list[MixedProfile]:
    """Equilibria whose supports are of equal size and determine them: every pair of supports is tried."""
    rows, columns = fractions(row_payoffs), fractions(transpose(column_payoffs))
    found = []
    for size in range(1, min(len(rows), len(columns)) + 1):
        for support in itertools.combinations(range(len(rows)), size):
            for other in itertools.combinations(range(len(columns)), size):
                y = _equaliser(rows, support, other)
                x = _equaliser(columns, other, support)
                if x is not None and y is not None and set(support) <= best_replies(rows, y) and set(other) <= best_replies(columns, x):
                    found.append((x, y))
    return found


def _equaliser(
    table: Sequence[Sequence[Fraction]], support: Sequence[int], other: Sequence[int]
) -> tuple[Fraction, ...] | None:
    """The strategy, positive exactly on `other`, against which all of `support` earn the same."""
    one, zero = Fraction(1), Fraction(0)
    equations = [[*(table[i][j] for j in other), -one, zero] for i in support]
    point = linear_solution([*equations, [*(one for _ in other), zero, one]])
    if point is None or min(point[:-1]) <= 0:
        return None
    probabilities = dict(zip(other, point[:-1], strict=True))
    return tuple(probabilities.get(j, zero) for j in range(len(table[0])))


def undominated(row_payoffs: Matrix, column_payoffs: Matrix, kind: str) -> tuple[list[int], list[int], int]:
    """(row actions left, column actions left, rounds) after eliminating in rounds; `kind` is pure, mixed or weak.

    A row is dominated by a mixture exactly when it is no best reply to any vertex.
    """
    rows, columns = list(range(len(row_payoffs))), list(range(len(row_payoffs[0])))
    rounds = 0
    while True:
        row_table = [[row_payoffs[i][j] for j in columns] for i in rows]
        column_table = [[column_payoffs[i][j] for i in rows] for j in columns]
        keep_rows = _kept(row_table, kind)
        keep_columns = _kept(column_table, kind)
        if len(keep_rows) == len(rows) and len(keep_columns) == len(columns):
            return rows, columns, rounds
        rows, columns = [rows[i] for i in keep_rows], [columns[j] for j in keep_columns]
        rounds += 1


def _kept(table: Matrix, kind: str) -> list[int]:
    if kind == "mixed":
        exact = fractions(table)
        return sorted(frozenset().union(*(best_replies(exact, vertex) for vertex in best_reply_vertices(table))))
    kept = []
    for i, row in enumerate(table):
        pairs = [list(zip(other, row, strict=True)) for k, other in enumerate(table) if k != i]
        if kind == "pure":
            beaten = any(all(a > b for a, b in pair) for pair in pairs)
        else:
            beaten = any(all(a >= b for a, b in pair) and any(a > b for a, b in pair) for pair in pairs)
        if not beaten:
            kept.append(i)
    return kept


# --- text stream


def cut_at_stop(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """The text read letter by letter until one of the stops has been read; what stands before it, and whether one has."""
    for end in range(len(text) + 1):
        read = [stop for stop in stops if text[:end].endswith(stop)]
        if read:
            return text[: end - max(len(stop) for stop in read)], True
    return text, False


def longest_beginning(text: str, stops: Sequence[str]) -> int:
    """Length of the longest end of the text that a stop goes on from."""
    begun = [length for stop in stops for length in range(len(stop)) if text.endswith(stop[:length])]
    return max(begun, default=0)


# --- offers whose worth depends on who accepts (kernels/screening.py)


def screening_value(
    path: Sequence[int], belief: Any, accept: Any, payoff: Any, hazard: Any, walk_away: Any, handoff: Any, discount: Any
) -> Any:
    """Expected payoff of offering `path` in order and then stopping: one hidden rank per customer decides all rounds."""
    total = 0
    for kind, weight in enumerate(belief):
        refused, present, factor = 0, 1, 1
        for step, offer in enumerate(path):
            taken = accept[step][kind][offer]
            total += weight * factor * present * (taken - refused) * payoff[kind][offer]
            total += weight * factor * present * (1 - taken) * hazard[kind] * walk_away[kind]
            present *= 1 - hazard[kind]
            refused = taken
            factor *= discount
        total += weight * factor * present * (1 - refused) * handoff[kind]
    return total


def best_screening(**talks: Any) -> Any:
    """The best over all sequences of offers that never get harder, of any length up to the number of rounds."""
    rounds, offers = len(talks["accept"]), len(talks["accept"][0][0])
    paths = [()]
    for _ in range(rounds):
        paths += [(*path, offer) for path in paths for offer in range(path[-1] + 1 if path else offers)]
    return max(screening_value(path, **talks) for path in paths)


# --- tone policies


def best_equilibrium(row_payoffs: Matrix, column_payoffs: Matrix) -> tuple[Fraction, Fraction]:
    """(sum of both payoffs, the row player's) of the extreme equilibrium that has most of the first, then of the second."""
    rows, columns = fractions(row_payoffs), fractions(column_payoffs)

    def expected(table: Sequence[Sequence[Fraction]], x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        return sum((p * q * payoff for p, row in zip(x, table, strict=True) for q, payoff in zip(y, row, strict=True)), Fraction(0))

    worth = [(expected(rows, x, y), expected(columns, x, y)) for x, y in extreme_equilibria(row_payoffs, column_payoffs)]
    return max((client + agent, client) for client, agent in worth)


def hedge(rounds: Sequence[dict[str, float]], rate: float, decay: float) -> dict[str, float]:
    """Weights after payoffs in [0, 1] by expert and round: each is multiplied by exp(rate payoff), and what is older fades."""
    weights = dict.fromkeys(rounds[0], 1.0)
    for payoffs in rounds:
        weights = {name: weight**decay * math.exp(rate * payoffs[name]) for name, weight in weights.items()}
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


# --- statistics of the arena (bench/arena/statistics.py, significance.py)


def grouped_sums(values: Any, groups: int) -> tuple[list[list[float]], list[list[float]]]:
    """Sum and number of the defined values of each group of neighbouring rows; group g starts at row g n // groups."""
    rows = values.tolist()
    used = min(groups, len(rows))
    edges = [group * len(rows) // used for group in range(used)] + [len(rows)]
    parts = [rows[start:stop] for start, stop in itertools.pairwise(edges)]
    defined = [[[row[metric] for row in part if not math.isnan(row[metric])] for metric in range(len(rows[0]))] for part in parts]
    return [[sum(cell) for cell in part] for part in defined], [[float(len(cell)) for cell in part] for part in defined]


def holm(p: list[float]) -> list[float]:
    """Step down: the smallest p times the number of comparisons, the next times one less, never falling, at most 1; nan stays."""
    made = sorted((value, place) for place, value in enumerate(p) if not math.isnan(value))
    adjusted, highest = list(p), 0.0
    for rank, (value, place) in enumerate(made):
        highest = max(highest, min(1.0, value * (len(made) - rank)))
        adjusted[place] = highest
    return adjusted
