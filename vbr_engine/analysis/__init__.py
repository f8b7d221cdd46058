"""What a bank's answers show: every statistic in one object, and what it proposes to change."""
