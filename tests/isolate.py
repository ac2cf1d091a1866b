"""Loaded before anything of Tenure (`-p tests.isolate`): every test process has a data folder of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="tenure-test-")
os.environ["TENURE_HOME"] = HOME
os.environ["TENURE_SECRET"] = "a-secret-for-tests-only"
os.environ["DJANGO_SETTINGS_MODULE"] = "tenure.settings"
os.environ["TENURE_EMAIL_BACKEND"] = "django.core.mail.backends.locmem.EmailBackend"
os.environ["COLUMNS"] = "200"  # tables that commands print are as wide wherever the tests run
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
