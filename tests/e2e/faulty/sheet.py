"""The sheet of faults.h, and the daemon that obeys it."""

import mmap
import os
import struct
from contextlib import contextmanager

from footfall import FOOTFALLD, Daemon, until

OPERATIONS = ("open", "create", "close", "size", "read", "write", "truncate", "sync", "sync_dir",
              "rename", "unlink", "mkdir", "list", "lock", "modified", "date")
FIELDS = ("times", "skip", "error", "room", "part", "hold", "waiting", "calls", "faulted")
ROW = 64
NAME = struct.Struct("28s")
NUMBER = struct.Struct("=i")
FOREVER = -1


class Sheet:
    def __init__(self, path):
        with open(path, "w+b") as file:
            file.truncate(ROW * len(OPERATIONS))
            self.map = mmap.mmap(file.fileno(), 0)

    def place(self, operation, field):
        return ROW * OPERATIONS.index(operation) + NUMBER.size * FIELDS.index(field)

    def get(self, operation, field):
        return NUMBER.unpack_from(self.map, self.place(operation, field))[0]

    def put(self, operation, **fields):
        for field, value in fields.items():
            NUMBER.pack_into(self.map, self.place(operation, field), value)

    def set(self, operation, error=0, times=FOREVER, name="", **fields):
        """Makes an operation fail from now on."""
        self.clear(operation)
        NAME.pack_into(self.map, self.place(operation, FIELDS[-1]) + NUMBER.size, name.encode())
        self.put(operation, error=error, **fields)
        self.put(operation, times=times)

    def clear(self, *operations):
        """Makes some operations sound again; without names, all. What was counted stays."""
        for operation in operations or OPERATIONS:
            self.put(operation, times=0, skip=0, error=0, room=0, part=0, hold=0)
            NAME.pack_into(self.map, self.place(operation, FIELDS[-1]) + NUMBER.size, b"")

    @contextmanager
    def fault(self, *operations, **how):
        """While the block runs."""
        for operation in operations:
            self.set(operation, **how)
        try:
            yield
        finally:
            self.clear(*operations)

    @contextmanager
    def held(self, operation, name=""):
        """Calls wait until the block is over."""
        self.set(operation, times=0, name=name, hold=1)
        try:
            yield
        finally:
            self.put(operation, hold=0)

    def wait_for(self, operation, field, least=1):
        until(lambda: self.get(operation, field) >= least, f"{least} {operation} calls {field}")


class FaultyDaemon(Daemon):
    """footfalld on file operations that `faults` makes fail."""

    binary = os.path.join(os.path.dirname(FOOTFALLD), "e2e", "footfalld_faulty")

    def __init__(self, *given, **launch):
        super().__init__(*given, **launch)
        path = os.path.join(self.directory, "faults")
        self.faults = Sheet(path)
        self.launch["env"] = {**os.environ, "FOOTFALL_FAULTS": path}

    def close(self):
        self.faults.clear()
        super().close()
        self.faults.map.close()
