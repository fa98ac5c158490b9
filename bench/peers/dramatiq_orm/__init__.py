"""Dramatiq on RabbitMQ, with SQLAlchemy's ORM."""
