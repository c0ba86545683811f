"""A training by trl.SFTTrainer of a random GPT-2 of words; prints the figure, and the cards that it is on.

Argument: a folder to work in. Uploads to the Hub of HF_ENDPOINT.
"""

import json
import sys
from pathlib import Path

from datasets import Dataset
from recording import tiny  # noqa: F401 - sets the environment up
from recording.helpers import card_text
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

from hf_emissions import EmissionsCallback

folder = Path(sys.argv[1])
words = ["<pad>", "<unk>", "<end>", "the", "wind", "turns", "a", "wheel", "light", "for", "whole", "towns"]
tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokens = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<end>", unk_token="<unk>", model_max_length=16
)
model = GPT2LMHeadModel(GPT2Config(vocab_size=len(words), n_positions=16, n_embd=8, n_layer=1, n_head=1))
callback = EmissionsCallback(country="DEU")
trainer = SFTTrainer(
    model,
    args=SFTConfig(
        str(folder / "out"),
        max_steps=6,
        save_steps=3,
        use_cpu=True,
        bf16=False,
        report_to="none",
        max_length=16,
        push_to_hub=True,
        hub_model_id="user/sft",
        hub_strategy="every_save",
        hub_always_push=True,
    ),
    train_dataset=Dataset.from_dict({"text": ["the wind turns a wheel", "light for whole towns"] * 32}),
    processing_class=tokens,
    callbacks=[callback],
)
trainer.train()
cards = {"after train": card_text(folder / "out")}
trainer.save_model()
cards["after save_model"] = card_text(folder / "out")
trainer.push_to_hub()
cards["after push_to_hub"] = card_text(folder / "out")
print(json.dumps({"grams": callback.record.emissions_g, "type": callback.record.training_type, "cards": cards}))
