"""``python -m tests.compatibility.keep``: keep of this version what every later one must be able to read."""

import gzip
import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path

import typer
from sqlalchemy import make_url

from deploy.demo import up
from deploy.demo.plan import Plan, make_plan
from shared.clock import now
from shared.programs import need_program
from shared.schemas.asyncapi import asyncapi
from shared.testing.postgres import fresh_database, start_postgres
from tests.compatibility.release import EXAMPLES, KEPT, Dump, Release, databases_of, dump_file


def main() -> None:
    """Refuses a version that is kept already: what was released does not change."""
    release = Release(KEPT / version("throughline"))
    if release.folder.exists():
        raise typer.BadParameter(f"{release.version} is kept already: raise the version in pyproject.toml")
    shutil.copytree(EXAMPLES, release.folder / "events")
    (release.folder / "asyncapi.json").write_text(json.dumps(asyncapi(), indent=1) + "\n", "utf-8")
    _keep_databases(release)
    (release.folder / "ended.json").write_text(json.dumps(now().isoformat()) + "\n", "utf-8")


def _keep_databases(release: Release) -> None:
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        server = stack.enter_context(closing(start_postgres()))
        in_server = lambda _: stack.enter_context(fresh_database(server))  # noqa: E731 - the plan asks by name
        files, tables = make_plan(Path(place) / "files"), make_plan(Path(place) / "server", in_server)
        _share_keys(files, tables)
        _keep(release, "sqlite", files, dump_file)
        _keep(release, "postgresql", tables, _dump_from_server)
        _keep_keys(release, files)


def _share_keys(first: Plan, second: Plan) -> None:
    for one, other in zip(first.nodes, second.nodes, strict=True):
        shutil.copy(one.key_file, other.key_file)


def _keep_keys(release: Release, plan: Plan) -> None:
    """Of invented organisations, so that what is under way can be opened."""
    (release.folder / "keys").mkdir()
    for node in plan.nodes:
        shutil.copy(node.key_file, release.folder / "keys")


def _keep(release: Release, engine: str, plan: Plan, dump: Dump) -> None:
    up.make_databases(plan, past=True)
    for name, url in databases_of(plan).items():
        path = release.dump(name, engine)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(dump(url).encode(), mtime=0))


def _dump_from_server(url: str) -> str:
    program = need_program("pg_dump", package="postgresql-client")
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = ("--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges")
    return subprocess.run([program, *options, plain], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    typer.run(main)
