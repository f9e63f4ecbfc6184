"""Import runs: imports that operators start on the site, each in its own process."""
