"""Files fetched by the clock: from a folder that the operator allows, or from an HTTPS address."""
