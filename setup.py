"""Packaging: everything is in pyproject.toml; this only refuses a package without the built front end."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BUILT = Path(__file__).parent / "src/tenure/web/static/dist/manifest.json"


class BuildWithFrontEnd(build_py):
    """Packages what is there, if all of it is there."""

    def run(self) -> None:
        """Stop with how to mend it if the pages' scripts and styles have not been built."""
        if not (self.editable_mode or BUILT.exists()):
            raise SystemExit("The front end is not built: `npm ci --ignore-scripts && npm run build` in ui/")
        super().run()


setup(cmdclass={"build_py": BuildWithFrontEnd})
