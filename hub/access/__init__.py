"""Who gets in: sign-in links, sessions, the audit trail."""
