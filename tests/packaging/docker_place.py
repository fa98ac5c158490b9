"""The compose files in Docker, where an engine answers."""

import os
import shutil
import subprocess
from pathlib import Path

import docker
from docker.errors import DockerException

from shared.ports import free_ports
from shared.testing.tree import ROOT
from tests.packaging.compose import FOLDER
from tests.packaging.place import Project

PATIENCE = 600  #: seconds for one command; images may have to come first
BROKER = "broker.test"


def answers() -> bool:
    """Whether there is an engine that could run the compose files."""
    try:
        docker.from_env(timeout=5).ping()
    except DockerException:
        return False
    return _succeeds("docker", "compose", "version")


class DockerPlace:
    """Each project a compose project of its own; nodes find the hub by its published port."""

    says = "in Docker, from the image that the Dockerfile makes"

    def __init__(self, folder: Path, wheel: Path, version: str) -> None:
        self._folder, self._up = folder, list[Project]()
        (self._port,) = free_ports(1)
        self.broker = f"amqps://{BROKER}:{self._port}/%2F"
        (folder / "context" / "dist").mkdir(parents=True)
        shutil.copy(wheel, folder / "context" / "dist")
        for name in ("Dockerfile", "requirements.lock"):
            shutil.copy(ROOT / name, folder / "context")
        _run("docker", "build", "--tag", f"throughline:{version}", str(folder / "context"), at=folder)

    def project(self, name: str, file: str, **environ: str) -> Project:
        shutil.copytree(FOLDER, folder := self._folder / name)
        http, https = free_ports(2)
        told = {"PROJECT": f"throughline-{name}", "BROKER_HOST": BROKER, "BROKER_PORT": str(self._port)}
        told |= {"PAGES_HOST": "localhost", "HTTP_PORT": str(http), "HTTPS_PORT": str(https), **environ}
        project = Project(name, file, folder, told)
        project.put(".env", "".join(f"{name}='{value}'\n" for name, value in told.items()))
        if file == "node.yaml":  # its machine would find the broker's name in the domain name system
            project.put(
                "hosts.yaml",
                "services:\n"
                + "".join(
                    f'  {service}: {{extra_hosts: ["{BROKER}:host-gateway"]}}\n'
                    for service in ("worker", "operator")
                ),
            )
        self.prepared(project)
        self._up.append(project)
        return project

    def prepared(self, project: Project) -> None:
        _run("./prepare", project.file.removesuffix(".yaml"), at=project.folder)

    def operator(self, project: Project, *words: str, typed: str = "") -> str:
        depends = () if project.file == "hub.yaml" else ("--no-deps",)
        return self._compose(project, "run", "--rm", "--no-TTY", *depends, "operator", *words, typed=typed)

    def up(self, project: Project, *names: str) -> None:
        self._compose(project, "up", "--detach", "--wait", *names)

    def url(self, project: Project, scheme: str = "https") -> str:
        return f"{scheme}://localhost:{project.environ[f'{scheme.upper()}_PORT']}"

    def authority(self, project: Project) -> Path:
        at = project.folder / "root.crt"
        self._compose(project, "cp", "proxy:/data/caddy/pki/authorities/local/root.crt", str(at))
        return at

    def close(self) -> None:
        for project in self._up:
            self._compose(project, "--profile", "operator", "down", "--volumes")

    def _compose(self, project: Project, *words: str, typed: str = "") -> str:
        files = [project.file, *(("hosts.yaml",) if (project.folder / "hosts.yaml").exists() else ())]
        named = [word for file in files for word in ("--file", file)]
        return _run("docker", "compose", *named, *words, at=project.folder, typed=typed)


def _run(*words: str, at: Path, typed: str = "") -> str:
    done = subprocess.run(
        words, cwd=at, input=typed, text=True, capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def _succeeds(*words: str) -> bool:
    return subprocess.run(words, env=os.environ, capture_output=True, check=False).returncode == 0
