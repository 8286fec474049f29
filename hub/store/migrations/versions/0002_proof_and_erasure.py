"""Proof and erasure

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

import hub.store.tables.base

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "allowed_network",
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("network", sa.String(length=49), nullable=False),
        sa.Column("added_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("who", "network", name=op.f("pk_allowed_network")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("expires_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("last_used_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("revoked_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_table(
        "consent_form",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("retired_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_form")),
        sa.UniqueConstraint("key", name=op.f("uq_consent_form_key")),
    )
    op.create_table(
        "erasure_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=False),
        sa.Column("ordered_by", sa.String(length=200), nullable=False),
        sa.Column("ordered_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "after_contact_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("started_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("finished_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("canceled_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_order")),
    )
    with op.batch_alter_table("erasure_order", schema=None) as batch_op:
        batch_op.create_index("ix_erasure_order_due", ["state", "due_at"], unique=False)

    op.create_table(
        "purpose_hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("held_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose_hold")),
    )
    with op.batch_alter_table("purpose_hold", schema=None) as batch_op:
        batch_op.create_index(
            "uq_purpose_hold_standing",
            ["purpose_key"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("gateways", sa.String(length=120), nullable=False),
        sa.Column("set_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_route_kind_subject")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_last_at"), ["last_at"], unique=False)

    op.create_table(
        "api_answer",
        sa.Column(
            "api_key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_api_answer_api_key_id")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key_hash", name=op.f("pk_api_answer")),
    )
    with op.batch_alter_table("api_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "known_browser",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["hub_user.id"], name=op.f("fk_known_browser_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "token_hash", name=op.f("pk_known_browser")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["hub_user.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "consent_form_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("privacy_notice_url", sa.Text(), nullable=False),
        sa.Column("privacy_notice_version", sa.String(length=60), nullable=False),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column(
            "gateway_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["consent_form.id"], name=op.f("fk_consent_form_version_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["connection.id"], name=op.f("fk_consent_form_version_gateway_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_consent_form_version_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_form_version")),
        sa.UniqueConstraint(
            "form_id", "version", name=op.f("uq_consent_form_version_form_id_version")
        ),
    )
    op.create_table(
        "consent_push",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("evidence_id", sa.String(length=36), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("purpose_key", sa.String(length=60), nullable=False),
        sa.Column("acted_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("why_ja", sa.Text(), server_default="", nullable=False),
        sa.Column("why_en", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_consent_push_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_consent_push_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_push")),
        sa.UniqueConstraint(
            "evidence_id",
            "connection_id",
            "ref",
            name=op.f("uq_consent_push_evidence_id_connection_id_ref"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_consent_push_key")),
    )
    with op.batch_alter_table("consent_push", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_push_contact_id"), ["contact_id"], unique=False
        )
        batch_op.create_index("ix_consent_push_due", ["state", "next_at"], unique=False)

    op.create_table(
        "further_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("added_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_further_number_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_further_number_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_further_number")),
        sa.UniqueConstraint(
            "connection_id",
            "ref",
            "contact_id",
            name=op.f("uq_further_number_connection_id_ref_contact_id"),
        ),
    )
    with op.batch_alter_table("further_number", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_further_number_contact_id"), ["contact_id"], unique=False
        )

    op.create_table(
        "consent_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "form_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("address_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.Column("form_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", hub.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_consent_request_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_sha256"], ["document.sha256"], name=op.f("fk_consent_request_form_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["consent_form_version.id"],
            name=op.f("fk_consent_request_form_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_request")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consent_request_token_hash")),
    )
    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consent_request_address", ["address_hash", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_consent_request_contact", ["contact_id", "created_at"], unique=False
        )
        batch_op.create_index("ix_consent_request_expires", ["expires_at"], unique=False)

    op.create_table(
        "tracked_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.Column("last_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_tracked_link_message_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tracked_link")),
    )
    with op.batch_alter_table("tracked_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tracked_link_message_id"), ["message_id"], unique=False
        )

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seq", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index("ix_audit_object", ["object"], unique=False)
        batch_op.create_index("uq_audit_seq", ["seq"], unique=True)

    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("privacy_notice_url", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("privacy_notice_version", sa.String(length=60), nullable=True)
        )
        batch_op.add_column(sa.Column("scope", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("usage", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(
            sa.Column("usage_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("advice", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("index_key", sa.Integer(), server_default="1", nullable=False)
        )
        batch_op.add_column(
            sa.Column("legal_hold_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("legal_hold_why", sa.Text(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("doubt_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            "ix_contact_erased_at",
            ["erased_at"],
            unique=False,
            sqlite_where=sa.text("erased_at IS NOT NULL"),
            postgresql_where=sa.text("erased_at IS NOT NULL"),
        )

    with op.batch_alter_table("contact_lookup", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("index_key", sa.Integer(), server_default="1", nullable=False)
        )

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_salt", sa.LargeBinary(length=16), nullable=True))
        batch_op.add_column(sa.Column("source_digest", sa.LargeBinary(length=32), nullable=True))

    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=36), nullable=True))
        batch_op.create_index("uq_exclusion_key", ["key"], unique=True)

    with op.batch_alter_table("hub_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("password_hash", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("totp_enc", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("totp_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("rights", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("erased_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carrier", sa.String(length=20), nullable=True))
        batch_op.add_column(
            sa.Column(
                "number_dead", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
            )
        )
        batch_op.drop_index(batch_op.f("ix_message_contact_id"))
        batch_op.create_index(
            "ix_message_contact", ["contact_id", "state", "finished_at"], unique=False
        )

    with op.batch_alter_table("purpose", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_as", sa.Integer(), nullable=True))

    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("said_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("task", sa.String(length=12), nullable=True))
        batch_op.add_column(
            sa.Column("decided_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("decided_by", sa.String(length=200), nullable=True))
        batch_op.create_index(
            "ix_reply_task",
            ["task"],
            unique=False,
            sqlite_where=sa.text("task = 'open'"),
            postgresql_where=sa.text("task = 'open'"),
        )

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carrier", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("part", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("parts", sa.Integer(), nullable=True))

    with op.batch_alter_table("send", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("fallbacks", sa.String(length=120), server_default="", nullable=False)
        )

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_at", hub.store.tables.base.UtcTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        batch_op.add_column(
            sa.Column("agent", sa.String(length=200), server_default="", nullable=False)
        )

    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=12), server_default="terminal", nullable=False)
        )

    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_why", sa.Text(), nullable=True))
