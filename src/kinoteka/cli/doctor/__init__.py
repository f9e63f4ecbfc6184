"""The doctor: checks the settings and the machine on which the server runs."""
