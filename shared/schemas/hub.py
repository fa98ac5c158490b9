"""Events that the hub's services say to each other."""

from uuid import UUID

from marshmallow import fields, validate

from shared.schemas.registry import Event, event, wire


@event("hub.messages_received")
class MessagesReceived(Event):
    """These messages are stored: the referral service, or the node that said them, need not send them again."""

    message_ids: list[UUID] = wire(fields.List(fields.UUID(), validate=validate.Length(min=1, max=1_000)))
