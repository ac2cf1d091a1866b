"""Cox's proportional hazards: what makes customers leave sooner, whatever the shape of time."""
