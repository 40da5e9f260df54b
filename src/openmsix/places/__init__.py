"""States, regions, districts, schools, projects and facilities; who lies inside whom, and whom to call."""
