"""The command `kinoteka`: a module for each command."""
