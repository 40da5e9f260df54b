"""Tasks for people. Knows no subject's meaning."""
