"""What machines ask of the pages, and what is told and counted of each request."""
