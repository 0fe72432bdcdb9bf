"""A plugin of pytest that prints the outcome of each test, and why it was skipped, and nothing that differs between two runs.

    PYTHONPATH=tests/programs python3 -m pytest -p no:terminal -p outcomes test_x.py
"""

import sys


def pytest_runtest_logreport(report):
    # A test that fails or is skipped while it is set up has no call.
    if report.when != "call" and report.passed:
        return
    outcome, why = report.outcome, ""
    if hasattr(report, "wasxfail"):
        outcome, why = ("xpassed" if report.passed else "xfailed"), report.wasxfail
    elif report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    elif report.failed:
        print(report.nodeid, report.longreprtext, sep="\n", file=sys.stderr, flush=True)
    print(report.nodeid, report.when, outcome, why, sep=" | ", flush=True)


def pytest_collectreport(report):
    if report.failed:
        print(report.nodeid, report.longreprtext, sep="\n", file=sys.stderr, flush=True)
        print(report.nodeid, "collected", report.outcome, sep=" | ", flush=True)
