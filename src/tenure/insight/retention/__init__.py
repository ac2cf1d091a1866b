"""How long customers under contract stay: cohorts that renew or leave, and models of what comes after."""
