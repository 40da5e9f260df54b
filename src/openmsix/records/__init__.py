"""What each State said about each child, by version. Only the State's next submission changes what holds."""
