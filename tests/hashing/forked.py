"""What a forked child makes of something."""

import os
import signal


def exit_code_of_child(check, seconds=20):
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)  # A child that hangs must fail, not stay.
        os._exit(0 if check() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
