"""Drop-out risk: who may withdraw before the first day, who may leave early, and what would help.

Careers of many become spells at risk; a model with few, declared effects is fitted to them; a
figure about a person is given only where the evidence carries it. Nothing here reads or writes
files, and nothing here touches a score.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use, so that one verb does not wait for the others.
_HOME = {
    "ACTIONS": "action_list",
    "Benchmark": "published_rates",
    "CAUSES": "stages",
    "Careers": "careers",
    "Checks": "levels",
    "DropOutModel": "model",
    "Effect": "features",
    "Evaluation": "evaluation",
    "Evidence": "levels",
    "EvidenceLevel": "levels",
    "Faults": "simulated_faults",
    "Interval": "stages",
    "LifeTable": "rates",
    "OUTCOMES": "stages",
    "STAGES": "stages",
    "SimulatedCareers": "simulation",
    "Spells": "spells",
    "SurvivalCurve": "survival",
    "abstentions": "abstention",
    "adds": "additions",
    "alike_groups": "alike",
    "auc_at": "concordance",
    "benchmark_for": "published_rates",
    "benchmarks": "published_rates",
    "brier_score": "brier",
    "calibration_curve": "calibration",
    "censoring_weights": "survival",
    "challenge": "challenger",
    "check_careers": "validation",
    "cumulative_incidence": "incidence",
    "decision_curve": "decision_curves",
    "default_effects": "priors",
    "drift_of": "drift",
    "effects_of": "priors",
    "employer_actions": "actions",
    "evaluate": "evaluation",
    "evidence_level": "levels",
    "explain": "explanation",
    "funnel": "conversion",
    "funnel_intervals": "stages",
    "harrell_c": "concordance",
    "integrated_brier": "brier",
    "interval_table": "conversion",
    "kaplan_meier": "survival",
    "leave_provider_out": "validation_folds",
    "observed_over_expected": "calibration",
    "override_priors": "priors",
    "permuted_check": "permuted",
    "provider_rates": "rates",
    "proxy_report": "proxies",
    "recalibration": "calibration",
    "require_sound": "validation",
    "retention": "conversion",
    "risk_difference": "contrast",
    "sample_size": "people_needed",
    "scaled_brier": "brier",
    "silence": "drift",
    "simulate_careers": "simulation",
    "simulate_decisions": "simulated_decisions",
    "spells_of": "spells",
    "tenure_intervals": "stages",
    "unknown_facts": "explanation",
    "uno_c": "concordance",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
