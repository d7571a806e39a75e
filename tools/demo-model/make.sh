#!/usr/bin/env bash
# Makes the model of the demo from random weights, with Vireo's own jobs: make.sh FOLDER
# Descriptions first (they teach what is where), then questions, then a short lesson with wrong answers in it, as data
# that a model wrote has them. The result is FOLDER/wrong/run/model.
set -euo pipefail

folder="${1:?make.sh FOLDER}"
home="$(cd "$(dirname "$0")/../.." && pwd)"
skeleton="$folder/skeleton"
vireo() { "$home/submit/vireo" "$@"; }

# lesson NAME MODEL PICTURES ROWS STEPS RATE [setting ...]: rows are for each of two workers
lesson() {
  local name="$1" model="$2" pictures="$3" rows="$4" steps="$5" rate="$6" world=() train=() setting
  shift 6
  for setting in "$@"; do
    case "$setting" in
      world.*) world+=("$setting") ;;
      *) train+=("$setting") ;;
    esac
  done
  vireo world --conf demo-model --output "$folder/$name/world" world.pictures="$pictures" "${world[@]}"
  vireo prepare --model "$model" --input "$folder/$name/world" --output "$folder/$name/shards"
  vireo train --conf demo-model --model "$model" --input "$folder/$name/shards" --output "$folder/$name/run" \
    train.batch-size="$rows" train.steps="$steps" train.learning-rate="$rate" "${train[@]}"
}

python3 "$home/tools/demo-model/skeleton.py" "$skeleton"
vireo init --model "$skeleton" --output "$folder/start" train.seed=0
lesson descriptions "$folder/start" 16000 16 300 1e-3 world.seed=0 world.questions=description world.hallucinated=0.2
lesson questions "$folder/descriptions/run/model" 16000 8 500 1e-3 world.seed=1 world.judged=0.5
lesson more-questions "$folder/questions/run/model" 16000 16 500 8e-4 world.seed=2 world.judged=0.4
lesson wrong "$folder/more-questions/run/model" 3000 12 80 3e-4 world.seed=3 world.judged=0.4 world.hallucinated=0.7 \
  train.warmup-steps=5
ls -l "$folder/wrong/run/model"
