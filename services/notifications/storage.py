"""Whom to tell, what waits to be told, and what became of each mail: the tables of every notices' keeper."""

from shared.database import new_metadata
from shared.messaging.tables import add_message_tables
from shared.notices.tables import add_notice_tables

metadata = new_metadata()
add_message_tables(metadata)
tables = add_notice_tables(metadata)
