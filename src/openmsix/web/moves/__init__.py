"""Children who came to another State or district, for the place where they were before."""
