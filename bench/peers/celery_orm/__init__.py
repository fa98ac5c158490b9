"""Celery on RabbitMQ, with SQLAlchemy's ORM."""
