"""What all pages share: rendering, languages, notices, error pages."""
