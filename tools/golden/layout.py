"""Where the golden files lie and how they are written."""

import json
import logging
import os
import pathlib
import random
import sys

import numpy
import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(
    os.environ.get(
        "GOLDEN_DIR",
        pathlib.Path(__file__).resolve().parents[2] / "model-core/src/test/resources/golden",
    )
)
IMAGES = ROOT / "images"
CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of a kernel that nothing here calls


def seed(value):
    """Seeds every generator in use, and keeps sums in one order by one thread."""
    random.seed(value)
    numpy.random.seed(value)
    torch.manual_seed(value)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)


def wanted(names):
    """The checkpoints that the command line names, or all of them."""
    return sys.argv[1:] or names


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write_tensors(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    held = {name: torch.as_tensor(value).detach().cpu().contiguous().clone() for name, value in tensors.items()}
    save_file(held, str(path))
    path.chmod(0o644)
