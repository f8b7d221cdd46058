"""Everything about a question bank: what it is, reading it, checking it, drawing a form."""
