"""A new node by one command: right answers make it, wrong ones make nothing, and a node that is there stays."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from deploy.configured import NAME, settings_in
from shared.sealing import read_key_file
from tests.installed import program
from tests.integration.test_command_line import CONFIGURATION, ERROR, PATIENCE, SECRET, refuses, throughline

ADDRESS = "https://our-house.example"
ANSWERS = {"--org": "our-house", "--org-name": "Our House", "--public-url": ADDRESS, "--admin": "vera"}
LINK = re.compile(rf"{ADDRESS}/recover/[A-Za-z0-9_-]{{43}}\n")


def init(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    return throughline(*words(folder, **ANSWERS), **settings)


def words(folder: Path, **flags: str) -> list[str]:
    return ["init", str(folder), *(word for flag in flags.items() for word in flag)]


def configured(folder: Path) -> dict[str, str]:
    """The only setting that a command needs then."""
    return {"config": str(folder / NAME)}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def people(folder: Path) -> list[str]:
    listed = json.loads(throughline("user", "list", "--json", **configured(folder)).stdout)
    return [f"{one['username']}: {one['role']}" for one in listed]


@pytest.fixture
def node(tmp_path: Path) -> Path:
    said = init(tmp_path / "node")
    assert said.returncode == 0, said.stderr
    assert LINK.fullmatch(said.stdout)
    return tmp_path / "node"


def test_one_file_is_all_that_commands_need(node: Path) -> None:
    assert people(node) == ["vera: admin"]
    assert settings_in(node / NAME)["THROUGHLINE_ORG_NAME"] == "Our House"
    assert throughline("migrate", "intake", **configured(node)).returncode == CONFIGURATION, "no network yet"


def test_secrets_and_keys_are_their_owners_alone_and_the_key_lies_apart_from_the_data(node: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (node, *node.iterdir())} == {0}
    made = {str(path.relative_to(node)): path.stat().st_mode & 0o777 for path in node.glob("*/*")}
    assert made == dict.fromkeys(("data/node.db", "keys/node.key", "secrets/secret-key"), 0o600)
    assert read_key_file(node / "keys" / "node.key").is_complete
    assert len((node / "secrets" / "secret-key").read_text()) == 64
    assert "key.beside_data" not in throughline("user", "list", **configured(node)).stderr


def test_the_file_tells_of_every_setting_what_it_is(node: Path) -> None:
    paragraphs = (node / NAME).read_text("utf-8").split("\n\n")[1:]
    assert {"#THROUGHLINE_RETENTION_DAYS=90", "#THROUGHLINE_BACKUP_FOLDER="} <= {
        one.strip().splitlines()[1] for one in paragraphs
    }
    assert all(re.fullmatch(r"# .+\n#?THROUGHLINE_\w+=.*\n?", one) for one in paragraphs)


@pytest.mark.parametrize("flag", ANSWERS)
def test_without_a_terminal_a_missing_flag_is_named(tmp_path: Path, flag: str) -> None:
    flags = {name: value for name, value in ANSWERS.items() if name != flag}
    refuses(
        throughline(*words(tmp_path / "node", **flags)),
        code=ERROR,
        naming=f"{flag} must be given",
        remedy="terminal",
    )
    assert not (tmp_path / "node").exists()


WRONG = {
    "--org": ("Our House", "small letters"),
    "--org-name": ("Our\nHouse", "one line"),
    "--public-url": ("http://our-house.example", "https://"),
    "--admin": ("Vera P", "small letters"),
    "--language": ("fr", "en, ru, be, uk"),
    "--database-url": ("mysql://localhost/x", "sqlite:///"),
    "--database-url-file": ("/nowhere/at/all", "check the path"),
    "--smtp-host": ("mail.example", "--mail-from"),
    "--mail-from": ("nobody", "a mail address"),
}


@pytest.mark.parametrize("flag", WRONG)
def test_a_wrong_answer_is_named_by_its_flag(tmp_path: Path, flag: str) -> None:
    value, remedy = WRONG[flag]
    said = throughline(*words(tmp_path / "node", **ANSWERS | {flag: value}))
    refuses(said, naming=flag, remedy=remedy, code=ERROR if "file" in flag else CONFIGURATION)
    assert not (tmp_path / "node").exists()


def test_a_database_file_is_named_from_the_root_on(tmp_path: Path) -> None:
    for address in ("sqlite:///node.db", "sqlite://"):
        said = throughline(*words(tmp_path / "node", **ANSWERS | {"--database-url": address}))
        refuses(said, naming="--database-url", remedy="sqlite:////")
    assert not (tmp_path / "node").exists()


@pytest.mark.parametrize("flag", ["--org", "--org-name", "--public-url", "--admin"])
def test_an_empty_answer_is_none(tmp_path: Path, flag: str) -> None:
    refuses(
        throughline(*words(tmp_path / "node", **ANSWERS | {flag: " "})), naming=flag, remedy="not be empty"
    )


@pytest.mark.parametrize(
    "secret",
    [
        ("--passphrase", SECRET),
        ("--database-url", f"postgresql://a:{SECRET}@localhost/x"),
        ("--database-url", f"postgresql://localhost/x?password={SECRET}"),
    ],
)
def test_a_secret_on_the_command_line_is_not_taken(tmp_path: Path, secret: tuple[str, str]) -> None:
    said = throughline(*words(tmp_path / "node", **ANSWERS), *secret)
    refuses(
        said,
        code=ERROR,
        naming="on the command line",
        remedy="out" if secret[0] == "--passphrase" else "-file",
    )
    assert not (tmp_path / "node").exists()


def test_over_a_node_it_refuses_and_harms_nothing(node: Path) -> None:
    before = everything(node)
    refuses(init(node), code=ERROR, naming=str(node), remedy="another folder")
    assert everything(node) == before


def test_another_organisations_database_is_refused_and_stays_as_it_was(node: Path, tmp_path: Path) -> None:
    before = everything(node)
    theirs = ANSWERS | {"--org": "echo-centre", "--database-url": f"sqlite:///{node}/data/node.db"}
    said = throughline(*words(tmp_path / "another", **theirs))
    refuses(said, naming="THROUGHLINE_KEY_FILE", remedy="check")
    assert everything(node) == before


@pytest.mark.parametrize(
    "name", ["org", "secret_key", "secret_key_file", "intake_database_url_file", "config"]
)
def test_what_the_environment_would_win_over_is_refused(tmp_path: Path, name: str) -> None:
    """Else the next command would be of another node than this one has set up."""
    said = init(tmp_path / "node", **{name: "something"})
    refuses(said, naming=f"THROUGHLINE_{name.upper()}", remedy="unset it")
    assert not (tmp_path / "node").exists()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refuses(
        init(tmp_path / "file" / "node"), code=ERROR, naming="cannot be furnished", remedy="another folder"
    )


def test_a_database_that_does_not_answer_leaves_no_node_and_a_right_address_does(tmp_path: Path) -> None:
    wrong = ANSWERS | {"--database-url": "postgresql://127.0.0.1:1/x"}
    refuses(
        throughline(*words(tmp_path / "node", **wrong)),
        code=ERROR,
        naming="database",
        remedy="check its address",
    )
    assert init(tmp_path / "node").returncode == 0
    assert people(tmp_path / "node") == ["vera: admin"]


def test_with_a_database_elsewhere_its_address_lies_in_a_secret_file(
    tmp_path: Path, postgres_url: str
) -> None:
    (told := tmp_path / "address").write_text(f"{postgres_url}\n")
    said = throughline(*words(tmp_path / "node", **ANSWERS | {"--database-url-file": str(told)}))

    assert said.returncode == 0, said.stderr
    assert people(tmp_path / "node") == ["vera: admin"]
    assert postgres_url not in (tmp_path / "node" / NAME).read_text()
    assert (tmp_path / "node" / "secrets" / "database-url").stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "node" / "data").iterdir())


def test_whose_reader_goes_away_ends_quietly_and_is_run_again(tmp_path: Path) -> None:
    command = " ".join(f"'{word}'" for word in words(tmp_path / "node", **ANSWERS))
    piped = f"{program()} {command} | true; exit ${{PIPESTATUS[0]}}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    gone = subprocess.run(
        ["bash", "-c", piped],  # noqa: S607 - any
        env=environ,
        timeout=PATIENCE,
        check=False,
        capture_output=True,
    )
    assert gone.returncode in (0, 141)
    assert b"rror" not in gone.stderr

    if gone.returncode:
        assert LINK.fullmatch(init(tmp_path / "node").stdout)
    assert people(tmp_path / "node") == ["vera: admin"]


def test_after_one_that_was_broken_off_another_administrator_is_not_added(node: Path) -> None:
    (node / NAME).unlink()
    other = throughline(*words(node, **ANSWERS | {"--admin": "olena"}))
    refuses(other, code=ERROR, naming="--admin", remedy="vera")
    again = init(node)
    assert (again.returncode, people(node)) == (0, ["vera: admin"])
    assert LINK.fullmatch(again.stdout)


def test_at_a_terminal_it_asks_and_asks_again(tmp_path: Path) -> None:
    typed = ["Our House", "our-house", "Our House", ADDRESS, "", "", "vera", "uk"]
    ours = program()
    pid, terminal = pty.fork()
    if pid == 0:
        for name in [name for name in os.environ if name.startswith("THROUGHLINE_")]:
            del os.environ[name]
        os.execv(ours, [ours, "init", str(tmp_path / "node")])  # noqa: S606
    os.write(terminal, "".join(f"{answer}\n" for answer in typed).encode())
    shown = b""
    try:
        while said := os.read(terminal, 10_000):
            shown += said
    except OSError:  # what a terminal says at its end
        pass

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown.decode()
    assert "must be the organisation's id as the hub gave it" in shown.decode()
    assert people(tmp_path / "node") == ["vera: admin"]
