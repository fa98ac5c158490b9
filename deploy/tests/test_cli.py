"""How the command ends."""

import sys

import pytest

from deploy import cli
from deploy.commands import services


def test_ctrl_c_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "web", interrupted)
    monkeypatch.setattr(sys, "argv", ["throughline", "web", "intake"])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == cli.INTERRUPTED
