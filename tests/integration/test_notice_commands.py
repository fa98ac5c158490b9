"""The real command says what became of notices at a node, by mail and by push, and names nobody."""

import json
from contextlib import closing
from pathlib import Path

from deploy.composition import open_database, scribe_of
from services.intake.domain import Actor, Role
from services.intake.usecases.calling import call_everybody
from services.intake.usecases.push import keep_contacts, subscribe
from services.intake.usecases.staff import NewStaff, add_staff
from shared.sealing import read_key_file
from shared.sealing.tests.push_browser import PushBrowser
from tests.in_process import throughline
from tests.integration import test_command_line

node = test_command_line.node  #: the settings of a node's worker


def test_a_node_tells_what_it_pushed(node: dict[str, str]) -> None:
    assert throughline("migrate", "intake", **node).returncode == 0
    scribe = scribe_of("intake", node["org"], read_key_file(Path(node["key_file"])))
    with closing(
        open_database("intake", node["intake_database_url"], sender=node["org"], scribe=scribe)
    ) as database:
        add_staff(
            database, NewStaff("olena", "seven quiet lanterns", Role.CASE_WORKER, "Olena"), org=node["org"]
        )
        olena = Actor("olena", Role.CASE_WORKER, node["org"])
        subscribe(database, PushBrowser().given("https://push.example/to/1"), olena, ["push.example"])
        keep_contacts(database, "https://node.example/inbox", is_on=True)
        with database.transaction() as tx:
            call_everybody(tx, urgent=False)

    said = throughline("notices", "--service", "intake", "--json", **node)
    in_words = throughline("notices", "--service", "intake", **node)

    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told.keys() == {"notices", "mails", "notices_by_push", "pushes"}
    assert [(row["kind"], row["state"], row["count"]) for row in told["notices_by_push"]] == [
        ("people_called", "waiting", 1)
    ]
    assert (told["notices"], told["mails"], told["pushes"]) == ([], [], [])
    assert "Notices by push" in in_words.stdout
    assert "olena" not in said.stdout + in_words.stdout


def test_who_tells_nobody_is_not_asked(node: dict[str, str]) -> None:
    said = throughline("notices", "--service", "reporting", **node)
    assert said.returncode != 0
    assert "use notifications or intake" in said.stderr
