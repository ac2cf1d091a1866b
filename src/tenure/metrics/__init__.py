"""Every figure has one definition, evaluated as of a date by one engine."""
