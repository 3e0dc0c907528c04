"""Views of a shop, each by a visitor of its own and with an id, and what became of them: at any time
the daemon's numbers must say that those that were answered count once."""

import http.client
import os
import select

from footfall import Client, Failure, Wire, post_bytes, until

PAGE = "https://shop.example"
SOON = 8  # seconds in which a fault that is over is forgotten


def view(name):
    return {"type": "page_view", "visitor": name, "id": name}


class Shop:
    def __init__(self, daemon, site=None):
        self.daemon, self.taken, self.refused, self.number = daemon, [], [], 0

    def fresh(self, n=1):
        """So many names that no view had before."""
        self.number += n
        return [f"v{i}" for i in range(self.number - n, self.number)]

    def offer(self, n=1, path="/v1/events"):
        """Some new views in one request; notes and gives the answer."""
        names = self.fresh(n)
        client = self.daemon.office if path == "/v1/import" else self.daemon.events
        headers = {} if path == "/v1/import" else {"Origin": PAGE}
        answer = client.post(path, [view(name) for name in names], **headers)
        (self.taken if answer.status == 204 else self.refused).extend(names)
        return answer

    def sell(self, n, a_time=10):
        """n new views, all of which must be taken."""
        for first in range(0, n, a_time):
            answer = self.offer(min(a_time, n - first))
            if answer.status != 204:
                raise Failure(f"not taken: {answer!r}\n{self.daemon.log}")

    def settle(self):
        """Repeats what was refused until it is taken: soon, and without a restart."""
        def again():
            answer = self.daemon.events.post("/v1/events", [view(name) for name in self.refused])
            return answer.status == 204
        if self.refused:
            until(again, f"the end of refusals after\n{self.daemon.log}", SOON)
        self.taken += self.refused
        self.refused = []

    def check(self, note=""):
        """Every view that was taken counts once; those that were refused once or not at all."""
        traffic = self.daemon.stats(window="24h")["traffic"]
        views = traffic["pageviews"]
        least, most = len(self.taken), len(self.taken) + len(self.refused)
        if not least <= views <= most or not views == traffic["sessions"] == traffic["new_visitors"]:
            raise Failure(f"{note}: {least} to {most} views, each of another visitor, gave {traffic}\n"
                          f"{self.daemon.log}")

    def check_for_good(self):
        """Now, and again out of the journal."""
        self.settle()
        self.check("before a restart")
        self.daemon.restart()
        self.check("after kill -9")
        self.sell(1)
        self.daemon.stop()
        self.daemon.start()
        self.check("after a stop")


class Waiting:
    """New views that are sent at the same time, a connection each, and whose answers are not read yet."""

    def __init__(self, shop, names):
        self.shop, self.names = shop, names
        self.wires = [Wire(shop.daemon.http) for _ in names]
        for wire, name in zip(self.wires, names):
            wire.send(post_bytes(view(name)))

    def answered(self):
        """How many have got an answer by now."""
        return len(select.select([wire.socket for wire in self.wires], [], [], 0)[0])

    def read(self):
        """All answers: 204, or 503 for which the view can be repeated. None: the connection was closed."""
        statuses = []
        for wire, name in zip(self.wires, self.names):
            statuses.append(self.status(wire))
            (self.shop.taken if statuses[-1] == 204 else self.shop.refused).append(name)
            wire.close()
        return statuses

    def status(self, wire):
        try:
            answer = wire.read()
        except (OSError, http.client.HTTPException):
            return None
        return answer and answer.status


def datagrams_read(daemon):
    """Waits until the daemon has taken all datagrams out of its socket."""
    until(lambda: queued(daemon.udp, "udp") == 0, "the daemon's reading of datagrams")
    daemon.events.get("/healthz")  # the turn of the loop in which it read them is over


def queued(address, protocol="tcp"):
    """Bytes that have come to an address and are not read yet."""
    port = f"{int(address.rpartition(':')[2]):04X}"
    with open(f"/proc/net/{protocol}") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return sum(int(row[4].split(":")[1], 16) for row in rows if row[1].endswith(":" + port))


def files(daemon, beginning):
    """Paths of the store's files whose names begin so, in their order."""
    folder = os.path.join(daemon.directory, "store")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.startswith(beginning)]


def segments(daemon):
    return files(daemon, "journal-")


def flip(path, at):
    """Turns one bit of the byte at (from the end, where it is negative)."""
    with open(path, "r+b") as file:
        file.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x10]))
