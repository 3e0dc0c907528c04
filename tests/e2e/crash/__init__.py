"""kill -9 at random moments, under load from every door, against the plain reference.

    run.py       one daemon, its senders, and the kills
    ways.py      in which it is killed
    senders.py   who repeat what was not answered
    stories.py   what they send
    judge.py     what must be true after every restart"""
