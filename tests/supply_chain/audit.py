"""``make audit``: asks a source of advisories about every version in the locks, and never takes silence for good.

pip-audit ends well when it could look up nothing (measured), so its report is read, not its exit code.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from shared.testing.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
NO_ANSWER = (
    "ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "NameResolutionError",
    "ProxyError",
    "SSLError",
)
PATIENCE = 15  #: seconds for one answer of the source
CLEAN, FOUND = 0, 1


@dataclass(frozen=True)
class Said:
    """What one run of pip-audit said, and how it ended."""

    report: str
    complaint: str
    code: int


def ask(lock: str) -> Said:
    """Ask about every version in a lock."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--disable-pip", "--require-hashes"]
    command += ["--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"]
    command += ["--timeout", str(PATIENCE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Said(done.stdout, done.stderr, done.returncode)


def verdict(lock: str, said: Said) -> tuple[int, list[str]]:
    """The exit code, and what to tell a person."""
    try:
        asked: list[dict[str, Any]] = json.loads(said.report)["dependencies"]
    except (ValueError, KeyError):
        if any(name in said.complaint for name in NO_ANSWER):
            return CLEAN, [
                f"{lock}: NOT AUDITED: no source of advisories could be reached from this machine."
            ]
        return said.code or FOUND, [f"{lock}: the audit failed:", said.complaint.strip()]
    answered = [one for one in asked if "skip_reason" not in one]
    if not answered:
        return CLEAN, [
            f"{lock}: NOT AUDITED: the source of advisories knew none of the {len(asked)} packages."
        ]
    lines = [f"{lock}: {one['name']} {one['version']}: {v['id']}" for one in answered for v in one["vulns"]]
    if len(answered) < len(asked):
        unknown = [one["name"] for one in asked if "skip_reason" in one]
        lines.append(f"{lock}: not audited, because the source does not know them: {', '.join(unknown)}")
    summary = (
        f"{lock}: {len(answered)} packages audited, {sum(len(one['vulns']) for one in answered)} advisories."
    )
    return FOUND if lines else CLEAN, [*lines, summary]


def main() -> int:
    """Audit each lock."""
    worst = CLEAN
    for lock in LOCKS:
        code, lines = verdict(lock, ask(lock))
        sys.stdout.write("\n".join(lines) + "\n")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
