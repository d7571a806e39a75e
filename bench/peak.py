"""Runs a command and measures its process from outside: peak.py REPORT COMMAND... writes seconds, seconds of all processors (cpu) and peaks of memory in bytes as JSON.

resident is the kernel's VmHWM, pages of mapped files included; anonymous is the largest RssAnon seen at intervals of 20 ms, which leaves those pages out.
"""

import json
import pathlib
import resource
import subprocess
import sys
import time


def status(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return {}
    lines = (line.split() for line in text.splitlines())
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in lines if len(line) == 3 and line[2] == "kB"}


def main():
    start = time.monotonic()
    process = subprocess.Popen(sys.argv[2:])
    report = {"resident": 0, "anonymous": 0}
    while process.poll() is None:
        now = status(process.pid)
        report["resident"] = max(report["resident"], now.get("VmHWM", 0))
        report["anonymous"] = max(report["anonymous"], now.get("RssAnon", 0))
        time.sleep(0.02)
    report["seconds"] = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report["cpu"] = used.ru_utime + used.ru_stime
    pathlib.Path(sys.argv[1]).write_text(json.dumps(report) + "\n", encoding="ascii")
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
