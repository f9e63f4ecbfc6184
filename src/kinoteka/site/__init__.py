"""The site: pages for people, over the same core as the contracts."""
