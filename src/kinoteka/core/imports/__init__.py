"""Import films from the files of data sets into the catalogue."""
