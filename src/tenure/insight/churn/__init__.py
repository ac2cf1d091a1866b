"""A churn model of any table of customers: its columns, two learners, their blend, judged out of fold."""
