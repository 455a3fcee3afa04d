"""Looks for known vulnerabilities in what the lock files pin: `make audit`.

Exit code 0: none known; 1: some found; 2: nothing was audited, since no source answered.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable

LOCK = "requirements-dev.lock"


def pypi_answers() -> bool:
    """A mirror of the index often serves packages without advisories, or old ones only."""
    with urllib.request.urlopen("https://pypi.org/pypi/jinja2/2.11.2/json", timeout=10) as answer:
        return bool(json.load(answer).get("vulnerabilities"))


def osv_answers() -> bool:
    query = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.11.2"}
    request = urllib.request.Request("https://api.osv.dev/v1/query", json.dumps(query).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bool(json.load(answer).get("vulns"))


def why_not(answers: Callable[[], bool]) -> str | None:
    try:
        return None if answers() else "knows of no advisory where there are some"
    except (OSError, ValueError) as error:
        return str(error)


def main() -> int:
    silent = []
    for service, answers in (("pypi", pypi_answers), ("osv", osv_answers)):
        if reason := why_not(answers):
            silent.append(f"{service}: {reason}")
            continue
        print(f"Auditing {LOCK} with the advisories of {service} …", flush=True)
        command = ["pip-audit", "--strict", "--disable-pip", "--require-hashes"]
        return subprocess.run([*command, "-s", service, "-r", LOCK], check=False).returncode
    print("NOT AUDITED: no source of advisories answers.", *silent, sep="\n  ", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
