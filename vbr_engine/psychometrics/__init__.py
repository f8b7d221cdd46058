"""The researcher's verbs: item statistics, item response models, fairness of items, keys, forms.

Each verb takes data first (a data frame or an array of category codes, NaN for missing, or a fitted
model) and returns a data frame or a small frozen object. Nothing here reads or writes files.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use, so that one verb does not wait for the others.
_HOME = {
    "AdaptiveForm": "adaptive",
    "AdaptiveSimulation": "adaptive_simulation",
    "AnchorDrift": "drift",
    "CategoryTable": "categories",
    "DIF_METHODS": "differential",
    "DecisionConsistency": "decision",
    "DifResult": "differential",
    "EapTable": "persons",
    "EmpiricalKey": "empirical",
    "GeneralizedPartialCreditModel": "models",
    "GradedResponseModel": "models",
    "ItemParameters": "curves",
    "KeyComparison": "key_comparison",
    "Link": "linking",
    "ModelFit": "limited_information",
    "MostInformative": "exposure",
    "NominalResponseModel": "models",
    "OneFactor": "dimensionality",
    "PanelStatistics": "panel",
    "ParallelAnalysis": "dimensionality",
    "ParallelForms": "forms",
    "PartialCredit": "models",
    "Plan": "plan",
    "Polychoric": "ordinal",
    "Randomesque": "exposure",
    "Rasch": "models",
    "RaterAgreement": "raters",
    "Reliability": "reliability_figures",
    "SympsonHetter": "exposure",
    "TwoParameterLogistic": "models",
    "anchor_drift": "drift",
    "calibrate_exposure": "adaptive_simulation",
    "category_probabilities": "item_curves",
    "compare_keys": "key_comparison",
    "conditional_standard_error": "conditional_errors",
    "consensus_key": "keys",
    "decision_consistency": "decision",
    "dif": "differential",
    "empirical_key": "empirical",
    "empirical_reliability": "model_reliability",
    "example_parameters": "simulation",
    "expected_scores": "item_curves",
    "intraclass": "agreement",
    "item_fit": "fit",
    "item_information": "item_curves",
    "item_scores": "scored_items",
    "item_statistics": "classical",
    "kendall_w": "agreement",
    "key_ambiguity": "ambiguity",
    "key_proposals": "key_suggestions",
    "link": "linking",
    "local_dependence": "fit",
    "marginal_reliability": "model_reliability",
    "model_fit": "limited_information",
    "one_factor": "dimensionality",
    "option_statistics": "classical",
    "panel_key": "keys",
    "panel_proposals": "key_suggestions",
    "panel_statistics": "panel",
    "parallel_analysis": "dimensionality",
    "parallel_forms": "forms",
    "parameter_frame": "parameter_tables",
    "parameters_of": "parameter_tables",
    "person_fit": "fit",
    "person_scores": "persons",
    "plan_dif": "planning_dif",
    "plan_items": "planning_items",
    "plan_precision": "planning",
    "plan_retention": "planning_retention",
    "plan_validity": "planning_validity",
    "polychoric": "ordinal",
    "profile_components": "keys",
    "r_wg": "agreement",
    "rater_agreement": "raters",
    "reliability": "precision",
    "rival_keys": "rivals",
    "simulate_adaptive": "adaptive_simulation",
    "simulate_people": "simulation",
    "simulate_responses": "simulation",
    "test_information": "item_curves",
    "weighted_kappa": "agreement",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
