"""One program on the tables of a case, in a process of its own: `risk_peers JOB.json`.

Prints JSON: predictions for everybody by a model that has not seen their fold; for the first table,
seconds of a fit to all, processor seconds of it and of a prediction for all (best of several), size
of the fitted model; peak memory.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.risk_data import Table

MOST = 20

# A fitted model: risks by the horizon of people, and what would be stored.
Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
Fitted = tuple[Predict, Any]


def ours(table: Table, *, providers: bool = True) -> Fitted:
    """Our hazard model: published priors, and an effect for each provider."""
    from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard  # noqa: PLC0415

    spells = table.spells()
    prior = Prior.of(baseline_prior(spells), table.prior_mean, table.prior_sd)
    many = providers and len(spells.providers) > 1
    held = fit_hazard(spells, table.X, prior, provider_effects=many)
    seen = np.unique(table.provider)

    def predict(X: np.ndarray, provider: np.ndarray) -> np.ndarray:
        known = np.where(np.isin(provider, seen), provider, -1)
        return held.risk(X, known if many else None).risk

    stored = {name: np.asarray(part).tolist() for name, part in vars(held).items()}
    return predict, json.dumps(stored).encode()


def ours_without_providers(table: Table) -> Fitted:
    """Our hazard model with everybody at one provider."""
    return ours(table, providers=False)


def kaplan_meier(table: Table) -> Fitted:
    """The same risk for everybody."""
    order = np.argsort(table.time)
    at_risk = np.arange(len(order), 0, -1)
    counted = (table.event[order] == 1) & (table.time[order] <= table.horizon)
    risk = 1 - np.prod(1 - counted / at_risk)
    return lambda X, _provider: np.full(len(X), risk), float(risk)


def cox(table: Table, ridge: float = 0.0) -> Fitted:
    """Proportional hazards (Breslow's ties), by Newton's steps; risks from Breslow's baseline."""
    order = np.argsort(-table.time, kind="stable")
    X, event, when = table.X[order], table.event[order] == 1, table.time[order]
    beta = np.zeros(X.shape[1])
    # Who is at risk at a time: everybody up to the last row of that time.
    last = np.searchsorted(-when, -when, side="right") - 1
    for _ in range(40):
        weight = np.exp(np.clip(X @ beta, -30, 30))
        total = np.cumsum(weight)[last][event]
        mean = np.cumsum(weight[:, None] * X, axis=0)[last][event] / total[:, None]
        outer = np.cumsum(weight[:, None, None] * X[:, :, None] * X[:, None, :], axis=0)
        gradient = (X[event] - mean).sum(axis=0) - ridge * beta
        curve = (outer[last][event] / total[:, None, None]).sum(axis=0) - mean.T @ mean
        step = np.linalg.solve(curve + (ridge + 1e-9) * np.eye(len(beta)), gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    total = np.cumsum(np.exp(X @ beta))[last]
    cumulative = float((1 / total)[event & (when <= table.horizon)].sum())
    return lambda X, _provider: -np.expm1(-cumulative * np.exp(X @ beta)), (beta, cumulative)


def ridge_cox(table: Table) -> Fitted:
    """Cox with a ridge, its strength from five folds by the partial likelihood left out."""
    fold = np.random.default_rng(0).permutation(len(table.time)) % 5
    strengths = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0]
    gains = []
    for ridge in strengths:
        gain = 0.0
        for left_out in range(5):
            beta = cox(table.rows(fold != left_out), ridge)[1][0]
            gain += _partial(table, beta) - _partial(table.rows(fold != left_out), beta)
        gains.append(gain)
    return cox(table, strengths[int(np.argmax(gains))])


def _partial(table: Table, beta: np.ndarray) -> float:
    order = np.argsort(-table.time, kind="stable")
    push, when = table.X[order] @ beta, table.time[order]
    last = np.searchsorted(-when, -when, side="right") - 1
    logs = np.logaddexp.accumulate(push)[last]
    return float((push - logs)[table.event[order] == 1].sum())


def statsmodels_cox(table: Table) -> Fitted:
    """Cox of statsmodels (PHReg), with our Breslow baseline."""
    from statsmodels.duration.hazard_regression import PHReg  # noqa: PLC0415

    beta = PHReg(table.time, table.X, status=table.event).fit(disp=0).params
    reached = (table.event == 1) & (table.time <= table.horizon)
    weight = np.exp(table.X @ beta)
    cumulative = sum(1 / weight[table.time >= at].sum() for at in table.time[reached])
    return lambda X, _provider: -np.expm1(-cumulative * np.exp(X @ beta)), (beta, cumulative)


def lifelines_cox(table: Table) -> Fitted:
    """Cox of lifelines, penaliser 0.1."""
    import pandas as pd  # noqa: PLC0415
    from lifelines import CoxPHFitter  # noqa: PLC0415

    frame = pd.DataFrame(table.X).assign(time=table.time, event=table.event)
    model = CoxPHFitter(penalizer=0.1).fit(frame, "time", "event")

    def predict(X: np.ndarray, _provider: np.ndarray) -> np.ndarray:
        staying = model.predict_survival_function(pd.DataFrame(X), times=[table.horizon])
        return 1 - staying.to_numpy()[0]

    return predict, model


def random_survival_forest(table: Table) -> Fitted:
    """The forest of scikit-survival, 150 trees."""
    from sksurv.ensemble import RandomSurvivalForest  # noqa: PLC0415
    from sksurv.util import Surv  # noqa: PLC0415

    model = RandomSurvivalForest(150, min_samples_leaf=10, random_state=0)
    model.fit(table.X, Surv.from_arrays(table.event == 1, table.time))
    last = int(np.searchsorted(model.unique_times_, table.horizon, side="right")) - 1

    def predict(X: np.ndarray, _provider: np.ndarray) -> np.ndarray:
        return 1 - model.predict_survival_function(X, return_array=True)[:, last]

    return predict, model


def boosting(table: Table) -> Fitted:
    """Small boosted trees on the outcome at the horizon, weighted for censoring."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    from vbr_engine.risk.survival import Timeline  # noqa: PLC0415

    weight = Timeline.of(table.time, table.event).weights_at(
        table.horizon, np.ones(len(table.time))
    )
    left = (table.event == 1) & (table.time <= table.horizon)
    model = HistGradientBoostingClassifier(
        max_leaf_nodes=8, learning_rate=0.05, max_iter=100, random_state=0
    )
    known = weight > 0
    model.fit(table.X[known], left[known], sample_weight=weight[known])
    return lambda X, _provider: model.predict_proba(X)[:, 1], model


def logistic_stayed(table: Table) -> Fitted:
    """Plain logistic regression in which the censored have stayed: what people do in a hurry."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    left = (table.event == 1) & (table.time <= table.horizon)
    model = LogisticRegression(C=1e6, max_iter=1000).fit(table.X, left)
    return lambda X, _provider: model.predict_proba(X)[:, 1], model


PEERS: dict[str, tuple[str, Callable[[Table], Fitted]]] = {
    "ours": ("vbr_engine", ours),
    "ours, one provider": ("vbr_engine", ours_without_providers),
    "Kaplan-Meier": ("numpy", kaplan_meier),
    "Cox": ("numpy", cox),
    "ridge Cox": ("numpy", ridge_cox),
    "statsmodels Cox": ("statsmodels", statsmodels_cox),
    "lifelines Cox": ("lifelines", lifelines_cox),
    "random survival forest": ("sksurv", random_survival_forest),
    "boosting, IPCW": ("sklearn", boosting),
    "logistic, censored stayed": ("sklearn", logistic_stayed),
}


def measure(peer: str, tables: list[Table], *, repeat: float = 0.0) -> dict[str, Any]:
    """Predict each fold of each table from the others, then time fits to the whole first table."""
    fit = PEERS[peer][1]
    risks = [_left_out(fit, table).tolist() for table in tables]
    table = tables[0]
    fits, cpu, predictions = [], [], []
    begun = time.perf_counter()
    while len(fits) < MOST and (len(fits) < 2 or time.perf_counter() - begun < repeat):
        started, used = time.perf_counter(), time.process_time()
        predict, stored = fit(table)
        fits.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
        used = time.process_time()
        predict(table.X, table.provider)
        predictions.append(time.process_time() - used)
    size = len(stored if isinstance(stored, bytes) else pickle.dumps(stored))
    return {
        "risks": risks,
        "fit_s": min(fits),
        "fit_cpu_s": min(cpu),
        "predict_cpu_s": min(predictions),
        "kilobytes": size / 1000,
        "peak_mb": peak_memory(),
    }


def _left_out(fit: Callable[[Table], Fitted], table: Table) -> np.ndarray:
    risk = np.full(len(table.time), np.nan)
    for left_out in np.unique(table.fold):
        there = table.fold == left_out
        predict = fit(table.rows(~there))[0]
        risk[there] = predict(table.X[there], table.provider[there])
    return risk


def peak_memory() -> float:
    """Most memory that this process has held since it began or forgot, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1]) / 1024
    return float("nan")


def forget_peak() -> float:
    """Start to count the most memory anew; return what is held now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    job = json.loads(Path(sys.argv[1]).read_text())
    print(
        json.dumps(measure(job["peer"], list(map(Table.load, job["tables"])), repeat=job["repeat"]))
    )
