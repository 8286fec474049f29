"""Queries about hosted opt-in forms; a version is never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.forms import consent_form, consent_form_version
from hub.values.words import Language


@dataclass(frozen=True, kw_only=True)
class FormTexts:
    """What a form says in one language: its title, what is agreed to, how often SMS come."""

    title: str
    wording: str
    frequency: str


@dataclass(frozen=True, kw_only=True)
class FormContent:
    """All that an administrator decides about a form.

    `texts` is by language. `purposes` are the keys that get a box each. `gateway_id` is what sends
    the code of a double opt-in. `origins` are the pages that may show the form in a frame.
    """

    texts: Mapping[Language, FormTexts]
    purposes: Sequence[str]
    privacy_notice_url: str
    privacy_notice_version: str
    double_opt_in: bool
    gateway_id: int | None
    origins: Sequence[str]
    site_id: int | None


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """One version of a form. `id` is the version's, `key` the form's name in its address."""

    id: int
    key: str
    version: int
    content: FormContent
    created_at: datetime
    created_by: str
    retired_at: datetime | None


def current(tx: Tx, key: str) -> FormRow | None:
    """Give the newest version of a form, retired or not."""
    query = _QUERY.where(consent_form.c.key == key).order_by(consent_form_version.c.version.desc())
    row = tx.execute(query.limit(1)).first()
    return None if row is None else _row(row)


def by_id(tx: Tx, version_id: int) -> FormRow | None:
    """Give one version."""
    row = tx.execute(_QUERY.where(consent_form_version.c.id == version_id)).first()
    return None if row is None else _row(row)


def every(tx: Tx) -> list[FormRow]:
    """Give the newest version of every form, by key."""
    query = _QUERY.order_by(consent_form.c.key, consent_form_version.c.version)
    return list({row.key: _row(row) for row in tx.execute(query)}.values())


def add_version(tx: Tx, key: str, content: FormContent, by: str, now: datetime) -> FormRow:
    """Add the next version of a form, or the first; a retired form is opened again."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    # The update holds the form's row, so that two administrators cannot add the same version.
    form_id = tx.execute(
        dialect.insert(consent_form)
        .values(key=key, created_at=now)
        .on_conflict_do_update(
            index_elements=["key"], set_={"retired_at": None, "retired_by": None}
        )
        .returning(consent_form.c.id)
    ).scalar_one()
    last = tx.execute(
        sa.select(sa.func.max(consent_form_version.c.version)).where(
            consent_form_version.c.form_id == form_id
        )
    ).scalar()
    texts = {language: vars(each) for language, each in content.texts.items()}
    tx.execute(
        sa.insert(consent_form_version).values(
            form_id=form_id,
            version=(last or 0) + 1,
            **{
                **vars(content),
                "texts": texts,
                "purposes": list(content.purposes),
                "origins": list(content.origins),
            },
            created_at=now,
            created_by=by,
        )
    )
    row = current(tx, key)
    if row is None:
        raise LookupError("a form that was just stored is not there")
    return row


def retire(tx: Tx, key: str, by: str, now: datetime) -> bool:
    """Close a form; say whether it was open."""
    done = tx.execute(
        sa.update(consent_form)
        .where(consent_form.c.key == key, consent_form.c.retired_at.is_(None))
        .values(retired_at=now, retired_by=by)
    )
    return done.rowcount > 0


_QUERY = sa.select(consent_form_version, consent_form.c.key, consent_form.c.retired_at).join(
    consent_form, consent_form.c.id == consent_form_version.c.form_id
)


def _row(row: sa.Row[Any]) -> FormRow:
    return FormRow(
        id=row.id,
        key=row.key,
        version=row.version,
        content=FormContent(
            texts={language: FormTexts(**each) for language, each in row.texts.items()},
            purposes=tuple(row.purposes),
            privacy_notice_url=row.privacy_notice_url,
            privacy_notice_version=row.privacy_notice_version,
            double_opt_in=row.double_opt_in,
            gateway_id=row.gateway_id,
            origins=tuple(row.origins),
            site_id=row.site_id,
        ),
        created_at=row.created_at,
        created_by=row.created_by,
        retired_at=row.retired_at,
    )
