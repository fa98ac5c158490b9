"""The clients, in threads: Dramatiq keeps a connection for each."""

from bench.peers.clients import send_in_threads
from bench.peers.dramatiq_orm.actors import send, settings

if __name__ == "__main__":
    send_in_threads(settings.clients, send)
