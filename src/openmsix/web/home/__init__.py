"""The first page after sign-in, by hat."""
