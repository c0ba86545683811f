"""Large numbers as other languages write them."""

from __future__ import annotations

import pytest

from hf_emissions.facts.extract import extract_facts
from hf_emissions.facts.foreign_numbers import foreign_number


@pytest.mark.parametrize(
    ("amount", "scale", "value"),
    [
        ("1,3", "milliarden", 1.3e9),
        ("98.000", "millones", 98e9),
        ("98.000", "mil millones", 98e12),
        ("1.2", "万亿", 1.2e12),
        ("70", "億", 7e9),
        ("80", "млрд", 80e9),
        ("36,2", "bilhões", 36.2e9),
        ("500", "miliardi", 500e9),
        ("15", "milyar", 15e9),
        ("3", "apples", None),
    ],
)
def test_amounts_and_scales(amount, scale, value):
    found = foreign_number(amount, scale)
    assert found == (value and pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "parameters", "tokens"),
    [
        ("Das Modell hat 1,3 Milliarden Parameter und wurde auf 48 Milliarden Token trainiert.", 1.3e9, 48e9),
        ("Un modello con 3 miliardi di parametri, addestrato su 500 miliardi di token.", 3e9, 500e9),
        ("Modelo entrenado con 98.000 millones de tokens.", None, 98e9),
        ("O treinamento usou 36,2 bilhões de tokens.", None, 36.2e9),
        ("该模型参数量为130亿\uff0c训练数据共1.2万亿 tokens。", 13e9, 1.2e12),
        ("日本語の約300億トークンを学習しました。", None, 30e9),
        ("Модель обучалась на 80 млрд токенов, 1,5 млрд параметров.", 1.5e9, 80e9),
        ("Der Kontext umfasst 1 Million Token.", None, None),
    ],
)
def test_sizes_in_other_languages(text, parameters, tokens):
    facts = extract_facts(f"{text}\n")
    assert (facts.parameters, facts.tokens) == (
        parameters and pytest.approx(parameters),
        tokens and pytest.approx(tokens),
    )
