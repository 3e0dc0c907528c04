"""Processes that were started here, directly or by a daemon that was."""

import contextlib
import ctypes
import os
import signal

PR_SET_CHILD_SUBREAPER = 36


def children_of(parent, dead=False):
    """Processes that parent has started and that still run; or those that are dead and not yet waited
    for. To be quick it looks only at higher numbers, which a child has until numbers begin anew."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) <= parent:
            continue
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
            state, its_parent = file.read().rpartition(")")[2].split()[:2]
            if int(its_parent) == parent and (state == "Z") == dead:
                found.append(int(name))
    return found


def kill_child_of(parent):
    """Kills one; whether there was one to kill."""
    for pid in children_of(parent):
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                if pid in children_of(parent):  # so the handle is not of another that got its number
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    return True
            finally:
                os.close(handle)
    return False


def adopt_orphans():
    """From now on what a killed daemon leaves running becomes a child of this process."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def orphans(*own):
    """Children of this process that still run, but for those of its own."""
    for pid in children_of(os.getpid(), dead=True):
        if pid not in own:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
    return [pid for pid in children_of(os.getpid()) if pid not in own]
