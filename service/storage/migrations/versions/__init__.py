"""One module for each release that changed the tables, in order; none is ever edited."""
