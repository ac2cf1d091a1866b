"""Durable jobs: what must be done even if the worker dies in the middle, on DBOS."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from django.db import connections

from tenure.kit import home

log = logging.getLogger(__name__)

VERSION = "1"  # fixed: another version would not resume what this one left
QUEUE = "reactions"
AT_ONCE = 2
END_SECONDS = 3
MOST_FORGOTTEN = 1_000

_JOBS: dict[str, Callable[[Any], None]] = {}


def job(name: str, run: Callable[[Any], None]) -> None:
    """Make `run` startable by name. It gets one JSON-able argument and may be run twice."""
    _JOBS[name] = run


def launch(slot: str) -> None:
    """Begin to work as this slot; what its last holder left undone is resumed."""
    config: DBOSConfig = {
        "name": "tenure",
        "system_database_url": f"sqlite:///{home.jobs_db()}",
        "executor_id": slot,
        "application_version": VERSION,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.2)


def schedule(name: str, cron: str, job_name: str) -> None:
    """Run a job by the clock (UTC), once over all workers."""
    DBOS.apply_schedules(
        [{"schedule_name": name, "workflow_fn": on_schedule, "schedule": cron, "context": job_name}]
    )


def enqueue(workflow_id: str, job_name: str, argument: Any) -> None:
    """Have a job done. A second time with the same id does nothing."""
    with SetWorkflowID(workflow_id):
        DBOS.enqueue_workflow(QUEUE, workflow, job_name, argument)


def resume(slots: list[str]) -> None:
    """Take up what the workers of these slots left when they died."""
    DBOS._recover_pending_workflows(slots)


def forget(before: datetime) -> None:
    """Delete the records of jobs that were done before then, some at a time."""
    over = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"],
        completed_before=before.isoformat(),
        limit=MOST_FORGOTTEN,
        load_input=False,
        load_output=False,
    )
    if over:
        DBOS.delete_workflows([workflow.workflow_id for workflow in over])


def close() -> None:
    """Stop taking jobs and give the running ones a moment; the rest is resumed at the next start."""
    DBOS.destroy(workflow_completion_timeout_sec=END_SECONDS)


@DBOS.workflow(name="job")
def workflow(job_name: str, argument: Any) -> None:
    """One job as a durable workflow: done once it has returned, tried again if the worker died."""
    step(job_name, argument)


@DBOS.workflow(name="scheduled job")
def on_schedule(_due: datetime, job_name: str) -> None:
    """A job whose time has come."""
    step(job_name, None)


@DBOS.step(name="step", retries_allowed=True, max_attempts=3, interval_seconds=2.0)
def step(job_name: str, argument: Any) -> None:
    """Do it, with database connections of its own."""
    try:
        _JOBS[job_name](argument)
    except Exception:
        log.exception("job %s failed", job_name)
        raise
    finally:
        connections.close_all()
