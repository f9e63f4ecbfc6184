"""The same six requests on other frameworks, on the same films."""
