"""A State's submissions: send, watch, read the receipt, mend, confirm."""
