"""Newton steps, and what is done where the curvature is not to be trusted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.expectation import Expectation
from vbr_engine.psychometrics.position import Position

__all__ = ["LARGEST_STEP", "em_step", "maximisation", "mended", "solve"]

LARGEST_STEP = 1.0


def solve(matrix: Array, gradient: Array, fallback: Array | None = None) -> Array:
    """Newton step; where the matrix is not positive definite, more and more of the fallback."""
    if not (np.isfinite(matrix).all() and np.isfinite(gradient).all()):
        return np.full_like(gradient, np.nan)
    other = np.diag(np.maximum(np.diag(matrix), 1e-6)) if fallback is None else fallback
    for share in (0.0, 0.05, 0.2, 0.5, 1.0):
        mixed = (1.0 - share) * matrix + share * other
        mixed[np.diag_indices(len(mixed))] += 1e-10 * (1.0 + np.diag(other))
        try:
            return np.asarray(cho_solve(cho_factor(mixed), gradient))
        except LinAlgError:
            continue
    return gradient / np.maximum(np.diag(other), 1.0)


def maximisation(design: Design, full: Array, step: Expectation, *, n_steps: int = 1) -> Array:
    """Newton steps for the items and groups, given the expected counts."""
    for _ in range(n_steps):
        after = em_step(Position.at(design, full), step)
        largest = np.abs(after - full).max(initial=0.0)
        full = after
        if largest < 1e-3:
            break
    return full


def em_step(here: Position, step: Expectation) -> Array:
    """All parameters after one Newton step, given the expected counts of this very position."""
    if here.design.selection.ndim == 1:
        move = _apart(here, step)
    else:
        move = solve(here.complete(step), here.gradient(step))
    largest = np.abs(move).max(initial=0.0)
    if not np.isfinite(largest):
        return here.full
    move *= min(1.0, LARGEST_STEP / max(largest, 1e-300))
    return _possible(here.design, here.full, move)


def _apart(here: Position, step: Expectation) -> Array:
    """Newton step where each item and group moves by itself."""
    gradient, free = here.gradient_of_all(step), here.design.free >= 0
    moves, begin = [], 0
    for blocks in here.blocks(step):
        n, width, _ = blocks.shape
        part = slice(begin, begin + n * width)
        moves.append(
            _solved(blocks, gradient[part].reshape(n, width), free[part].reshape(n, width))
        )
        begin = part.stop
    return np.concatenate(moves)[free]


def _solved(blocks: Array, gradients: Array, free: NDArray[np.bool_]) -> Array:
    """Solve each block for what is free there, and hold the rest."""
    if not (np.isfinite(blocks).all() and np.isfinite(gradients).all()):
        return np.full(gradients.size, np.nan)
    blocks = blocks * (free[:, :, None] & free[:, None, :])
    diagonal = np.einsum("jpp->jp", blocks)
    diagonal += 1e-10 * (1.0 + diagonal) + ~free
    moves = np.linalg.solve(blocks, (gradients * free)[:, :, None])
    return np.asarray(moves.ravel(), dtype=np.float64)


def _possible(design: Design, full: Array, move: Array) -> Array:
    for _ in range(30):
        after = design.moved(full, move)
        if design.possible(after):
            return after
        move = move / 2
    return full


def mended(inverse: Array, move: Array, change: Array) -> Array:
    """BFGS: make the inverse information agree with the last step."""
    along = float(move @ change)
    if along <= 1e-12 * float(np.linalg.norm(move) * np.linalg.norm(change)):
        return inverse
    pulled = inverse @ change
    scale = 1.0 + float(change @ pulled) / along
    cross = np.outer(move, pulled)
    return np.asarray(inverse + (scale * np.outer(move, move) - cross - cross.T) / along)
