"""Look up films at TMDB or Wikidata, to fill in the form of a new film."""
