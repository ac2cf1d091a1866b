"""The supervisor, with real processes that are killed, hang on, and outlive their parents."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tenure.cli import supervisor
from tests.cli.programs import NAMES, programs
from tests.wait import until

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children find the source and the tests."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT}")


@pytest.fixture
def supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own, its two programs running."""
    monkeypatch.setenv("TENURE_HOME", str(tmp_path))
    process = subprocess.Popen([sys.executable, "-m", "tests.cli.programs", "supervise", str(tmp_path)])
    until(lambda: (tmp_path / "ready").exists())
    yield process
    process.kill()
    process.wait()


def pids(folder: Path, name: str) -> list[int]:
    """A program's process and its helper."""
    return [int(pid) for pid in (folder / f"{name}.pids").read_text().split()]


def all_gone(gone: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in gone)


def test_a_killed_child_comes_back_without_its_old_helper_and_socket(
    supervised: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """The stand-in refuses to start where its socket's name is taken."""
    main, helper = pids(tmp_path, "back")
    os.kill(main, signal.SIGKILL)
    until(lambda: pids(tmp_path, "back")[0] != main)
    assert all_gone([main, helper])
    assert supervised.poll() is None


def test_children_end_when_the_supervisor_is_killed(
    supervised: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    everybody = [pid for name in NAMES for pid in pids(tmp_path, name)]
    supervised.kill()
    supervised.wait()
    until(lambda: all_gone(everybody), seconds=10)


def test_the_folder_is_held_until_the_last_child_is_gone(
    supervised: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    with pytest.raises(supervisor.Held) as held:
        supervisor.hold_home()
    assert held.value.pid == supervised.pid
    everybody = [pid for name in NAMES for pid in pids(tmp_path, name)]
    supervised.kill()
    supervised.wait()
    lock = supervisor.hold_home()
    assert all_gone([pids(tmp_path, name)[0] for name in NAMES])
    os.close(lock)
    until(lambda: all_gone(everybody))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_everything_within_seconds(
    supervised: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    everybody = [pid for name in NAMES for pid in pids(tmp_path, name)]
    supervised.send_signal(number)
    assert supervised.wait(timeout=60) == 0
    assert all_gone(everybody)


def test_children_are_not_in_the_terminals_process_group(
    supervised: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    for name in NAMES:
        main, helper = pids(tmp_path, name)
        assert os.getsid(main) == main
        assert os.getpgid(helper) == main


def test_what_never_becomes_ready_is_given_up_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_HOME", str(tmp_path))
    deaths: list[tuple[str, int]] = []
    broken = supervisor.Program("broken", ("tests.cli.no_such_module",))
    keeper = supervisor.Supervisor(
        [*programs(tmp_path), broken],
        is_ready=lambda: False,
        on_ready=lambda: pytest.fail("it is not ready"),
        on_death=lambda child, code: deaths.append((child.program.name, code)),
        lock=supervisor.hold_home(),
        ready_seconds=2.0,
    )
    assert keeper.run() is False
    assert ("broken", 1) in deaths
    assert "no_such_module" in (tmp_path / "logs" / "broken.log").read_text()
    assert not any(child.is_running for child in keeper.children)


def test_it_can_be_stopped_from_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_HOME", str(tmp_path))
    keeper = supervisor.Supervisor(
        programs(tmp_path),
        is_ready=lambda: True,
        on_ready=lambda: threading.Thread(target=keeper.stop).start(),
        on_death=lambda child, code: None,
        lock=supervisor.hold_home(),
    )
    assert keeper.run() is True


def test_a_program_waits_for_what_it_needs_while_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_HOME", str(tmp_path))
    front, back = programs(tmp_path)
    ready_without: list[bool] = []
    keeper = supervisor.Supervisor(
        [front, replace(back, may_start=lambda: (tmp_path / "front.pids").exists())],
        is_ready=lambda: ready_without.append(not (tmp_path / "front.pids").exists()) is None,
        on_ready=lambda: threading.Thread(target=keeper.stop).start(),
        on_death=lambda child, code: None,
        lock=supervisor.hold_home(),
        ready_seconds=60.0,
    )
    assert keeper.run() is True
    assert ready_without == [False]  # nobody asked whether all is ready before all ran


def test_who_fails_again_and_again_waits_longer_and_longer() -> None:
    waits = [supervisor.wait_before_restart(failures) for failures in range(12)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits == sorted(waits)
    assert waits[-1] == 30.0
