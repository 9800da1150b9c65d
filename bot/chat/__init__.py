"""Talking with people on Telegram: commands and buttons.

    application   the process: one event loop in a thread, polling, the token's troubles
      handlers    an update → the command or button it means → a reply
        commands  what each command does            presses   what each button does
          replies the words and keyboards, in the reader's language
        asker     who asks, where, and whether they may change things
        members   the bot was added, blocked, removed; the group moved
    services      what the rest of the program answers for the chat
    wiring        joins it with the application

Importing this package costs nothing; `application` imports the Telegram library, and only where a token is set.
"""
