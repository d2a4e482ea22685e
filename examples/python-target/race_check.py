"""Speaks race-check's protocol (docs/exec-protocol.md) for a target in Python. Copy it beside your own; standard library only.

A target is an object with

    contract, id, summary, expectations      what it is, e.g. "seats" and "file/flock"
    open(stores, parameters)                 once: where its data may be, and the scenario's numbers
    reset(initial)                           the initial state, before each trial
    client(number, stores)                   one user with connections of its own: a method for each operation, and close()
    read()                                   the final state, after each trial

An operation is called with its input and a `note(kind, **fields)`. What it returns happened. `NotHappened` certainly did not;
an exception that is a mistake in the code ends the run; any other one may have happened, and its client begins anew.
"""

import json
import sys
import threading
import time
import traceback


MISTAKES = (TypeError, NameError, AttributeError, LookupError, AssertionError)


class NotHappened(Exception):
    """The operation certainly did not happen: rolled back, or never begun."""


def serve(target):
    """Answers one line after the other, until race-check says stop or is gone."""
    session = _Session(target)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(session, request["type"])(request)
        except Exception as error:  # told, so that the run can say why it ended
            traceback.print_exc()
            answer = {"type": "error", "message": f"{type(error).__name__}: {error}"}
        _say(answer)
        if request["type"] == "stop":
            return


def _say(message):
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()


class _Session:
    def __init__(self, target):
        self.target = target
        self.clients = {}
        self.armed = []

    def hello(self, _request):
        target = self.target
        return {
            "type": "hello",
            "protocol": 1,
            "contract": target.contract,
            "id": target.id,
            "summary": target.summary,
            "expectations": target.expectations,
            # A string: not every JSON parser keeps so long a number.
            "monotonicNs": str(time.monotonic_ns()),
        }

    def load(self, request):
        self.target.open(request["stores"], request["parameters"])
        return {"type": "ready"}

    def reset(self, request):
        self.target.reset(request["initial"])
        return {"type": "ready"}

    def arm(self, request):
        """Everything that takes time happens here: connections, threads. Then all wait for the barrier."""
        self.armed = [self._arm(plan) for plan in request["clients"]]
        return {"type": "ready"}

    def go(self, request):
        start_at = int(request["startAtNs"])
        for attempts in self.armed:
            attempts.start(start_at)
        for attempts in self.armed:
            attempts.join()
            if attempts.mistake is not None:
                raise attempts.mistake
            # Told afterwards: writing a line in between would disturb the others.
            for event in attempts.events:
                _say(event)
            if attempts.lost:
                self._close(attempts.number)
        return {"type": "done"}

    def read(self, _request):
        return {"type": "state", "value": self.target.read()}

    def stop(self, _request):
        for number in list(self.clients):
            self._close(number)
        return {"type": "ready"}

    def _arm(self, plan):
        number = plan["client"]
        if plan["fresh"]:
            self._close(number)
        if number not in self.clients:
            self.clients[number] = self.target.client(number, plan["stores"])
        return _Attempts(self.clients[number], plan)

    def _close(self, number):
        client = self.clients.pop(number, None)
        if client is not None:
            client.close()


class _Attempts:
    """What one client does in one trial, in a thread of its own."""

    def __init__(self, client, plan):
        self.number = plan["client"]
        self.events = []
        self.lost = False
        self.mistake = None
        self._client = client
        self._plan = plan
        self._barrier = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def start(self, start_at):
        self._start_at = start_at
        self._barrier.set()

    def join(self):
        self._thread.join()

    def _run(self):
        self._barrier.wait()
        self._sleep_until(self._start_at + self._plan["delayNs"])
        for attempt in self._plan["attempts"]:
            time.sleep(attempt.get("afterMs", 0) / 1000)
            self._attempt(attempt)

    def _attempt(self, attempt):
        self._tell("invoke")
        try:
            value = getattr(self._client, attempt["f"])(attempt["input"], self._note)
            self._tell("ok", value=value)
        except NotHappened as error:
            self._tell("fail", error={"code": "not-happened", "message": str(error)})
        except MISTAKES as error:
            traceback.print_exc()
            self.mistake = error
        except Exception as error:
            self.lost = True
            self._tell("info", error={"code": type(error).__name__, "message": str(error)})

    def _note(self, kind, **fields):
        self._tell("note", kind=kind, fields=fields)

    def _tell(self, event, **fields):
        time_ns = time.monotonic_ns() - self._start_at
        self.events.append({"type": event, "client": self.number, "timeNs": time_ns, **fields})

    @staticmethod
    def _sleep_until(at):
        while True:
            left = at - time.monotonic_ns()
            if left <= 0:
                return
            time.sleep(left / 1e9)
