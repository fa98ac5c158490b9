"""Events that the hub's services say to each other."""

from uuid import UUID

from marshmallow import fields, validate

from shared.schemas.registry import Event, event, wire


@event("hub.messages_received")
class MessagesReceived(Event):
    """Notifications or reporting has stored these messages of the referral service: it need not send them again."""

    message_ids: list[UUID] = wire(fields.List(fields.UUID(), validate=validate.Length(min=1, max=1_000)))
