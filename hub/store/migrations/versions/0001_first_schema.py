"""The first schema

Revision: 0001, after None.
"""

import sqlalchemy as sa
from alembic import op

import hub.store.tables.base

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "document",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_document")),
    )
    op.create_table(
        "hub_fact",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hub_fact")),
    )
    op.create_table(
        "hub_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="ja", nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("disabled_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_user")),
        sa.UniqueConstraint("login", name=op.f("uq_hub_user_login")),
    )
    op.create_table(
        "purpose",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("retired_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_purpose_key_version")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("key", name=op.f("uq_site_key")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("retired_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_template_key_version")),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason_ja", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.Column("state_since", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column(
            "grounds_suspended_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True
        ),
        sa.Column("settings_enc", sa.LargeBinary(), nullable=True),
        sa.Column("settings_print", sa.LargeBinary(length=16), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=True),
        sa.Column("account_id", sa.String(length=200), nullable=True),
        sa.Column("account_label", sa.String(length=300), nullable=True),
        sa.Column("last_pull_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("removed_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_connection_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number_enc", sa.LargeBinary(), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("erase_after", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("erased_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["hub_user.id"], name=op.f("fk_contact_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_contact_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("lookup", name=op.f("uq_contact_lookup")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_erase_after"), ["erase_after"], unique=False)

    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("csrf", sa.String(length=43), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("seen_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("ended_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["hub_user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("used_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["hub_user.id"], name=op.f("fk_sign_in_link_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_table(
        "user_site",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_user_site_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["hub_user.id"], name=op.f("fk_user_site_user_id")),
        sa.PrimaryKeyConstraint("user_id", "site_id", name=op.f("pk_user_site")),
    )
    op.create_table(
        "collection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("default_ticked", sa.Boolean(), nullable=True),
        sa.Column("wording_sha256", sa.String(length=64), nullable=False),
        sa.Column("form_url", sa.Text(), nullable=True),
        sa.Column("form_sha256", sa.String(length=64), nullable=True),
        sa.Column("period_from", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("period_until", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("statement_sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("declared_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("revoked_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_collection_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_sha256"], ["document.sha256"], name=op.f("fk_collection_form_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["statement_sha256"], ["document.sha256"], name=op.f("fk_collection_statement_sha256")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["hub_user.id"], name=op.f("fk_collection_user_id")),
        sa.ForeignKeyConstraint(
            ["wording_sha256"], ["document.sha256"], name=op.f("fk_collection_wording_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_collection_connection_id"), ["connection_id"], unique=False
        )

    op.create_table(
        "contact_lookup",
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_lookup_contact_id")
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_contact_lookup")),
    )
    with op.batch_alter_table("contact_lookup", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_lookup_contact_id"), ["contact_id"], unique=False
        )

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source_id", sa.String(length=160), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=True),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("occurred_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("received_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("payload_enc", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_event_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "connection_id", "source_id", name=op.f("uq_event_connection_id_source_id")
        ),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_due", ["state", "next_at"], unique=False)

    op.create_table(
        "exclusion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scope", sa.String(length=70), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("source_ref", sa.String(length=120), nullable=True),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("occurred_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("recorded_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("repeated_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("lifted_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.Column("lifted_why", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_exclusion_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_exclusion_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "uq_exclusion_active",
            ["contact_id", "scope"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("verdict", sa.String(length=30), nullable=False),
        sa.Column("standing", sa.LargeBinary(length=16), nullable=True),
        sa.Column("agreed", sa.Text(), server_default="{}", nullable=False),
        sa.Column("refused", sa.Text(), server_default="[]", nullable=False),
        sa.Column("out", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("attributes_enc", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("own_version", sa.String(length=80), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("number_changed_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("read_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("seen_round", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("vanished_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_link_connection_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_contact_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["hub_user.id"], name=op.f("fk_link_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_link_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("connection_id", "ref", name=op.f("uq_link_connection_id_ref")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "opt_out_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("last_digits", sa.String(length=4), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("used_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_opt_out_token_contact_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_opt_out_token")),
    )
    with op.batch_alter_table("opt_out_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_opt_out_token_contact_id"), ["contact_id"], unique=False
        )

    op.create_table(
        "reading",
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("basis", sa.String(length=32), nullable=True),
        sa.Column("round_started_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("whole_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("moved_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_reading_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "stream", name=op.f("pk_reading")),
    )
    op.create_table(
        "refused_inbound",
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_refused_inbound_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "reason", "day", name=op.f("pk_refused_inbound")),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source_id", sa.String(length=160), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("text_enc", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("received_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_reply_contact_id")),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["connection.id"], name=op.f("fk_reply_gateway_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("gateway_id", "source_id", name=op.f("uq_reply_gateway_id_source_id")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source_id", sa.String(length=160), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("permanent", sa.Boolean(), nullable=True),
        sa.Column("billed_units", sa.Integer(), nullable=True),
        sa.Column("reported_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("received_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("applied_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["connection.id"], name=op.f("fk_report_gateway_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("gateway_id", "source_id", name=op.f("uq_report_gateway_id_source_id")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_waiting", ["applied_at", "received_at"], unique=False)

    op.create_table(
        "rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_type", sa.String(length=60), nullable=False),
        sa.Column("template_key", sa.String(length=60), nullable=False),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("once_per_record", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_rule_connection_id")
        ),
        sa.ForeignKeyConstraint(["gateway_id"], ["connection.id"], name=op.f("fk_rule_gateway_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
    )
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("started_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=60), server_default="", nullable=False),
        sa.Column("lease_until", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("finished_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("reason_ja", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_run_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "send",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("not_before", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("not_after", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["connection.id"], name=op.f("fk_send_gateway_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["hub_user.id"], name=op.f("fk_send_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_send_site_id")),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], name=op.f("fk_send_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send")),
        sa.UniqueConstraint("key", name=op.f("uq_send_key")),
    )
    op.create_table(
        "evidence",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("schema", sa.String(length=30), nullable=False),
        sa.Column("event_type", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column(
            "purpose_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("purpose_sha256", sa.String(length=64), nullable=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("default_ticked", sa.Boolean(), nullable=True),
        sa.Column("wording_sha256", sa.String(length=64), nullable=True),
        sa.Column("wording_language", sa.String(length=5), nullable=True),
        sa.Column("form_url", sa.Text(), nullable=True),
        sa.Column("form_sha256", sa.String(length=64), nullable=True),
        sa.Column("privacy_notice_url", sa.Text(), nullable=True),
        sa.Column("privacy_notice_version", sa.String(length=60), nullable=True),
        sa.Column("occurred_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("recorded_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("source_ref", sa.String(length=120), nullable=True),
        sa.Column("source_field", sa.String(length=200), nullable=True),
        sa.Column("source_value", sa.String(length=200), nullable=True),
        sa.Column(
            "collection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "exclusion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("controller", sa.String(length=200), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("withdrawal_methods", sa.JSON(), nullable=False),
        sa.Column("personal_enc", sa.LargeBinary(), nullable=True),
        sa.Column("personal_salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("personal_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collection.id"], name=op.f("fk_evidence_collection_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_evidence_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_evidence_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["exclusion_id"], ["exclusion.id"], name=op.f("fk_evidence_exclusion_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_sha256"], ["document.sha256"], name=op.f("fk_evidence_form_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["purpose.id"], name=op.f("fk_evidence_purpose_id")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_sha256"], ["document.sha256"], name=op.f("fk_evidence_purpose_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["wording_sha256"], ["document.sha256"], name=op.f("fk_evidence_wording_sha256")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_evidence")),
        sa.UniqueConstraint("event_id", name=op.f("uq_evidence_event_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_contact_purpose", ["contact_id", "purpose_key"], unique=False
        )
        batch_op.create_index("ix_evidence_exclusion", ["exclusion_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("send_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("body_enc", sa.LargeBinary(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("billed_units", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.String(length=36), nullable=True),
        sa.Column("not_before", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("not_after", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("source_read_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.String(length=60), nullable=True),
        sa.Column("lease_until", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("due_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("gateway_reference", sa.String(length=120), nullable=True),
        sa.Column("report_rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("marked_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("submitted_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("finished_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id")),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["connection.id"], name=op.f("fk_message_gateway_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_message_link_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["hub_user.id"], name=op.f("fk_message_owner_id")),
        sa.ForeignKeyConstraint(["send_id"], ["send.id"], name=op.f("fk_message_send_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_message_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
        sa.UniqueConstraint("send_id", "contact_id", name=op.f("uq_message_send_id_contact_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_message_due", ["gateway_id", "state", "priority", "due_at"], unique=False
        )
        batch_op.create_index("ix_message_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_link_id"), ["link_id"], unique=False)
        batch_op.create_index(
            "ix_message_reference", ["gateway_id", "gateway_reference"], unique=False
        )

    op.create_table(
        "opt_out_push",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column(
            "exclusion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("acted_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("why_ja", sa.Text(), server_default="", nullable=False),
        sa.Column("why_en", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_opt_out_push_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["exclusion_id"], ["exclusion.id"], name=op.f("fk_opt_out_push_exclusion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out_push")),
        sa.UniqueConstraint(
            "exclusion_id",
            "connection_id",
            "ref",
            "change",
            name=op.f("uq_opt_out_push_exclusion_id_connection_id_ref_change"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_opt_out_push_key")),
    )
    with op.batch_alter_table("opt_out_push", schema=None) as batch_op:
        batch_op.create_index("ix_opt_out_push_due", ["state", "next_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opt_out_push_exclusion_id"), ["exclusion_id"], unique=False
        )
        batch_op.create_index("ix_opt_out_push_record", ["connection_id", "ref"], unique=False)

    op.create_table(
        "activity_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("message_state", sa.String(length=20), nullable=False),
        sa.Column("at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_activity_note_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_activity_note_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_note")),
        sa.UniqueConstraint("key", name=op.f("uq_activity_note_key")),
        sa.UniqueConstraint(
            "message_id", "message_state", name=op.f("uq_activity_note_message_id_message_state")
        ),
    )
    with op.batch_alter_table("activity_note", schema=None) as batch_op:
        batch_op.create_index("ix_activity_note_due", ["state", "next_at"], unique=False)

    op.create_table(
        "message_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_step_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_step")),
    )
    with op.batch_alter_table("message_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_step_message_id"), ["message_id"], unique=False
        )
