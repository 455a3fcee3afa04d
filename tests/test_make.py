"""`make` on a machine where something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
# Nothing listens there.
NOWHERE = "http://127.0.0.1:9/simple"


@pytest.mark.system
def test_without_a_package_index_setup_says_so_in_a_sentence(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    # As an interrupted start leaves it: an environment without pip.
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho No module named pip >&2\nexit 1\n")
    python.chmod(0o755)
    nowhere = {"PIP_INDEX_URL": NOWHERE, "UV_DEFAULT_INDEX": NOWHERE}
    made = subprocess.run(
        ["make", "setup", f"PYTHON={sys.executable}"],
        cwd=tmp_path,
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    said = made.stderr.splitlines()
    assert said[0].startswith("Cannot install uv: no package index answers")
    assert "PIP_INDEX_URL" in said[1]
    assert "WARNING" not in made.stderr
    assert (tmp_path / ".venv" / "bin" / "pip").exists()
