"""The proxies whose configuration we give, started with that very file, on other ports and with files of a test."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports, is_listening
from shared.testing.tree import ROOT

PATIENCE = 20  #: seconds until a proxy listens, or has ended
Replaced = Mapping[str, str]
ANYWHERE = "pid {0}/pid; error_log {0}/error.log; events {{}} http {{ include {0}/site.conf; }}"  #: around nginx's file


@dataclass(frozen=True)
class Ports:
    """Where a proxy listens in the clear and by TLS, and where the pages are."""

    clear: int
    safe: int
    pages: int

    @staticmethod
    def beside(pages: int) -> "Ports":
        """Free ones, before these pages."""
        return Ports(*free_ports(2), pages)


@contextmanager
def nginx(folder: Path, ports: Ports, planted: Replaced) -> Iterator[None]:
    """With certificate and key in the folder."""
    here = {
        "\tlisten [::]:80;\n": "",
        "\tlisten [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen {LOOPBACK}:{ports.clear};",
        "listen 443 ": f"listen {LOOPBACK}:{ports.safe} ",
        "127.0.0.1:8000": f"{LOOPBACK}:{ports.pages}",
        "node.example.org;": "localhost;",
        "/etc/ssl/node.example.org.pem": str(folder / "host.pem"),
        "/etc/ssl/private/node.example.org.key": str(folder / "host.key"),
    }
    (folder / "site.conf").write_text(_replaced(ROOT / "deploy/proxy/nginx.conf", here, planted))
    (folder / "nginx.conf").write_text(ANYWHERE.format(folder))
    words = ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with _started(words, folder, ports):
        yield


@contextmanager
def caddy(folder: Path, ports: Ports, planted: Replaced) -> Iterator[None]:
    """With certificate and key in the folder, as the how-to has it where Caddy cannot get its own."""
    more = f"default_bind {LOOPBACK}\n\thttp_port {ports.clear}\n\thttps_port {ports.safe}"
    here = {
        "admin off": f"admin off\n\t{more}",
        "{$PAGES_HOST}": "localhost",
        "tls {": f"tls {folder}/host.pem {folder}/host.key {{",
        "pages:8000": f"{LOOPBACK}:{ports.pages}",
    }
    file = folder / "Caddyfile"
    file.write_text(_replaced(ROOT / "deploy/compose/Caddyfile", here, planted))
    with _started(["caddy", "run", "--config", str(file), "--adapter", "caddyfile"], folder, ports):
        yield


PROXIES = {"nginx": nginx, "Caddy": caddy}


def _replaced(file: Path, here: Replaced, planted: Replaced) -> str:
    text = file.read_text("utf-8")
    for old, new in (*planted.items(), *here.items()):
        assert old in text, f"{file.name} does not say: {old}"
        text = text.replace(old, new)
    return text


@contextmanager
def _started(words: list[str], folder: Path, ports: Ports) -> Iterator[None]:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
    try:
        poll_until(lambda: is_listening(ports.safe), seconds=PATIENCE, what=f"{words[0]} to listen")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
