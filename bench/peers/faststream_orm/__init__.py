"""FastStream with pydantic models and SQLAlchemy's asynchronous ORM."""
