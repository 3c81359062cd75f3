"""What is wrong with an application, as far as it can be seen without running it: `application_check.py`."""
