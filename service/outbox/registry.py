"""What jobs there are: each kind by its function.

A function gets the store, the job and a way to report, and returns a mapping that is kept as the
job's result. It may be run again from the beginning after a crash, so it does its work in
transactions of its own and skips what is done already. ``report(done, total)`` notes how far it
is; it raises `service.outbox.running.JobTaken` when the job was cancelled. An error of
`vbr_engine.errors.VbrError` ends the job with the error's sentence; any other is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.storage import Store
from service.storage.records import JobRecord
from service.use_cases import (
    importing,
    rescoring_jobs,
    research_export,
    retention,
    risk_training,
    take_back,
)
from service.use_cases.jobs import Report

__all__ = ["JOBS", "JobFunction"]

JobFunction = Callable[[Store, JobRecord, Report], Mapping[str, Any]]

JOBS: dict[str, JobFunction] = {
    importing.JOB: importing.import_job,
    research_export.JOB: research_export.export_job,
    rescoring_jobs.PREVIEW: rescoring_jobs.preview_job,
    rescoring_jobs.APPLY: rescoring_jobs.apply_job,
    retention.JOB: retention.erase_old,
    risk_training.JOB: risk_training.train,
    take_back.JOB: take_back.take_back_job,
}
