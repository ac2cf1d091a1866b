"""How each customer is doing in outcomes and experience, and exactly why."""
