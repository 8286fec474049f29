"""From a platform's records to contacts: numbers, verdicts, pulls and re-readings."""
