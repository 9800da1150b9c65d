"""What alerting remembers. One module per family of tables; all of its SQL is in this folder.

    tables.py         the tables
    destinations.py   where alerts go, and which topics each follows
    deliveries.py     alerts, what is owed of them, and every attempt

Functions take the caller's connection, so that the caller decides what is one transaction.
"""
