"""Who may call what: every route of the application, with an address of it to try."""

OPEN = "open"
"""Anybody, from everywhere: public pages, webhooks, what pages need; the API asks for a key."""
DOOR = "door"
"""Pages for signing in: anybody, from an address that some role may come from."""
CODE = "code"
"""Who gave the password and still owes the one-time code."""
OWN = "own"
"""Everybody signed in, also while two-step is demanded and not set up."""
OWN_WHOLE = "own_whole"
"""Everybody signed in."""
LOOK = "look"
"""Administrators, and operators for their sites."""
ADMINISTER = "administer"
"""Administrators."""

# A new route fails a test until somebody decides here.
ROUTES = {
    ("public.show", "GET"): (OPEN, "/o/AAAAAAAAAAAA"),
    ("public.act", "POST"): (OPEN, "/o/AAAAAAAAAAAA"),
    ("public.sender_page", "GET"): (OPEN, "/s"),
    ("public.follow", "GET"): (OPEN, "/l/AAAAAAAAAAAA"),
    ("public.sender_of_site", "GET"): (OPEN, "/s/tokyo"),
    ("form.show", "GET"): (OPEN, "/f/news"),
    ("form.send", "POST"): (OPEN, "/f/news"),
    ("form.wait", "GET"): (OPEN, "/f/news/some-token"),
    ("form.confirm", "POST"): (OPEN, "/f/news/some-token"),
    # Programs sign in with a key: tests/web/rest/test_door.py.
    ("api_consents.record", "POST"): (OPEN, "/api/v1/consents"),
    ("api_consents.show", "GET"): (OPEN, "/api/v1/consents/some-id"),
    ("api_withdrawals.record", "POST"): (OPEN, "/api/v1/withdrawals"),
    ("api-docs.openapi_json", "GET"): (OPEN, "/api/v1/openapi.json"),
    ("intake.take", "GET"): (OPEN, "/in/nobody/"),
    ("intake.take", "POST"): (OPEN, "/in/nobody/"),
    ("intake.take", "PUT"): (OPEN, "/in/nobody/"),
    ("health.healthz", "GET"): (OPEN, "/healthz"),
    ("health.readyz", "GET"): (OPEN, "/readyz"),
    ("health.metrics", "GET"): (OPEN, "/metrics"),
    ("console.static", "GET"): (OPEN, "/static/console.css"),
    ("console.sign_in_help", "GET"): (DOOR, "/signin"),
    ("console.sign_in_page", "GET"): (DOOR, "/signin/some-token"),
    ("console.sign_in", "POST"): (DOOR, "/signin/some-token"),
    ("console.sign_in_by_password", "POST"): (DOOR, "/signin"),
    ("console.invitation", "GET"): (DOOR, "/invitation/some-token"),
    ("console.invitation_accepted", "POST"): (DOOR, "/invitation/some-token"),
    ("console.code", "GET"): (CODE, "/code"),
    ("console.code_typed", "POST"): (CODE, "/code"),
    ("console.account", "GET"): (OWN, "/account"),
    ("console.password_change", "POST"): (OWN, "/account/password"),
    ("console.two_step_page", "GET"): (OWN, "/account/two-step"),
    ("console.two_step_confirm", "POST"): (OWN, "/account/two-step"),
    ("console.recovery_codes", "POST"): (OWN_WHOLE, "/account/recovery-codes"),
    ("console.session_end", "POST"): (OWN, "/account/sessions/some-name/end"),
    ("console.sessions_end", "POST"): (OWN, "/account/sessions/end"),
    ("console.sign_out", "POST"): (OWN, "/signout"),
    ("console.home", "GET"): (LOOK, "/"),
    ("console.connections_", "GET"): (ADMINISTER, "/connections"),
    ("console.connection", "GET"): (ADMINISTER, "/connections/crm"),
    ("console.connection_act", "POST"): (ADMINISTER, "/connections/crm/pull"),
    ("console.people", "GET"): (LOOK, "/people"),
    ("console.find", "POST"): (LOOK, "/people"),
    ("console.person", "GET"): (LOOK, "/people/1"),
    ("console.messages", "GET"): (LOOK, "/messages"),
    ("console.message", "GET"): (LOOK, "/messages/1"),
    ("console.optouts", "GET"): (LOOK, "/optouts"),
    ("console.exclusions", "GET"): (ADMINISTER, "/exclusions"),
    ("console.exclusions_search", "POST"): (ADMINISTER, "/exclusions/search"),
    ("console.exclusion", "GET"): (ADMINISTER, "/exclusions/1"),
    ("console.exclusions_add", "POST"): (ADMINISTER, "/exclusions/add"),
    ("console.exclusion_lift", "POST"): (ADMINISTER, "/exclusions/1/lift"),
    ("console.exclusions_import", "POST"): (ADMINISTER, "/exclusions/import"),
    ("console.exclusions_export", "POST"): (ADMINISTER, "/exclusions/export"),
    ("console.stock_", "GET"): (ADMINISTER, "/stock"),
    ("console.stock_counts", "POST"): (ADMINISTER, "/stock/counts.csv"),
    ("console.stock_records", "POST"): (ADMINISTER, "/stock/records.csv"),
    ("console.collections_", "GET"): (ADMINISTER, "/collections"),
    ("console.collection", "GET"): (ADMINISTER, "/collections/1"),
    ("console.collection_new", "GET"): (ADMINISTER, "/collections/new/crm"),
    ("console.collection_declare", "POST"): (ADMINISTER, "/collections/declare/crm"),
    ("console.collection_revoke", "POST"): (ADMINISTER, "/collections/1/revoke"),
    ("console.users_", "GET"): (ADMINISTER, "/users"),
    ("console.user_invite", "POST"): (ADMINISTER, "/users/invite"),
    ("console.two_step_demand", "POST"): (ADMINISTER, "/users/two-step"),
    ("console.user", "GET"): (ADMINISTER, "/users/1"),
    ("console.user_act", "POST"): (ADMINISTER, "/users/1/role"),
    ("console.allow_list_", "GET"): (ADMINISTER, "/allow-list"),
    ("console.allow_list_save", "POST"): (ADMINISTER, "/allow-list/api"),
    ("console.api_keys_", "GET"): (ADMINISTER, "/api-keys"),
    ("console.api_key_make", "POST"): (ADMINISTER, "/api-keys"),
    ("console.api_key_revoke", "POST"): (ADMINISTER, "/api-keys/some-key/revoke"),
}

GUARDED = [
    (method, path) for (_, method), (who, path) in ROUTES.items() if who not in (OPEN, DOOR, CODE)
]
"""Method and address of what needs a session."""
CHANGES = [(method, path) for method, path in GUARDED if method == "POST"]
SHOWN = [(method, path) for method, path in GUARDED if method == "GET"]


def of(*kinds: str) -> list[tuple[str, str]]:
    """Give method and address of the routes of these kinds."""
    return [(method, path) for (_, method), (who, path) in ROUTES.items() if who in kinds]
