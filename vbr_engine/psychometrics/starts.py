"""Where a search starts: people placed by the first principal component, then items fitted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.derivatives import present
from vbr_engine.psychometrics.estimation import Design, maximisation
from vbr_engine.psychometrics.expectation import Answers, Expectation, Source

__all__ = ["flat_start", "placed_start", "proxies"]

_ROWS = 1000


def proxies(answers: Source, *, nominal: bool, n: int) -> tuple[Answers, Array, Array]:
    """Stand-ins for theta: the first components of the answers, on at most 1,000 rows.

    Ordered categories count by their number; nominal ones as separate indicators (correspondence
    analysis).

    Returns
    -------
    answers : Answers
        The rows used.
    scores : ndarray, shape (rows, n)
        Standardised.
    reliabilities : ndarray, shape (n,)
        Share of each component that is not noise.
    """
    few = answers.thinned(_ROWS)
    columns = _indicators(few) if nominal else few.codes.astype(float)
    known = np.repeat(few.codes >= 0, few.n_categories, axis=1) if nominal else few.codes >= 0
    weights = few.weights[:, None] * known
    people = np.maximum(weights.sum(axis=0), 1e-12)
    centred = np.where(known, columns - (weights * columns).sum(axis=0) / people, 0.0)
    spread = np.sqrt((weights * centred**2).sum(axis=0) / people)
    if nominal:
        spread = np.sqrt(np.maximum(spread, 1e-6))
    centred /= np.where(spread > 0, spread, 1.0)
    values, vectors = np.linalg.eigh((centred * few.weights[:, None]).T @ centred)
    n = min(n, len(values))
    scores = centred @ vectors[:, ::-1][:, :n]
    scores -= np.average(scores, axis=0, weights=few.weights)
    size = np.sqrt(np.average(scores**2, axis=0, weights=few.weights))
    ratio = values[::-1][:n] / max(values.sum() / few.codes.shape[1], 1e-12)
    reliability = np.clip(1.0 - 1.0 / np.maximum(ratio, 1.05), 0.3, 0.95)
    return few, scores / np.where(size > 0, size, 1.0), reliability


def _indicators(answers: Answers) -> Array:
    return np.concatenate([ones for _, _, ones in answers.blocks()])


def flat_start(answers: Source, design: Design) -> Array:
    """Slopes of 0 (graded and gpcm: 1) and intercepts that give the shares observed."""
    counts = answers.category_counts()
    exists = np.arange(counts.shape[1]) < answers.n_categories[:, None]
    share = np.where(exists, counts + 0.5, 0.0)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-300)  # nobody answered some item
    width = counts.shape[1] - 1
    rows = np.zeros(design.shape)
    if design.model == "graded":
        above = np.clip(np.cumsum(share[:, ::-1], axis=1)[:, ::-1][:, 1:], 1e-6, 1 - 1e-6)
        rows[:, -width:] = np.log(above / (1 - above))
    else:
        rows[:, -width:] = np.log(np.maximum(share[:, 1:], 1e-9) / np.maximum(share[:, :1], 1e-9))
    if design.model != "nominal":
        rows[:, 0] = 1.0 if design.model == "graded" else 0.5
    rows *= present(design.model, design.n_categories)
    return np.concatenate([rows.ravel(), np.zeros(2 * design.n_groups)])


def placed_start(
    few: Answers,
    design: Design,
    base: Array,
    proxy: Array,
    reliability: float,
    *,
    n_steps: int = 4,
) -> Array:
    """Items fitted to people whose theta is spread about a stand-in.

    ``base`` holds all parameters; only the free ones of items move.
    """
    centre = np.sqrt(reliability) * proxy
    log_density = -0.5 * (design.nodes - centre[:, None]) ** 2 / (1.0 - reliability)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    density *= (few.weights / density.sum(axis=1))[:, None]
    counts = np.zeros((len(few.n_categories), int(few.n_categories.max()), len(design.nodes)))
    cells = sum(
        (ones.T @ density[rows] for rows, _, ones in few.blocks()),
        start=np.zeros((len(few.cells[0]), len(design.nodes))),
    )
    counts[few.cells] = cells
    mass = np.stack([density[few.groups == g].sum(axis=0) for g in range(design.n_groups)])
    return maximisation(design, base, Expectation(0.0, counts, mass), n_steps=n_steps)


def random_proxy(rng: np.random.Generator, scores: Array) -> NDArray[np.float64]:
    """A random direction among the leading components."""
    mixed = scores @ rng.standard_normal(scores.shape[1])
    return np.asarray((mixed - mixed.mean()) / max(mixed.std(), 1e-12))
