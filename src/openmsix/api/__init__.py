"""The HTTP API: a State's own systems send submissions, ask about students and follow MSIX IDs. Knows HTTP and no rules of the exchange."""
