"""Models as transformers loads them, with what it finds amiss."""

import logging

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor
from transformers.utils import logging as transformers_logging


class Warnings(logging.Handler):
    """Keeps what transformers warns about."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def load(directory):
    """The model in float32 and its processor, the weights that are missing, unexpected or misshapen, and every warning."""
    heard = Warnings()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_warning()
    logger = logging.getLogger("transformers")
    logger.addHandler(heard)
    try:
        model, report = AutoModelForImageTextToText.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
        )
        processor = AutoProcessor.from_pretrained(directory)
    finally:
        logger.removeHandler(heard)
    kinds = ("missing_keys", "unexpected_keys", "mismatched_keys")
    amiss = [f"{kind}: {name}" for kind in kinds for name in sorted(map(str, report.get(kind) or ()))]
    return model.eval(), processor, amiss, heard.messages
