"""Make samples of what Trainer writes: a training of two steps of a model of random weights.

    python tests/importers/make/run_trainer.py out

In an environment with transformers, accelerate and torch.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

ITEM = {"input_ids": torch.tensor([1, 2, 3]), "attention_mask": torch.tensor([1, 1, 1]), "labels": torch.tensor(0)}


def main(folder: Path) -> None:
    sizes = {
        "vocab_size": 10,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "intermediate_size": 8,
    }
    arguments = TrainingArguments(
        str(folder / "model"), max_steps=2, use_cpu=True, report_to="none", save_strategy="no"
    )
    model = BertForSequenceClassification(BertConfig(**sizes))
    trainer = Trainer(model, arguments, train_dataset=[ITEM] * 8)
    done = trainer.train()
    trainer.save_state()
    trainer.save_metrics("train", done.metrics)
    for name in ("trainer_state.json", "all_results.json"):
        shutil.move(folder / "model" / name, folder / name)
    shutil.rmtree(folder / "model")


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]))
