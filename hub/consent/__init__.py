"""Consent: the ledger of grounds, the exclusion list, and the gate that reads both."""
