"""Requests → what a page shows → the page.

desk.py        what every handler needs: the visitor's `Page`, responses, who is an operator
sessions.py    signed cookies, CSRF tokens, limits on attempts
public.py      pages open to everybody
machines.py    health, readiness, metrics, static files, robots
tour.py        the bundled portal
signing_in.py, operators.py, webhooks.py, adding.py: what only operators may
"""
