"""What each State said about each child, by version. Never edited by anyone but the State's next submission."""
