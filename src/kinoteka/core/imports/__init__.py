"""The import: files of real data sets become films of the catalogue."""
