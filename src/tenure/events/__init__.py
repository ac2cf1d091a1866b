"""From the intake to the lake: what was received becomes events, once each, readable as of any date."""
