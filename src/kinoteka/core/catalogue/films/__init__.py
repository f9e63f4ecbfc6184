"""Films as rows, in the language of their reader."""
