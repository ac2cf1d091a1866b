"""Work in a process of its own: it is done there, says where it failed, and ends with whoever asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.db import connections

from tenure.insight.audit import actions
from tenure.insight.audit.found import Outcomes
from tenure.insight.models import AuditRun
from tenure.jobs import apart, reactions
from tenure.kit.facts import AuditRequested
from tenure.workspaces.access import Access
from tests.wait import until


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_has_processes", True)


def test_an_audit_is_made_in_another_process(
    access: Access, processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "run_audit", None)  # in this one it cannot be
    run = actions.request_audit(access, Outcomes.CHURN, 90)
    connections.close_all()
    apart.run(apart.AUDIT, run.pk)
    made = AuditRun.objects.get(pk=run.pk)
    assert made.status == AuditRun.DONE
    assert made.finished_at


def test_what_fails_there_fails_here(
    access: Access, processes: None, capfd: pytest.CaptureFixture[str]
) -> None:
    connections.close_all()
    with pytest.raises(subprocess.CalledProcessError):
        apart.run(apart.LEARN, "nowhere")
    assert "DoesNotExist" in capfd.readouterr().err


def test_it_ends_with_whoever_asked_even_by_kill(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    work = tmp_path / "slow.py"
    work.write_text(f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    asking = textwrap.dedent(
        """
        import sys
        from tenure.jobs import apart
        apart.begin()
        apart.__name__ = "slow"
        apart.run("audit", "1")
        """
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    asker = subprocess.Popen([sys.executable, "-c", asking], env=environment)
    there = int(until(lambda: pid.exists() and pid.read_text()))
    os.kill(asker.pid, signal.SIGKILL)
    asker.wait(30)
    until(lambda: not _lives(there), 30)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_an_audit_whose_process_was_killed_can_be_asked_for_again(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: str) -> None:
        raise subprocess.CalledProcessError(-9, "audit")

    monkeypatch.setattr(apart, "run", killed)
    run = actions.request_audit(access, Outcomes.CHURN, 90)
    reactions.run_audits([AuditRequested(workspace_id=access.workspace.pk, run_id=run.pk)])
    assert "perhaps for lack of memory" in AuditRun.objects.get(pk=run.pk).says
    assert actions.request_audit(access, Outcomes.CHURN, 90).pk != run.pk
