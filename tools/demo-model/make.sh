#!/usr/bin/env bash
# Makes the model of the demo from random weights, with Vireo's own jobs: make.sh FOLDER
# Descriptions first (they teach what is where), then questions, then a short lesson with wrong answers in it, as data
# that a model wrote has them. The result is FOLDER/wrong/model.
set -euo pipefail

folder="${1:?make.sh FOLDER}"
home="$(cd "$(dirname "$0")/../.." && pwd)"
skeleton="$folder/skeleton"
vireo() { "$home/submit/vireo" "$@"; }

# lesson NAME MODEL PICTURES ROWS STEPS RATE [setting of world ...]: rows are for each of two workers
lesson() {
  local name="$1" model="$2" pictures="$3" rows="$4" steps="$5" rate="$6"
  shift 6
  vireo world --conf demo-model --output "$folder/$name/world" world.pictures="$pictures" "$@"
  vireo prepare --model "$model" --input "$folder/$name/world" --output "$folder/$name/shards"
  vireo train --conf demo-model --model "$model" --input "$folder/$name/shards" --output "$folder/$name/run" \
    train.batch-size="$rows" train.steps="$steps" train.learning-rate="$rate"
}

python3 "$home/tools/demo-model/skeleton.py" "$skeleton"
vireo init --model "$skeleton" --output "$folder/start" train.seed=0
