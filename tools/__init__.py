"""What is run by hand: it makes files that are kept, or judges pages."""
