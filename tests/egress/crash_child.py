"""The sending that test_crash kills: it asks before each statement, each commit and around HTTP."""

from __future__ import annotations

import sys
from datetime import timedelta

from include import egress
from include.egress import http
from tests.egress.support import Clock, House
from tests.landing import crash

if __name__ == "__main__":
    dsn, teams_url, psa_url = sys.argv[1:4]
    house = House(dsn, teams_url, psa_url)
    house.timeout_s = 10
    crash.ask_before_each_statement()
    asking = crash._asking
    send = http.Http.call
    # once before a request leaves and once more when its answer is there
    http.Http.call = asking(lambda *a, **k: asking(lambda r: r)(send(*a, **k)))  # type: ignore[method-assign]
    clock = Clock()
    egress.send_due(house.night(), clock=clock, sleep=clock.sleep, patience=timedelta(0))
