"""Run one of the services."""

import uvloop
from faststream import FastStream

from bench.peers import say_ready
from bench.peers.clients import send_in_tasks
from bench.peers.faststream_orm.services import ROUTERS, broker, send, settings


async def main() -> None:
    """Until it is ended."""
    await (_hear() if settings.service in ROUTERS else _send())


async def _send() -> None:
    async with broker:
        await send_in_tasks(settings.clients, send)


async def _hear() -> None:
    broker.include_router(ROUTERS[settings.service])
    app = FastStream(broker, logger=None)
    app.after_startup(say_ready)
    await app.run()


if __name__ == "__main__":
    uvloop.run(main())
