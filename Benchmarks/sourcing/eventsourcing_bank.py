"""What Python's `eventsourcing` does in a second, with the work of `daybook bench`: prints JSON, a line for each work."""

import json
import sys
import time
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

STREAMS = 800
EVENTS = 20


class Till(Aggregate):
    def __init__(self):
        self.balance = 0

    @event("PaidIn")
    def pay_in(self, amount, reference):
        self.balance += amount


class Bank(Application):
    def found(self, payments):
        till = Till()
        for amount in range(payments):
            till.pay_in(amount + 1, "salary")
        self.save(till)
        return till

    def pay_in(self, till):
        """Loads, decides, saves."""
        till = self.repository.get(till)
        till.pay_in(1, "salary")
        self.save(till)


def rate(seconds, body):
    """How often a second something can be done, one after the other."""
    started = time.perf_counter()
    turns = 0
    while time.perf_counter() < started + seconds:
        body(turns)
        turns += 1
    return turns / (time.perf_counter() - started)


def main(file, seconds):
    bank = Bank(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": file})

    kept = bank.found(0)

    def save(_):
        kept.pay_in(1, "salary")
        bank.save(kept)

    def tell(name, found):
        print(json.dumps({"name": name, "eventsPerSecond": found}), flush=True)

    tell("an event saved, the aggregate in memory", rate(seconds, save))
    tills = [bank.found(EVENTS - 1).id for _ in range(STREAMS)]
    tell(
        "an aggregate of 20 events loaded, an event saved",
        rate(seconds, lambda turn: bank.pay_in(tills[turn % STREAMS])),
    )
    bank.close()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
