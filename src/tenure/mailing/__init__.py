"""Pages sent by e-mail on a schedule: who gets which page when, and what became of each mail."""
