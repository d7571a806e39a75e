# Sourced: sets $python to an interpreter with bench/requirements.txt. BENCH_PYTHON names one that already has them; otherwise .cache/bench-venv is made.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
python="${BENCH_PYTHON:-}"
if [[ -z "$python" ]]; then
  venv="$root/.cache/bench-venv"
  [[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --requirement "$root/bench/requirements.txt"
  python="$venv/bin/python"
fi
export TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 PYTHONWARNINGS=ignore CUDA_VISIBLE_DEVICES=""
