"""Fetch, configure and drive everything the addons of this repository need.

Only the standard library is used here: this package must run before anything has been
installed. Each module looks after one thing (the Odoo source, PostgreSQL, the Python
environment, the browser, the demo, the tests, the linters); ``cli`` ties them together.
"""
