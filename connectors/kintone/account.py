"""Which app a connection reaches."""

from hub.sdk import Account, ConfigError, Connection

from .client import KintoneClient
from .fields import refuse, unfit, unwritable
from .formwatch import FormWatch


def whoami(client: KintoneClient, connection: Connection) -> Account:
    """Read the form and one record id, which needs the token's right to view; name the app.

    Raises SettingsError for all of the mapping that does not fit at once: fields that are missing,
    of the wrong type or not to be written, and unknown options.
    """
    form = FormWatch(client, connection, lambda _: None).look().form
    mapping = connection.mapping
    if mapping is not None:
        writes = unwritable(form, mapping) if mapping.opt_out else ()
        refuse([*unfit(form, mapping), *writes], connection)
    client.records("order by $id asc limit 1", ["$id"])
    try:
        name = client.app_name()
    except ConfigError:
        # Only the label is missing: the app itself was just read.
        name = ""
    domain = str(connection.settings["domain"]).lower()
    label = f"{name} (app {client.app}, {domain})" if name else f"app {client.app}, {domain}"
    return Account(id=f"{domain}/{client.app}", label=label)
