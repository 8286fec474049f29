"""A hub whose processes, broker, database and gateway fail all the time, and what came of it.

`python -m bench.chaos --seed 1 --messages 10000 --database postgresql` tells it as a story and
ends with 1 where something was lost, doubled or sent after an opt-out.
"""
