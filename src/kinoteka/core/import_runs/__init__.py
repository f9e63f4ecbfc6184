"""Imports that operators ask for on the site, each in a process of its own."""
