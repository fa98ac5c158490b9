"""The real command, how it is called in tests, and what it must say when it refuses."""

import os
import subprocess
import sys
from pathlib import Path

from shared.sealing import OwnKeys, write_key_file

CONFIGURATION, ERROR, USAGE = 78, 1, 2
SECRET = "canary-of-a-secret"
PATIENCE = 60  #: seconds


def throughline(*words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """What the command says and how it ends, with these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words],
        env=inherited | {f"THROUGHLINE_{name.upper()}": value for name, value in settings.items()},
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def node_settings(folder: Path) -> dict[str, str]:
    """The settings of a node's worker, all of them right but that nobody answers."""
    key = folder / "node.key"
    write_key_file(key, OwnKeys.generate())
    return {
        "org": "harbour-house",
        "amqp_url": f"amqp://harbour-house:{SECRET}@127.0.0.1:1/",
        "intake_database_url": f"sqlite:///{folder / 'node.db'}",
        "key_file": str(key),
        "public_url": "https://node.example",
    }


def web_settings(node: dict[str, str]) -> dict[str, str]:
    """The settings of the node's pages."""
    told = {name: node[name] for name in ("org", "intake_database_url", "key_file", "public_url")}
    return told | {"org_name": "Harbour House", "secret_key": "0" * 32}


def refuses(
    said: subprocess.CompletedProcess[str], *, code: int = CONFIGURATION, naming: str, remedy: str
) -> None:
    """It ends with the code, names what is wrong and what to do, quotes no secret and shows no traceback."""
    assert said.returncode == code, said.stderr
    assert naming in said.stderr
    assert remedy in said.stderr
    assert SECRET not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
