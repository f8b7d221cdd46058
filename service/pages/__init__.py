"""Pages: candidate, recruiter, account, public."""
