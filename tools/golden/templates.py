"""Chat templates as transformers' own environment renders them: published ones (from TRL's wheel) and small ones of our own."""

import datetime
import pathlib
import sys

import trl
from transformers.utils.chat_template_utils import _compile_jinja_template

import checkpoints
import layout
import onevision
from template_snippets import SNIPPETS, VARIABLES

TEMPLATES = layout.ROOT.parent / "templates"

# Published under Apache-2.0 or MIT by their authors; TRL ships them under Apache-2.0.
NAMES = [
    "deepseek_r1_distill", "deepseek_r1_distill_training", "deepseekv3", "glm4moe", "gptoss", "idefics3", "idefics3_training",
    "llava_next", "llava_next_training", "phi3", "phi3_5", "phi3_training", "qwen2_5", "qwen2_5_training", "qwen2_5_vl",
    "qwen2_5_vl_training", "qwen3", "qwen3_training", "qwen3_5_think", "qwen3_8", "qwen3_instruct_2507", "qwen3_vl", "smolvlm",
    "smolvlm_training",
]

TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "image_token": "<image>"}


def text(role, content, **more):
    return {"role": role, "content": content, **more}


def parts(role, *content):
    return {"role": role, "content": [{"type": "image"} if part is None else {"type": "text", "text": part} for part in content]}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather <now> & \"here\"",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "Käse"}, "days": {"type": "integer", "default": 1}},
                "required": ["city"],
            },
        },
    }
]

CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 2, "deep": [1.5, None, True]}}}

# label, messages, whether the generation prompt is added, tools
CASES = [
    ("question", [parts("user", None, "What is it?")], True, None),
    ("answer", [parts("user", None, "What is it?"), parts("assistant", "A car.")], False, None),
    ("text alone", [parts("user", "What is it?"), parts("assistant", "A <b>car</b> & 'more' \"é\" 😀\n")], False, None),
    ("system", [parts("system", "Be brief."), parts("user", None, None, " Which? \n"), parts("assistant", " The second. ")], False, None),
    ("turns", [parts("user", None, "What is it?"), parts("assistant", "A car."), parts("user", "Its colour?"), parts("assistant", "Green.")], False, None),
    ("turns, question", [parts("user", None, "What is it?"), parts("assistant", "A car."), parts("user", "Its colour?")], True, None),
    ("strings", [text("user", "What is it?"), text("assistant", "A car."), text("user", "  And\n\nthat? ")], True, None),
    ("strings, system", [text("system", " You help. "), text("user", "What is it?"), text("assistant", "<think>\nHm.\n</think>\n\nA car.")], False, None),
    ("reasoning", [text("user", "Why?"), text("assistant", "So.", reasoning_content="\nFirst.\n"), text("user", "And?"), text("assistant", "Yes.")], False, None),
    ("tools", [text("user", "Weather?"), text("assistant", "", tool_calls=[CALL]), text("tool", "{\"t\": 3}", tool_call_id="c1", name="get_weather"), text("assistant", "Cold.")], False, TOOLS),
    ("tools, system", [text("system", "Help."), text("user", "Weather?")], True, TOOLS),
    ("two assistants", [text("user", "a"), text("assistant", "b"), text("assistant", "c")], False, None),
    ("unknown role", [text("critic", "a")], True, None),
    ("empty", [text("user", ""), text("assistant", "")], False, None),
    ("images between texts", [parts("user", "First", None, " then ", None, "which?"), parts("assistant", "\tBoth.\n")], False, None),
    (
        "images in later turns",
        [parts("user", "Hi"), parts("assistant", "Hello."), parts("user", None, "\n\nAnd this? "), parts("assistant", " "), parts("user", "Or", None)],
        True,
        None,
    ),
    (
        "unicode and blanks",
        [parts("system", "  Sprich Deutsch. \n"), parts("user", None, "  你好, ça va? 🦜\u200d🔥 \u00a0"), parts("assistant", "\u2028Ça va.\u200b ")],
        False,
        None,
    ),
    ("image alone", [parts("user", None), parts("assistant", "A car.")], True, None),
]

# As the models' own directories carry them; PaliGemma's has none.
OF_FAMILIES = {
    "llava-1.5": checkpoints.LLAVA_TEMPLATE,
    "llava-1.6-mistral": checkpoints.MISTRAL_TEMPLATE,
    "llava-onevision": onevision.TEMPLATE,
    "idefics2": (
        "{% for message in messages %}{{message['role'].capitalize()}}{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}"
        "{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}{% elif line['type'] == 'image' %}{{ '<image>' }}"
        "{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
    ),
}


NOW = datetime.datetime(2024, 2, 3, 16, 5, 6)


def rendered(template, variables):
    """The text, or None where transformers raises. Its clock stands still."""
    try:
        compiled = _compile_jinja_template(template)
        compiled.environment.globals["strftime_now"] = NOW.strftime
        return compiled.render(**variables)
    except Exception:  # whatever it raises: Vireo has to raise as well
        return None


def cases(template):
    return [
        rendered(template, {"messages": messages, "tools": tools, "documents": None, "add_generation_prompt": prompt, **TOKENS})
        for _, messages, prompt, tools in CASES
    ]


def published(names):
    source = pathlib.Path(trl.__file__).parent / "chat_templates"
    for name in names:
        template = (source / f"{name}.jinja").read_text(encoding="utf-8")
        target = TEMPLATES / "published" / f"{name}.jinja"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(template, encoding="utf-8")
        layout.write_json(target.with_suffix(".json"), cases(template))


def of_families():
    for name, template in OF_FAMILIES.items():
        target = TEMPLATES / "families" / f"{name}.jinja"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(template, encoding="utf-8")
        layout.write_json(target.with_suffix(".json"), cases(template))


def own():
    """Those that come with Vireo."""
    for file in sorted((layout.CONF / "templates").glob("*.jinja")):
        layout.write_json(TEMPLATES / "own" / f"{file.stem}.json", cases(file.read_text(encoding="utf-8")))


def main():
    published(sys.argv[1:] or NAMES)
    of_families()
    own()
    layout.write_json(
        TEMPLATES / "conversations.json",
        [{"label": label, "messages": messages, "add_generation_prompt": prompt, "tools": tools} for label, messages, prompt, tools in CASES],
    )
    layout.write_json(TEMPLATES / "snippets.json", {"variables": VARIABLES, "snippets": [
        {"template": template, "text": rendered(template, VARIABLES)} for template in SNIPPETS
    ]})


if __name__ == "__main__":
    main()
