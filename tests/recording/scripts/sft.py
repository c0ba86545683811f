"""A training by trl.SFTTrainer of a random GPT-2 of words; prints the figure, and the cards that it is on.

Arguments: a folder to work in, and `adapter` for LoRA, which uploads nothing. Uploads to the Hub of HF_ENDPOINT.
"""

import json
import sys
from pathlib import Path

from datasets import Dataset
from peft import LoraConfig
from recording import tiny  # noqa: F401 - sets the environment up
from recording.helpers import card_text
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

from hf_emissions import EmissionsCallback

folder, adapter = Path(sys.argv[1]), "adapter" in sys.argv
pushed = {"push_to_hub": True, "hub_model_id": "user/sft", "hub_strategy": "every_save", "hub_always_push": True}
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
        **({} if adapter else pushed),
    ),
    peft_config=LoraConfig(r=2, target_modules=["c_attn"], task_type="CAUSAL_LM") if adapter else None,
    train_dataset=Dataset.from_dict({"text": ["the wind turns a wheel", "light for whole towns"] * 32}),
    processing_class=tokens,
    callbacks=[callback],
)
trainer.train()
cards = {"after train": card_text(folder / "out")}
trainer.save_model()
cards["after save_model"] = card_text(folder / "out")
said = {"grams": callback.record.emissions_g, "type": callback.record.training_type, "cards": cards}
if adapter:
    said["checkpoint"] = card_text(folder / "out" / "checkpoint-3")
    trainer.save_model(str(folder / "final"))
    cards["saved elsewhere"] = card_text(folder / "final")
    trainer.model.merge_and_unload().save_pretrained(str(folder / "merged"))
    cards["merged"] = card_text(folder / "merged")
else:
    trainer.push_to_hub()
    cards["after push_to_hub"] = card_text(folder / "out")
print(json.dumps(said))
