"""Bringing a store to the newest schema, and telling whether it is there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from hub.errors import ConfigError
from hub.store.database import Database

# Any number, the same in every process: two that start at once migrate one after the other.
_LOCK = 0x534D53


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(database: Database) -> None:
    """Bring the store to the newest schema; does nothing where it is there already.

    Raises ConfigError where a newer hub has written it.
    """
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config = _alembic()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as exc:
            raise ConfigError(
                "HUB_DATABASE_URL",
                "The store was written by a newer hub, whose schema this one does not know. "
                "Install that version again, or put a backup from before back.",
                "このデータベースは新しい版のハブで作られています。"
                "その版を入れ直すか、以前のバックアップを戻してください。",
            ) from exc


def is_current(database: Database) -> bool:
    """Say whether the store has the schema this code was written for."""
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def newest() -> str:
    """Give the name of the newest schema."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""
