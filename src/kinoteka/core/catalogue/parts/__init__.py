"""What belongs to one film: cast and crew, further titles, countries and ids on other sites."""
