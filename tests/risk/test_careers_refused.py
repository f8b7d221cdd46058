"""Protected characteristics, health and what is known only afterwards: refused by name."""

import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.refused import refused_columns, refused_table

PROTECTED = [
    "age", "Age", "AgeBand", "age_at_application", "DOB", "dateOfBirth", "date of birth", "Sex",
    "gender", "is_male", "ethnic_group", "Ethnicity", "race", "nationality", "country_of_birth",
    "religion", "religion_or_belief", "disability", "registered-disabled", "health",
    "HealthCondition", "sickness_days", "days_sick", "sickness since start", "pregnant",
    "maternity_leave",
    "marital_status", "married", "sexual_orientation", "gender.reassignment", "trade_union",
    "union_member", "political_views", "criminal_record", "dependants", "has_children",
]  # fmt: skip
AFTERWARDS = [
    "exit_interview", "ExitInterviewScore", "notice_date", "notice given", "last_shift",
    "last shift worked", "leaving_reason", "reason_for_leaving", "reason left", "leaver", "left",
    "sickness_since_start", "staff_survey_2025", "job_satisfaction", "supervision_count",
    "number_of_supervisions", "probation_result", "passed_probation", "termination_date",
    "P45_sent", "days_in_post", "tenure", "still_in_post", "attrition", "outcome", "spot_checks",
    "late_shifts",
]  # fmt: skip
FINE = [
    "travel_minutes", "hours_wanted", "hours_offered", "shift_match", "own_transport", "composite",
    "guaranteed_hours", "care_experience", "contacted_within_hours", "source", "value.kind",
    "value.whole-person", "agency", "page", "manager_visits", "pay_per_hour", "package", "trace",
    "notice_period", "learning_disability_experience", "health_sector_experience",
    "provider_turnover", "previous_tenure", "job_title", "shadow_shift_offered", "buddy",
    "induction_days_planned", "branch", "essex_branch", "carriage", "passage",
    "hours_left_unfilled", "contract_end_date",
]  # fmt: skip


@pytest.mark.parametrize("name", PROTECTED)
def test_a_protected_or_health_field_is_refused(name):
    (problem,) = refused_columns([name])
    assert (problem.rule, problem.severity) == ("protected", "error")
    assert "monitoring store" in problem.message


@pytest.mark.parametrize("name", AFTERWARDS)
def test_what_is_known_only_afterwards_is_refused(name):
    (problem,) = refused_columns([name])
    assert problem.severity == "error"
    assert problem.rule == ("protected" if "sickness" in name else "afterwards")


@pytest.mark.parametrize("name", FINE)
def test_what_is_known_beforehand_is_not(name):
    assert refused_columns([name]) == []


@pytest.mark.parametrize(
    "name", ["postcode", "PostCode", "home_address", "school", "email", "surname"]
)
def test_a_proxy_or_a_name_is_worth_a_warning(name):
    (problem,) = refused_columns([name])
    assert (problem.rule, problem.severity) == ("proxy", "warning")


def test_every_phrase_of_the_list_is_found():
    table = refused_table()
    for rule in ("protected", "afterwards"):
        for phrases in table[rule].values():
            for phrase in phrases:
                assert refused_columns([phrase.removeprefix("=")]), phrase


def test_they_may_not_stand_in_a_careers_table_at_all():
    made = simulate_careers(20, seed=1)
    with pytest.raises(CareersError) as caught:
        Careers.from_frame(made.frame.assign(AgeBand="20-29", exit_interview=None), cut=made.cut)
    assert [problem.column for problem in caught.value.problems] == ["AgeBand", "exit_interview"]


def test_the_event_columns_themselves_are_not_refused():
    table = pd.DataFrame({"application": ["a"], "provider": ["P"], "ended_reason": ["pay"]})
    assert len(Careers.from_frame(table, cut="2026-01-01")) == 1
