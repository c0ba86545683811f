"""A training that takes a second: a small random BERT on random tokens, a few milliseconds a step."""

from __future__ import annotations

import gc
import os
import time

os.environ |= {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

torch.set_num_threads(1)
# Every training collects garbage first; what was imported is none, and takes a quarter of a second to look through.
gc.freeze()


class Examples(torch.utils.data.Dataset):
    """Sixty-four examples of random tokens, the same each time; `pause_s` is what it takes to get one."""

    def __init__(self, pause_s: float = 0.001) -> None:
        self.pause_s = pause_s

    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> dict:
        time.sleep(self.pause_s)
        generator = torch.Generator().manual_seed(index)
        return {"input_ids": torch.randint(0, 16, (8,), generator=generator), "labels": index % 2}


def model(seed: int = 0) -> BertForSequenceClassification:
    """The same random weights for the same seed."""
    torch.manual_seed(seed)
    return BertForSequenceClassification(
        BertConfig(vocab_size=16, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
    )


def arguments(output_dir, **settings) -> TrainingArguments:
    """For twelve steps of eight examples, a log every fourth and a checkpoint every sixth, in all 0.2 seconds."""
    default = {
        "max_steps": 12,
        "logging_steps": 4,
        "save_steps": 6,
        "use_cpu": True,
        "disable_tqdm": True,
        "report_to": "none",
        "dataloader_pin_memory": False,
    }
    return TrainingArguments(str(output_dir), **{**default, **settings})


def trainer(output_dir, *callbacks, kind=Trainer, pause_s=0.001, train_model=None, **settings) -> Trainer:
    """A Trainer of the tiny model with these callbacks."""
    return kind(
        train_model or model(),
        arguments(output_dir, **settings),
        train_dataset=Examples(pause_s),
        eval_dataset=torch.utils.data.Subset(Examples(0.0), range(8)),
        callbacks=list(callbacks),
    )


class At(TrainerCallback):
    """Does something after a step."""

    def __init__(self, step, action) -> None:
        self.step, self.action = step, action

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == self.step:
            self.action()
