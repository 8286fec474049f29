"""Contacts (one mobile number each) and their links to records in the platforms."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # HMAC of the E.164 number under the index key of this number.
    sa.Column("lookup", sa.LargeBinary(16), nullable=False, unique=True),
    sa.Column("index_key", sa.Integer, nullable=False, server_default="1"),
    # Only while a ground exists; gone after erasure, when the row is all that is left.
    sa.Column("number_enc", sa.LargeBinary),
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("owner_id", sa.ForeignKey("hub_user.id")),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("erase_after", UtcTime, index=True),
    # The tombstone: what was erased then does not come back with the next pull.
    sa.Column("erased_at", UtcTime),
    # While an order or a lawsuit wants the data kept, nothing of it is erased or purged.
    sa.Column("legal_hold_at", UtcTime),
    sa.Column("legal_hold_why", sa.Text, nullable=False, server_default=""),
    # They wrote what may be a stop: advertising waits until a person has read it.
    sa.Column("doubt_at", UtcTime),
    # Of the erased ones only: a first pull makes every contact and would fill it with nothing.
    sa.Index(
        "ix_contact_erased_at",
        "erased_at",
        sqlite_where=sa.text("erased_at IS NOT NULL"),
        postgresql_where=sa.text("erased_at IS NOT NULL"),
    ),
)
"""One number. This row is also the lock that the gate and an opt-out take."""

contact_lookup = sa.Table(
    "contact_lookup",
    metadata,
    sa.Column("lookup", sa.LargeBinary(16), primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("index_key", sa.Integer, nullable=False, server_default="1"),
)
"""Further lookups of a contact, under other index keys (erased numbers keep what they had)."""

link = sa.Table(
    "link",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("ref", sa.String(120), nullable=False),  # object:id
    sa.Column("contact_id", sa.ForeignKey("contact.id"), index=True),  # None: no usable number
    # What the record is worth: consented, silent, refused, withdrawn, expired, undated,
    # opted_out, or why its number is none: missing, landline, ip_phone, invalid, …
    sa.Column("verdict", sa.String(30), nullable=False),
    # Digest of all that bears on consent, so that an unchanged record adds no evidence.
    sa.Column("standing", sa.LargeBinary(16)),
    # The purposes the record says yes and no to: {purpose: when the yes was first seen} and
    # [purpose], as JSON. No after yes is a withdrawal; no after no is no news.
    sa.Column("agreed", sa.Text, nullable=False, server_default="{}"),
    sa.Column("refused", sa.Text, nullable=False, server_default="[]"),
    sa.Column("out", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("name_enc", sa.LargeBinary),
    sa.Column("attributes_enc", sa.LargeBinary),
    sa.Column("version", sa.String(80)),
    # The version our own write produced: the platform's news of it is an echo, not an event.
    sa.Column("own_version", sa.String(80)),
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("owner_id", sa.ForeignKey("hub_user.id")),
    sa.Column("modified_at", UtcTime),
    # When the record's number was first seen to be another: older consents are not of this number.
    sa.Column("number_changed_at", UtcTime),
    sa.Column("read_at", UtcTime, nullable=False),
    sa.Column("seen_round", UtcTime),
    sa.Column("vanished_at", UtcTime),
    # The record's own tombstone: only an act of the person newer than this brings its data back.
    sa.Column("erased_at", UtcTime),
    sa.UniqueConstraint("connection_id", "ref"),
)
"""A record behind a number. Kept for every readable record: enough to push an opt-out to it."""

further_number = sa.Table(
    "further_number",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    # The person's record, whether or not it was ever read: a ticket's requester may not be.
    sa.Column("ref", sa.String(120), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.UniqueConstraint("connection_id", "ref", "contact_id"),
)
"""One more number of a record's person, noted when an SMS goes to it: its opt-out is told there."""
