"""Full-text search that both engines share: folding, ranking, typo tolerance."""
