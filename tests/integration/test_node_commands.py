"""The real command at a node: its key file, and cases that are erased."""

import os
import pty
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition import open_database, scribe_of
from services.intake.domain import Actor, Role
from services.intake.usecases.cases import open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.people import register_person
from shared.sealing import OwnKeys, read_key_file, write_key_file
from tests.installed import program
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, SECRET, refuses, throughline, web_settings

node = test_command_line.node  #: the settings of a node's worker


def test_a_key_of_an_earlier_version(node: dict[str, str]) -> None:
    """It only has what opens what is sealed to the node."""
    key = Path(node["key_file"])
    keys = read_key_file(key)
    key.unlink()
    write_key_file(key, OwnKeys(keys.sealing))

    refuses(throughline("run", "intake", **node), naming=node["key_file"], remedy="throughline network key")
    throughline("network", "key", node["key_file"])

    assert throughline("migrate", "intake", **node).returncode == 0


def test_another_key_than_the_database_was_sealed_with(node: dict[str, str], tmp_path: Path) -> None:
    throughline("migrate", "intake", **node)
    write_key_file(tmp_path / "other.key", OwnKeys.generate())
    other = node | {"key_file": str(tmp_path / "other.key")}
    before = (tmp_path / "node.db").read_bytes()

    for said in (throughline("run", "intake", **other), throughline("web", "intake", **web_settings(other))):
        refuses(said, naming=other["key_file"], remedy="restore the key file")

    assert (tmp_path / "node.db").read_bytes() == before
    assert throughline("migrate", "intake", **node).returncode == 0


def test_a_key_that_lies_beside_the_data_is_warned_about(node: dict[str, str], tmp_path: Path) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    elsewhere = node | {"intake_database_url": f"sqlite:///{apart / 'node.db'}"}

    beside, well = throughline("migrate", "intake", **node), throughline("migrate", "intake", **elsewhere)

    assert "key.beside_data" in beside.stderr
    assert node["key_file"] in beside.stderr
    assert "key.beside_data" not in well.stderr
    assert (beside.returncode, well.returncode) == (0, 0)


WORDS = "harbour lamp seven rivers"


@pytest.fixture
def protected(node: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The node, its key file under a passphrase, and the file that holds that."""
    told = tmp_path / "passphrase"
    told.write_text(f"{WORDS}\n")
    throughline("network", "key", node["key_file"], "--passphrase", typed=f"{WORDS}\n" * 2)
    return node | {"key_passphrase_file": str(told)}


def test_a_key_file_under_a_passphrase_is_opened_with_what_a_file_holds(protected: dict[str, str]) -> None:
    line = throughline("network", "key", protected["key_file"], key_passphrase=WORDS).stdout

    assert throughline("migrate", "intake", **protected).returncode == 0
    assert line.startswith("2:")
    assert WORDS.encode() not in Path(protected["key_file"]).read_bytes()


def test_without_its_passphrase_a_node_does_not_start(protected: dict[str, str]) -> None:
    told = {name: value for name, value in protected.items() if name != "key_passphrase_file"}

    none = throughline("run", "intake", **told)
    wrong = throughline("web", "intake", **web_settings(told), key_passphrase=SECRET)

    refuses(none, naming=told["key_file"], remedy="THROUGHLINE_KEY_PASSPHRASE_FILE")
    refuses(wrong, naming=told["key_file"], remedy="type it again")


def test_a_passphrase_that_would_be_guessed_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "new.key")

    said = throughline("network", "key", path, "--passphrase", typed="password1234\n" * 2)

    refuses(said, naming="passphrase", remedy="several words")
    assert not Path(path).exists()


def test_a_passphrase_on_the_command_line_is_not_taken(tmp_path: Path) -> None:
    """Everybody on the machine could read it."""
    path = str(tmp_path / "new.key")

    for words in (["--passphrase", SECRET], [f"--passphrase={SECRET}"]):
        said = throughline("network", "key", path, *words)
        refuses(said, code=ERROR, naming="a secret on the command line", remedy="leave it out")
    assert not Path(path).exists()


def test_a_passphrase_is_asked_for_at_a_terminal(protected: dict[str, str]) -> None:
    told = {name: value for name, value in protected.items() if name != "key_passphrase_file"}
    ours = program()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({f"THROUGHLINE_{name.upper()}": value for name, value in told.items()})
        os.execv(ours, [ours, "migrate", "intake"])  # noqa: S606
    shown = b""
    while b"file: " not in shown:  # the blank is the last thing it says before it listens
        shown += os.read(terminal, 1000)
    os.write(terminal, f"{WORDS}\n".encode())

    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert WORDS.encode() not in shown


@pytest.fixture
def cases(node: dict[str, str]) -> dict[str, str]:
    """The references of an open case and of a closed one, at the node."""
    throughline("migrate", "intake", **node)
    keys, worker = read_key_file(Path(node["key_file"])), Actor("olena", Role.CASE_WORKER, node["org"])
    url = node["intake_database_url"]
    scribe = scribe_of("intake", node["org"], keys)
    with closing(open_database("intake", url, sender=node["org"], scribe=scribe)) as database:
        person = register_person(database, {"alias": SECRET}, worker)
        opened, closed = (open_case(database, person.id, worker) for _ in range(2))
        close_case(database, closed.id, "other", worker)
    return {"open": opened.reference, "closed": closed.reference}


def test_a_case_is_erased_after_it_was_asked(node: dict[str, str], cases: dict[str, str]) -> None:
    no = throughline("case", "erase", cases["closed"], typed="n\n", **node)
    yes = throughline("case", "erase", cases["closed"], typed="y\n", **node)

    assert (no.returncode, yes.returncode) == (ERROR, 0), no.stderr + yes.stderr
    assert "another case of theirs" in no.stdout
    assert "It is erased" in yes.stderr
    again = throughline("case", "erase", cases["closed"], "--yes", **node)
    refuses(again, code=ERROR, naming="the case was erased", remedy="before")


def test_an_open_case_and_one_that_there_is_not(node: dict[str, str], cases: dict[str, str]) -> None:
    opened = throughline("case", "erase", cases["open"], "--yes", **node)
    absent = throughline("case", "erase", "2222-2222", "--yes", **node)

    refuses(opened, code=ERROR, naming="the case is open", remedy="close it first")
    refuses(absent, code=ERROR, naming="2222-2222", remedy="look it up")
