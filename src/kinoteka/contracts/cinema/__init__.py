"""The contract of a film catalogue app. See README.md in this folder."""
