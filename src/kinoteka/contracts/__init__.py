"""The five HTTP contracts, a package each; none imports another."""
