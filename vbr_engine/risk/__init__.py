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
    "ACTIONS": "actions",
    "Benchmark": "benchmarks",
    "CAUSES": "stages",
    "Careers": "careers",
    "Checks": "levels",
    "DropOutModel": "model",
    "Effect": "features",
    "Evidence": "levels",
    "EvidenceLevel": "levels",
    "Faults": "simulated_faults",
    "Interval": "stages",
    "LifeTable": "rates",
    "OUTCOMES": "stages",
    "STAGES": "stages",
    "SimulatedCareers": "simulation",
    "Spells": "spells",
    "abstentions": "abstention",
    "benchmark_for": "benchmarks",
    "benchmarks": "benchmarks",
    "default_effects": "priors",
    "employer_actions": "actions",
    "evidence_level": "levels",
    "explain": "explanation",
    "funnel_intervals": "stages",
    "provider_rates": "rates",
    "risk_difference": "contrast",
    "sample_size": "sample_size",
    "simulate_careers": "simulation",
    "simulate_decisions": "simulated_decisions",
    "spells_of": "spells",
    "tenure_intervals": "stages",
    "unknown_facts": "explanation",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
