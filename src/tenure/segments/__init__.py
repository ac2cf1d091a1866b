"""Which customers: rules over what is known of an account, each read as SQL, as Python and as English."""
