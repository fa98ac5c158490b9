"""What the compose files say, done without an engine: their commands, as processes of this machine, from the wheel.

Each path in a container stands for what is mounted there, each port for a free one of loopback. A path that nothing is
mounted at is a mistake in the file, as it would be with a read-only root.
"""

import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from shared.messaging.management import Management
from shared.messaging.private_broker import PrivateBroker, program
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
from shared.programs import find_program
from shared.testing.private_postgres import FOLDERS
from tests.packaging.compose import FOLDER, Service, services
from tests.packaging.databases import make_cluster
from tests.packaging.place import Project

PATIENCE = 120.0  #: seconds for a service to be well, or for a command
PAUSE = 0.3  #: seconds between two looks, each of which is a process
_LINE = re.compile(r"^(\S+) = (\S+)$", re.MULTILINE)


class ProcessPlace:
    """Each project a folder, each service a process."""

    says = "as processes of this machine, from the wheel: no Docker engine answers here"

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs, self._ending = folder, programs, ExitStack()
        self._broker_port, self._management_port = free_ports(2)
        self.broker = f"amqps://localhost:{self._broker_port}/%2F"
        self._ports: dict[str, dict[str, int]] = {}
        self._running: set[tuple[str, str]] = set()

    def project(self, name: str, file: str, **environ: str) -> Project:
        shutil.copytree(FOLDER, folder := self._folder / name)
        told = {
            "BROKER_HOST": "localhost",
            "BROKER_PORT": str(self._broker_port),
            "PAGES_HOST": "localhost",
            **environ,
        }
        project = Project(name, file, folder, told)
        project.put(".env", "".join(f"{name}='{value}'\n" for name, value in told.items()))
        self._ports[name] = dict(zip(("8000", "80", "443"), free_ports(3), strict=True))
        self.prepared(project)
        here = {
            ":5671/": f":{self._broker_port}/",
            ":15671/": f":{self._management_port}/",
            "/run/postgresql": f"{folder}/volumes/sockets",
        }  # ports and places inside an engine's network, as they are on this machine
        for secret in (folder / "secrets").iterdir():
            said = secret.read_text("utf-8")
            for inside, outside in here.items():
                said = said.replace(inside, outside)
            secret.write_text(said, "utf-8")
        return project

    def prepared(self, project: Project) -> None:
        _run(["./prepare", project.file.removesuffix(".yaml")], dict(os.environ), project.folder)

    def operator(self, project: Project, *words: str, typed: str = "") -> str:
        service = services(project.file, project.environ)["operator"]
        at = project.folder / self._here(project, service, service.told["working_dir"])
        return _run([*service.words, *words], self._environment(project, service), at, typed)

    def up(self, project: Project, *names: str) -> None:
        found = services(project.file, project.environ).values()
        wanted = [one for one in found if (one.name in names if names else "profiles" not in one.told)]
        new = [one for one in wanted if (project.name, one.name) not in self._running]
        started = [(one, self._start(project, one)) for one in new]
        for service, environment in started:
            self._wait(project, service, environment)

    def _start(self, project: Project, service: Service) -> dict[str, str]:
        """Start it in its own way; returns the environment in which its health is asked for."""
        self._running.add((project.name, service.name))
        for source in service.mounts.values():
            if source.startswith("volumes/") or "-of-" in source:
                (project.folder / source).mkdir(parents=True, exist_ok=True)
        starts = {
            "rabbitmq": self._start_broker,
            "postgres": self._start_databases,
            "caddy": self._start_proxy,
        }
        return starts.get(service.image.partition(":")[0], self._start_ours)(project, service)

    def _wait(self, project: Project, service: Service, environment: dict[str, str]) -> None:
        first, *rest = (self._here(project, service, word) for word in service.health)
        words = [_program(first, environment["PATH"]), *rest]

        def is_well() -> bool:
            if subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 0:
                return True
            time.sleep(PAUSE)
            return False

        try:
            poll_until(
                is_well, seconds=PATIENCE, what=f"{project.name}'s {service.name} to be well by its own check"
            )
        except TimeoutError as late:
            log = project.folder / f"{service.name}.log"
            raise AssertionError(f"{late}\n{log.read_text() if log.exists() else ''}") from None

    def _start_ours(self, project: Project, service: Service) -> dict[str, str]:
        environment = self._environment(project, service)
        self._spawn(project, service, service.words, environment)
        return environment

    def _start_broker(self, project: Project, service: Service) -> dict[str, str]:
        """With the very configuration, but on loopback."""
        told = dict(_LINE.findall((project.folder / "broker.conf").read_text("utf-8")))
        assert (told.pop("listeners.tcp"), told.pop("listeners.ssl.default")) == ("none", "5671")
        assert told["management.ssl.port"] == "15671"
        more = {name: self._here(project, service, value) for name, value in told.items()} | {
            "listeners.ssl.1": f"{LOOPBACK}:{self._broker_port}",
            "management.ssl.ip": LOOPBACK,
            "management.ssl.port": self._management_port,
        }
        broker = self._ending.enter_context(PrivateBroker(project.folder / "broker", more=more))
        administrator = dict(
            _LINE.findall((project.folder / "secrets/broker-administrator.conf").read_text("utf-8"))
        )
        name, password = administrator["default_user"], administrator["default_pass"]
        Management(broker.management_url).create_user(name, password, tags="administrator")
        return broker._environment()

    def _start_databases(self, project: Project, service: Service) -> dict[str, str]:
        """As its image does at a first start: cluster, server, script."""
        password = (
            Path(self._here(project, service, service.environment["POSTGRES_PASSWORD_FILE"]))
            .read_text()
            .strip()
        )
        made = make_cluster(service.environment["POSTGRES_INITDB_ARGS"].split(), password, service.words)
        self._ending.callback(shutil.rmtree, made.folder)
        for inside, name in (("/var/lib/postgresql/data", "data"), ("/run/postgresql", "sockets")):
            (volume := project.folder / service.mounts[inside]).rmdir()
            volume.symlink_to(made.folder / name)
        environment = dict(os.environ) | {"PGHOST": str(made.folder / "sockets"), "PGPASSWORD": password}
        self._spawn(project, service, made.server, environment, **made.owner)

        def is_ready() -> bool:
            return subprocess.run(made.is_ready, check=False).returncode == 0

        poll_until(is_ready, seconds=PATIENCE, what="PostgreSQL to be ready")
        script = self._here(project, service, "/docker-entrypoint-initdb.d/databases.sh")
        text = Path(script).read_text("utf-8").replace("/run/secrets/", f"{project.folder}/secrets/")
        _run(["sh", "-c", text], environment, project.folder)
        return environment

    def _start_proxy(self, project: Project, service: Service) -> dict[str, str]:
        """With the very file, on other ports of loopback."""
        ports = self._ports[project.name]
        text = (project.folder / "Caddyfile").read_text("utf-8")
        assert "reverse_proxy pages:8000\n" in text
        text = text.replace("pages:8000", f"{LOOPBACK}:{ports['8000']}")
        more = f"default_bind {LOOPBACK}\n\tskip_install_trust\n\thttp_port {ports['80']}\n\thttps_port {ports['443']}"
        project.put("Caddyfile.here", text.replace("admin off", f"admin off\n\t{more}", 1))
        environment = self._environment(project, service) | {
            "XDG_DATA_HOME": str(project.folder / service.mounts["/data"]),
            "XDG_CONFIG_HOME": str(project.folder / service.mounts["/config"]),
        }
        words = ["caddy", "run", "--config", str(project.folder / "Caddyfile.here"), "--adapter", "caddyfile"]
        self._spawn(project, service, words, environment)
        return environment

    def _environment(self, project: Project, service: Service) -> dict[str, str]:
        """What the file says, with the paths of this machine, and nothing of ours besides."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("THROUGHLINE_", "PYTHON"))
        }
        told = {name: self._here(project, service, value) for name, value in service.environment.items()}
        told |= {"PATH": f"{self._programs}:{os.environ['PATH']}"}
        if "THROUGHLINE_WEB_ADDRESS" in told:
            told |= {
                "THROUGHLINE_WEB_ADDRESS": LOOPBACK,
                "THROUGHLINE_WEB_PORT": str(self._ports[project.name]["8000"]),
            }
        return kept | told

    def _here(self, project: Project, service: Service, text: str) -> str:
        """The text with places and ports of the container as they are here."""
        outside = {inside: str((project.folder / at).resolve()) for inside, at in service.mounts.items()}
        places = "|".join(map(re.escape, sorted(outside, key=len, reverse=True))) or "$^"
        text = re.sub(rf"(?<![\w.])({places})(?=[/\s\"']|$)", lambda found: outside[found[1]], text)
        unmounted = re.match(r"(sqlite:///)?/(?!tmp)", text) and str(self._folder.resolve()) not in text
        assert not unmounted, f"{service.name}: nothing is mounted at {text}"
        ports = self._ports[project.name] | {"5671": self._broker_port}
        return str(ports.get(text, text))

    def _spawn(
        self,
        project: Project,
        service: Service,
        words: list[str],
        environment: dict[str, str],
        **owner: object,
    ) -> None:
        log = self._ending.enter_context((project.folder / f"{service.name}.log").open("ab"))
        started = subprocess.Popen(
            [_program(words[0], environment["PATH"]), *words[1:]],
            env=environment,
            cwd=project.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **owner,  # type: ignore[call-overload]
        )
        self._ending.callback(_end, started)

    def url(self, project: Project, scheme: str = "https") -> str:
        return f"{scheme}://localhost:{self._ports[project.name]['443' if scheme == 'https' else '80']}"

    def authority(self, project: Project) -> Path:
        return project.folder / "volumes/certificates/caddy/pki/authorities/local/root.crt"

    def close(self) -> None:
        self._ending.close()


def _program(name: str, path: str) -> str:
    if name.startswith("rabbitmq"):
        return program(name)
    found = shutil.which(name, path=path) or find_program(name, *FOLDERS)
    assert found, f"{name} is not installed"
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE)


def _run(words: list[str], environment: dict[str, str], at: Path, typed: str = "") -> str:
    words = [words[0] if words[0].startswith("./") else _program(words[0], environment["PATH"]), *words[1:]]
    done = subprocess.run(
        words,
        env=environment,
        cwd=at,
        input=typed,
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout
