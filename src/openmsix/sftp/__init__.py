"""The SFTP drop box: States' systems put files into the inbox and fetch receipts from the outbox. A door: it knows SFTP and holds no domain logic."""
