"""What films may be chosen by, and which are like one another."""
