#!/usr/bin/env bash
# Makes every golden vector anew: tools/golden/make.sh [OUTPUT_DIRECTORY]
# GOLDEN_PYTHON names an interpreter that already holds requirements.txt; otherwise .cache/golden-venv is made.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
python="${GOLDEN_PYTHON:-}"
if [[ -z "$python" ]]; then
  venv="$root/.cache/golden-venv"
  if [[ ! -x "$venv/bin/python" ]]; then
    python3 -m venv "$venv"
  fi
  "$venv/bin/python" -m pip install --quiet --requirement "$here/requirements.txt"
  python="$venv/bin/python"
fi
if [[ $# -gt 0 ]]; then
  mkdir -p "$1"
  GOLDEN_DIR="$(cd "$1" && pwd)"
  export GOLDEN_DIR
fi
export TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES="" OMP_NUM_THREADS=1 PYTHONWARNINGS=ignore
cd "$here"
# In this order: each script reads what those before it wrote.
for script in checkpoints pictures hashes processed rows scores quantized generations dpo_runs losses loop_runs gradients variants combinations parquet templates; do
  if [[ -f "$script.py" ]]; then
    echo "golden: $script"
    "$python" "$script.py"
  fi
done
