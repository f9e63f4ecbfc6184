"""The doctor: what is wrong with the settings and with the place where the server runs."""
