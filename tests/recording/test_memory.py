"""With the callback a Trainer and its model are freed, copied and pickled as they are without it."""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import pickle
import subprocess
import sys
import weakref

import pytest
from recording.helpers import block, card_text, environment

tiny = pytest.importorskip("recording.tiny")

import torch  # noqa: E402 - after the skip

from hf_emissions import EmissionsCallback  # noqa: E402
from hf_emissions.recording.extension import extend  # noqa: E402

# What peft 0.21 still asks of transformers 5.23.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture
def without_collector():
    """Only reference counts free memory."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def adapter():
    peft = pytest.importorskip("peft")
    return peft.get_peft_model(tiny.model(), peft.LoraConfig(r=2, target_modules=["query"], task_type="SEQ_CLS"))


def train(out, *callbacks, model=None, ends="finished"):
    """A Trainer that has trained, and weak references to itself and to its model."""
    after = [] if ends != "failed" else [tiny.At(3, fail)]
    trainer = tiny.trainer(out, *callbacks, *after, train_model=model, max_steps=4, logging_steps=1, save_steps=2)
    if ends == "untrained":
        return trainer
    with contextlib.suppress(ZeroDivisionError):
        trainer.train()
    return trainer


def fail():
    raise ZeroDivisionError


@pytest.mark.parametrize("ends", ["finished", "failed", "untrained"])
@pytest.mark.parametrize("kind", ["whole", "adapter"])
def test_deleting_the_trainer_frees_the_model(out, without_collector, kind, ends):
    freed = {}
    for name, callbacks in (("without", []), ("with", [EmissionsCallback(country="DEU")])):
        model = adapter() if kind == "adapter" else tiny.model()
        trainer = train(out / name, *callbacks, model=model, ends=ends)
        references = weakref.ref(trainer), weakref.ref(model), weakref.ref(next(model.parameters()))
        del trainer, model
        freed[name] = [reference() is None for reference in references]
    assert freed["with"] == freed["without"]
    if ends != "failed":  # the traceback of an exception may hold on to what it passed through
        assert all(freed["with"])


def test_folds_in_one_function_do_not_keep_their_models(out, without_collector):
    alive = []
    for fold in range(3):
        callback = EmissionsCallback(country="DEU")
        trainer = train(out / str(fold), callback)
        trainer.create_model_card()
        alive.append(weakref.ref(trainer.model))
        del trainer
        assert callback.record.emissions_g > 0  # the callback itself is still held
    assert [reference() for reference in alive] == [None] * 3


def test_a_model_that_is_deleted_while_its_trainer_lives_on_in_a_frame_above_is_freed(out, without_collector):
    def go():
        model = tiny.model()
        trainer = train(out, EmissionsCallback(country="DEU"), model=model)
        reference = weakref.ref(model)
        del trainer, model
        return reference() is None

    assert go()


def test_a_copy_of_a_trainer_trains_the_copy(out):
    callback = EmissionsCallback(country="DEU")
    trainer = train(out, callback, ends="untrained")
    copied = copy.deepcopy(trainer)
    before = [weight.clone() for weight in trainer.model.parameters()]
    copied.train()
    assert all(torch.equal(*pair) for pair in zip(before, trainer.model.parameters(), strict=True))
    assert not all(torch.equal(*pair) for pair in zip(before, copied.model.parameters(), strict=True))
    [own] = [held for held in copied.callback_handler.callbacks if isinstance(held, EmissionsCallback)]
    assert own is not callback
    assert callback.record is None
    copied.create_model_card()
    assert block(card_text(out))["emissions"] == own.record.emissions_g


def test_a_shallow_copy_trains_itself(out):
    trainer = train(out, EmissionsCallback(country="DEU"), ends="untrained")
    copied = copy.copy(trainer)
    copied.model = tiny.model(seed=1)
    copied.model_wrapped = copied.model
    before = [weight.clone() for weight in trainer.model.parameters()]
    copied.train()
    assert all(torch.equal(*pair) for pair in zip(before, trainer.model.parameters(), strict=True))


PICKLED = """
import pickle, sys
from recording import tiny
from hf_emissions import EmissionsCallback
from transformers import Trainer

out = sys.argv[1]
pickle.dumps(tiny.trainer(out))
trainer = pickle.loads(pickle.dumps(tiny.trainer(out, EmissionsCallback(country="DEU"))))
assert type(trainer) is Trainer
trainer.train()
trainer.create_model_card()
[callback] = [held for held in trainer.callback_handler.callbacks if isinstance(held, EmissionsCallback)]
print(callback.record.emissions_g)
callback = pickle.loads(pickle.dumps(callback))
print(callback.record.emissions_g)
"""


@pytest.mark.slow
def test_a_trainer_is_pickled_where_it_could_be_without_the_callback(out):
    # In a process of its own: accelerate's state, once something has trained, cannot be pickled.
    done = subprocess.run(
        [sys.executable, "-c", PICKLED, str(out)], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()[-2:]
    assert float(first) == float(second) == block(card_text(out))["emissions"]


WITHOUT_US = """
import sys
sys.modules["hf_emissions"] = None
import torch
model = torch.load(sys.argv[1], weights_only=False)
print(type(model).__mro__[1].__module__.split(".")[0])
"""


@pytest.mark.slow
def test_a_pickled_model_is_loaded_where_this_package_is_not_installed(out, tmp_path):
    trainer = train(out, EmissionsCallback(country="DEU"), model=adapter())
    torch.save(trainer.model, tmp_path / "model.pt")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_US, str(tmp_path / "model.pt")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "peft\n"), done.stderr


# The extension of one object


class Plain:
    """A class with state."""

    def __init__(self):
        self.state = [1]

    def speak(self, loud=False):
        """Say something."""
        return "LOUD" if loud else "plain"


class Shouting:
    def speak(self, *args, **kwargs):
        return super().speak(*args, **kwargs) + "!"


class Twice:
    def speak(self, *args, **kwargs):
        return super().speak(*args, **kwargs) * 2


def extended(*methods):
    thing = Plain()
    for each in methods:
        extend(thing, each)
    return thing


@pytest.mark.parametrize(
    ("methods", "says"), [([Shouting], "plain!"), ([Shouting, Shouting], "plain!"), ([Shouting, Twice], "plain!plain!")]
)
def test_an_extended_object_and_its_copies(methods, says):
    import inspect

    thing = extended(*methods)
    for each in (thing, copy.copy(thing), copy.deepcopy(thing), copy.deepcopy([thing])[0]):
        assert each.speak() == says
        assert isinstance(each, Plain)
        assert type(each).__qualname__ == "Plain"
        assert inspect.signature(each.speak) == inspect.signature(Plain().speak)
    assert copy.copy(thing).state is thing.state
    assert copy.deepcopy(thing).state is not thing.state
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert type(pickle.loads(pickle.dumps(thing, protocol))) is Plain
    assert Plain().speak() == "plain"


def test_an_object_that_refers_to_itself_is_copied():
    thing = extended(Shouting)
    thing.state = [thing, thing]
    copied = copy.deepcopy(thing)
    assert copied.state == [copied, copied]
    assert copied.state[0] is copied


def test_a_class_with_copying_of_its_own_keeps_it():
    class Own(Plain):
        def __deepcopy__(self, memo):
            made = type(self)()
            made.state = "own"
            return made

        def __getstate__(self):
            return {"state": "reduced"}

    thing = Own()
    extend(thing, Shouting)
    assert copy.deepcopy(thing).state == "own"
    assert copy.deepcopy(thing).speak() == "plain!"
    assert copy.copy(thing).state == "reduced"


def test_a_class_of_a_function_goes_with_its_function():
    def make():
        class Local(Plain):
            pass

        thing = Local()
        extend(thing, Shouting)
        return weakref.ref(Local)

    reference = make()
    gc.collect()
    assert reference() is None


def test_modules_of_torch_are_saved_whole():
    layer = torch.nn.Linear(2, 2)

    class Zero:
        def forward(self, given):
            return super().forward(given) * 0

    extend(layer, Zero)
    assert layer(torch.ones(2)).tolist() == copy.deepcopy(layer)(torch.ones(2)).tolist() == [0, 0]
    buffer = io.BytesIO()
    torch.save(layer, buffer)
    buffer.seek(0)
    assert type(torch.load(buffer, weights_only=False)) is torch.nn.Linear
