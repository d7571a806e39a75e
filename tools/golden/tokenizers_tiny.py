"""BPE tokenizers in the layouts of Llama and Mistral (byte fallback) and of Qwen2 (byte level), trained on a few sentences."""

import json

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

TEXT = """
The quick brown fox jumps over the lazy dog near the river bank.
What is in the image? Describe this image in detail. How many dogs are there?
Is there a red circle in the picture? Yes, there is a small red circle at the top left.
No, there is no blue square in the picture. There are two green triangles and one yellow star.
The image shows a cat sitting on a wooden table next to a window with white curtains.
A man is riding a bicycle down the street while a woman in a blue dress is walking her dog.
What colour is the car? The car is parked in front of the house, and it is dark green.
The answer is that there are three people standing at the bus stop, holding umbrellas.
In the background, a mountain can be seen under the clear sky. The photograph was taken in the evening.
User and assistant: USER: ASSISTANT: [INST] [/INST] question, answer; chosen or rejected!
Which of the following statements is correct? The left one, because it describes what is visible.
0 1 2 3 4 5 6 7 8 9 10 11 12 (one) "two" 'three' - four / five & six % seven
""".strip().split("\n")

SPECIAL = ["<unk>", "<s>", "</s>"]
SPACE = "\u2581"
BPE_SIZE = 448
IMAGE_ID = BPE_SIZE
PAD_ID = BPE_SIZE + 1


def _merges(count):
    """Learns merges inside words, as SentencePiece does."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    trainer = trainers.BpeTrainer(vocab_size=count, show_progress=False, special_tokens=[])
    tokenizer.train_from_iterator(TEXT, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    alphabet = sorted(token for token in model["vocab"] if len(token) == 1)
    return alphabet, [tuple(merge) for merge in model["merges"]]


def _model(special=SPECIAL):
    alphabet, learned = _merges(2 * BPE_SIZE)
    merges = [(SPACE, SPACE), (SPACE * 2, SPACE * 2)] + learned
    vocabulary = special + [f"<0x{byte:02X}>" for byte in range(256)]
    room = BPE_SIZE - len(vocabulary) - len(alphabet)
    kept = []
    for left, right in merges:
        if left + right in vocabulary or len(kept) == room:
            continue
        kept.append([left, right])
    tokens = vocabulary + [left + right for left, right in kept] + alphabet
    assert len(tokens) == len(set(tokens)) == BPE_SIZE, (len(tokens), len(set(tokens)))
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": "<unk>",
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": True,
        "byte_fallback": True,
        "ignore_merges": False,
        "vocab": {token: index for index, token in enumerate(tokens)},
        "merges": kept,
    }


def _added(identifier, content):
    return {
        "id": identifier,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def tokenizer_json(style):
    """`llama`: spaces replaced by a normalizer that also prepends one. `mistral`: a Metaspace that prepends only at the start."""
    prepend = {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": SPACE},
            {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
        ],
    }
    metaspace = {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "first", "split": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(index, token) for index, token in enumerate(SPECIAL)]
        + [_added(IMAGE_ID, "<image>"), _added(PAD_ID, "<pad>")],
        "normalizer": prepend if style == "llama" else None,
        "pre_tokenizer": None if style == "llama" else metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "<s>", "type_id": 1}},
                {"Sequence": {"id": "B", "type_id": 1}},
            ],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": _model(),
    }


GEMMA_SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>"]


def gemma_tokenizer_json():
    """Gemma's layout: spaces replaced, nothing prepended, words split from the blank before them."""
    layout = tokenizer_json("llama")
    template = json.dumps(layout["post_processor"]).replace("<s>", "<bos>").replace("[1]", "[2]")
    return {
        **layout,
        "added_tokens": [_added(index, token) for index, token in enumerate(GEMMA_SPECIAL)] + [_added(IMAGE_ID, "<image>")],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"String": " "},
            "behavior": "MergedWithPrevious",
            "invert": False,
        },
        "post_processor": json.loads(template),
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
            ],
        },
        "model": _model(GEMMA_SPECIAL),
    }


QWEN_SIZE = 320
QWEN_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"]
QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def qwen_tokenizer_json():
    """Qwen2's layout: NFC, its split, byte-level BPE without an unknown token, nothing added before or after."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": QWEN_PATTERN}, "behavior": "Isolated", "invert": False}
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=QWEN_SIZE, show_progress=False, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXT, trainer)
    learned = json.loads(tokenizer.to_str())["model"]
    assert len(learned["vocab"]) == QWEN_SIZE
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(QWEN_SIZE + index, token) for index, token in enumerate(QWEN_SPECIAL)],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, level]},
        "post_processor": level,
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": learned["vocab"],
            "merges": learned["merges"],
        },
    }
