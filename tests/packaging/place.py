"""Where the hub and nodes of the compose files are brought up: what a place must be able to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Project:
    """A copy of deploy/compose with its own ``.env``, as on a machine of its own."""

    name: str
    file: str
    folder: Path
    environ: dict[str, str]

    def tell(self, name: str, value: str) -> None:
        """Write one line more into ``.env``."""
        self.environ[name] = value
        with (self.folder / ".env").open("a", encoding="utf-8") as file:
            file.write(f"{name}='{value}'\n")

    def put(self, path: str, text: str) -> None:
        """Write a file as an operator would."""
        (self.folder / path).write_text(text, "utf-8")

    def fill_in(self, path: str, password: str) -> None:
        """Put the password that was told into the address that ``prepare`` wrote."""
        told = (self.folder / path).read_text("utf-8")
        assert "PASSWORD" in told
        self.put(path, told.replace("PASSWORD", password))


class Place(Protocol):
    """An engine, or processes of this machine that do what an engine would be told."""

    says: str  #: which way it is
    broker: str  #: the broker's address for nodes, without a name and a password

    def project(self, name: str, file: str, **environ: str) -> Project:
        """A folder with the files, ``.env`` and the secrets that ``prepare`` makes."""

    def prepared(self, project: Project) -> None:
        """Let ``prepare`` see to what has come into the folder since."""

    def operator(self, project: Project, *words: str, typed: str = "") -> str:
        """Run a command of ``throughline`` as the project's operator; returns what it prints."""

    def up(self, project: Project, *names: str) -> None:
        """Start these services, or all, and wait until their own health checks say that they are well."""

    def url(self, project: Project, scheme: str = "https") -> str:
        """Where the project's proxy is reached."""

    def authority(self, project: Project) -> Path:
        """The certificate of the authority that the proxy made for itself."""

    def close(self) -> None:
        """End everything."""
