"""The clients of peers: threads or tasks, each sending its next referral as soon as its last one is confirmed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from bench.peers import say_ready


def send_in_threads(clients: int, send: Callable[[], object]) -> None:
    """Obey standard input: each line says how many to send."""
    say_ready()
    with ThreadPoolExecutor(clients) as threads:
        for line in sys.stdin:
            sendings = [threads.submit(send) for _ in range(int(line))]
            for sending in sendings:
                sending.result()


async def send_in_tasks(clients: int, send: Callable[[], Awaitable[object]]) -> None:
    """Obey standard input: each line says how many to send."""
    lines = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    say_ready()
    async for line in lines:
        shares = [range(number, int(line), clients) for number in range(clients)]
        await asyncio.gather(*(_send_all(send, share) for share in shares))


async def _send_all(send: Callable[[], Awaitable[object]], share: range) -> None:
    for _ in share:
        await send()
