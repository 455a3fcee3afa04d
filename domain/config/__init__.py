"""A tenant's configuration: what can be set, what is allowed, and what a change means (C6, X7)."""
