# Sourced after python.sh: ours FILE.java ARGUMENT... runs one of bench/ours on $DEVICE, cpu by default, or gpu0 (the first GPU that CUDA sees).
# For a GPU Vireo's PyTorch is the wheel in .cache/gpu-venv, made here, or in the environment that GPU_VENV names.
device="${DEVICE:-cpu}"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
gpu_environment=()
gpu_options=()
if [[ "$device" != cpu ]]; then
  venv="${GPU_VENV:-$root/.cache/gpu-venv}"
  [[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
  "$venv/bin/python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' || "$venv/bin/python" -m pip install --quiet torch==2.7.1
  packages="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')"
  gpu_environment=(PYTORCH_LIBRARY_PATH="$packages/torch/lib" PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128
    LD_LIBRARY_PATH="$packages/nvidia/cuda_nvrtc/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
  gpu_options=(-Djna.library.path="$packages/nvidia/cuda_runtime/lib")
  unset CUDA_VISIBLE_DEVICES
fi

ours() {
  local command
  ours_command command "$@"
  "${command[@]}"
}

# ours_command NAME FILE.java ARGUMENT...: the same command in the array NAME, to be run later.
ours_command() {
  local -n made="$1"
  local file="$2"
  shift 2
  made=(env DJL_OFFLINE=true OPT_OUT_TRACKING=true ${gpu_environment[@]+"${gpu_environment[@]}"}
    "$java" -Xms64m -Xmx512m -XX:+UseSerialGC ${gpu_options[@]+"${gpu_options[@]}"} -Dvireo.device="$device" -cp "$classpath" "$root/bench/ours/$file" "$@")
}
