"""FastStream with nothing between: asyncpg's statements and orjson, no ORM, no models, no dependencies."""
