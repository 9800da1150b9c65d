"""What alerting remembers. One module per family of tables; all of its SQL is in this folder.

    tables.py         the tables; schema.py, all tables of the program
    destinations.py   where alerts go, and which topics each follows
    owing.py          what is to be told, and to whom it is owed
    deliveries.py     what is owed, every attempt, and what came of it

Functions take the caller's connection, so that the caller decides what is one transaction.
"""
