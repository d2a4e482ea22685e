"""Books the seats of a trip in a JSON file: python3 seats.py naive | lockf | flock

    npx race-check last-seat --exec 'python3 seats.py naive' --exec 'python3 seats.py flock'
"""

import contextlib
import fcntl
import json
import os
import sys

from race_check import serve

STRATEGIES = {
    "naive": ("Reads the file, decides, writes it anew; no lock.", "violated"),
    # POSIX locks belong to the process: a second thread of it is let in as if nobody held the lock.
    "lockf": ("The same under fcntl.lockf, which no two threads of one process keep apart.", "violated"),
    "flock": ("The same under fcntl.flock on a file that each client opens for itself.", "holds"),
}


class Seats:
    contract = "seats"

    def __init__(self, strategy):
        self.summary, expected = STRATEGIES[strategy]
        self.id = f"file/python-{strategy}"
        self.expectations = {"last-seat": expected, "school-bus": expected, "group": expected}
        self.strategy = strategy

    def open(self, stores, parameters):
        folder = stores["file"]["namespace"]
        self.file = os.path.join(folder, "seats.json")
        self.lock = os.path.join(folder, "seats.lock")

    def reset(self, initial):
        seats = {str(trip["id"]): trip["seats"] for trip in initial["trips"]}
        write(self.file, {"seats": seats, "bookings": []}, "reset")
        open(self.lock, "a").close()

    def client(self, number, stores):
        return Client(self, number)

    def read(self):
        state = read(self.file)
        trips = [{"id": int(trip), "seats": seats} for trip, seats in state["seats"].items()]
        return {"trips": trips, "bookings": state["bookings"]}


class Client:
    def __init__(self, target, number):
        self.target = target
        self.number = number
        self.lock = open(target.lock, "a")

    def bookSeat(self, request, note):
        trip, wanted = request["trip"], request["seats"]
        with self.locked():
            state = read(self.target.file)
            left = state["seats"][str(trip)]
            note("read", trip=trip, seats=left)
            if left < wanted:
                return {"result": "no-seat"}
            state["seats"][str(trip)] = left - wanted
            state["bookings"].append(request)
            write(self.target.file, state, self.number)
            note("write", trip=trip, seats=left - wanted)
            return {"result": "booked"}

    def locked(self):
        take = {"flock": fcntl.flock, "lockf": fcntl.lockf}.get(self.target.strategy)
        return contextlib.nullcontext() if take is None else held(take, self.lock)

    def close(self):
        self.lock.close()


@contextlib.contextmanager
def held(take, file):
    take(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        take(file, fcntl.LOCK_UN)


def read(path):
    with open(path) as file:
        return json.load(file)


def write(path, state, who):
    """Under another name, then renamed: nobody reads half a file."""
    partial = f"{path}.{who}"
    with open(partial, "w") as file:
        json.dump(state, file)
    os.replace(partial, path)


serve(Seats(sys.argv[1] if len(sys.argv) > 1 else "naive"))
