"""Privacy attacks on a release, each against a control. Internal tier; smoke alarms, never a proof of privacy."""
