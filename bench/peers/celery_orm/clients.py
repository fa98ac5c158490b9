"""The clients, in threads, which share a pool of connections as large as they are many."""

from bench.peers.celery_orm.tasks import send, settings
from bench.peers.clients import send_in_threads

if __name__ == "__main__":
    send_in_threads(settings.clients, send)
