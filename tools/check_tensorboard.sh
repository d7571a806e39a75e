#!/usr/bin/env bash
# Reads TensorBoard event files with TensorBoard itself: tools/check_tensorboard.sh EVENTS_DIR [TAG...]
# Prints each scalar tag with its number of points, first and last value; fails when there is none, or when a TAG given is absent.
# TENSORBOARD_PYTHON names an interpreter that has tensorboard; otherwise .cache/tensorboard-venv is made.
set -euo pipefail
if [[ $# -lt 1 ]]; then
  echo "usage: $0 EVENTS_DIR [TAG...]" >&2
  exit 2
fi
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
python="${TENSORBOARD_PYTHON:-}"
if [[ -z "$python" ]]; then
  venv="$root/.cache/tensorboard-venv"
  python="$venv/bin/python"
  if ! "$python" -c "import tensorboard" 2>/dev/null; then
    python3 -m venv "$venv"
    "$python" -m pip install --quiet tensorboard==2.21.0
  fi
fi
exec "$python" - "$@" <<'PYTHON'
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

found = {}
for folder, _, files in os.walk(sys.argv[1]):
    if not any("tfevents" in name for name in files):
        continue
    run = os.path.relpath(folder, sys.argv[1])
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0}).Reload()
    for tag in events.Tags()["scalars"]:
        found[(run, tag)] = [(event.step, event.value) for event in events.Scalars(tag)]
    for tag in events.Tags()["tensors"]:
        held = events.Tensors(tag)
        values = [(event.step, event.tensor_proto.float_val[0]) for event in held if event.tensor_proto.float_val]
        if values:
            found[(run, tag)] = values
for (run, tag), points in sorted(found.items()):
    (first, start), (last, end) = points[0], points[-1]
    print(f"{run} {tag}: {len(points)} points, step {first} {start:g} to step {last} {end:g}")
if not found:
    sys.exit(f"check_tensorboard: no scalars in {sys.argv[1]}")
missing = [tag for tag in sys.argv[2:] if tag not in {name for _, name in found}]
if missing:
    sys.exit(f"check_tensorboard: missing tags {missing}")
PYTHON
