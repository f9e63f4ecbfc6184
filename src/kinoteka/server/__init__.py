"""What the server shows beside the contracts: media, documentation, the site."""
