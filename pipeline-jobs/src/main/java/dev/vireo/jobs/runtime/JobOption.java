// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

/** The options that name directories and files, beside those that every job takes. */
public enum JobOption {
    /** A Hugging Face model directory. */
    MODEL("--model", "DIR", "Hugging Face model directory: config.json, safetensors, tokenizer and processor files"),
    /** A PEFT LoRA directory. */
    ADAPTER("--adapter", "DIR", "PEFT LoRA directory"),
    /** Several PEFT LoRA directories. */
    ADAPTERS(
            "--adapter",
            "[NAME=]DIR",
            "PEFT LoRA directory and the name it gets in tables; may be given several times"),
    /** PEFT LoRA directories that become one. */
    AVERAGED("--adapter", "DIR", "PEFT LoRA directory; given once for each adapter"),
    /** Parquet files or directories. */
    PARQUET("--input", "PARQUET", "Parquet files or directories, separated by commas or given several times"),
    /** A directory written by prepare. */
    SHARDS("--input", "SHARDS", "directory written by prepare; several are separated by commas or given several times"),
    /** A directory written by prepare, held out from training. */
    EVAL("--eval", "SHARDS", "held-out rows, a directory written by prepare"),
    /** The directory that the job writes. */
    OUTPUT("--output", "DIR", "directory that the job writes"),
    /** Look only. */
    DRY_RUN(
            "--dry-run",
            "",
            "look at some rows and show what would become of them; writes nothing and needs no --output");

    private final String flag;
    private final String label;
    private final String meaning;

    JobOption(String flag, String label, String meaning) {
        this.flag = flag;
        this.label = label;
        this.meaning = meaning;
    }

    /** As it is written on the command line. */
    public String flag() {
        return flag;
    }

    /** The name of its value in help; empty where it has none. */
    public String label() {
        return label;
    }

    /** One line of help. */
    public String meaning() {
        return meaning;
    }

    /** Whether the option has no value. */
    public boolean isFlag() {
        return this == DRY_RUN;
    }

    /** Whether the option may be given several times. */
    public boolean isList() {
        return this == ADAPTERS || this == AVERAGED || this == PARQUET || this == SHARDS;
    }
}
