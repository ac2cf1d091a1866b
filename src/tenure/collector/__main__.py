"""`python -m tenure.collector`."""

from tenure.collector.serve import main

main()
