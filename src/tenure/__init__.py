"""Tenure: self-hosted customer success software."""

__version__ = "0.1.0"

import os

# Our matrices are small: threads of linear algebra cost more than they save, and starve other processes.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
