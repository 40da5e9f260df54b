"""People, the roles they hold at places, and what each hat may do and reach."""
