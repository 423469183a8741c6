"""How fast is a twin rendered? The small twin of CAS(ME)^2 from nothing, imports and compilation included.

Run with ``make bench``. Wall-clock time counts on an idle machine only; processor time is printed beside it. Memory is
the largest sum over all processes of the run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAME = "casme-sq-twin-small"
SECONDS, GIBIBYTES = 90, 1.5
WORKERS = 2


def resident(session: int) -> int:
    """Bytes that the processes of a session hold in memory (Linux)."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue  # it has ended
    return total


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # A folder of its own for compiled code, so that nothing is found ready.
        environment = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/compiled"}
        command = [sys.executable, "-m", "mebench", "dataset", "twin", NAME, "--out", f"{folder}/twin"]
        begin = time.perf_counter()
        run = subprocess.Popen(
            [*command, "--workers", str(WORKERS)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        peak = 0
        while run.poll() is None:
            peak = max(peak, resident(run.pid))
            time.sleep(0.2)
        wall = time.perf_counter() - begin
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        frames = sum(1 for _ in Path(folder).rglob("*.jpg"))
    if run.returncode:
        raise SystemExit(f"{NAME} was not rendered (exit code {run.returncode})")
    processor = used.ru_utime + used.ru_stime
    print(f"{NAME}: {frames} frames with {WORKERS} processes")
    print(f"  wall-clock        {wall:6.1f} s   bound {SECONDS} s")
    print(
        f"  processor         {processor:6.1f} s   {frames / processor:.0f} frames a second a core, everything included"
    )
    print(f"  memory            {peak / 2**30:6.2f} GiB bound {GIBIBYTES} GiB")


if __name__ == "__main__":
    main()
