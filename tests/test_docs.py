"""What the documents print is what happens: every example is run, every command and rule is there.

`make docs` writes docs/rules/, the help texts in docs/cli.md and the README's table of commands anew.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
import yaml
from hub.server import Hub
from in_process import ENVIRONMENT, Result, call

from hf_emissions import check_card, patch_card, read_card, remove_block
from hf_emissions.card.diff import unified_diff
from hf_emissions.cli.main import COMMANDS as SUMMARIES
from hf_emissions.cli.main import cli
from hf_emissions.importers.registry import known_trackers
from hf_emissions.rules.check import RULES
from hf_emissions.rules.rule_docs import index, page

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CLI = ROOT / "docs" / "cli.md"
PAGES = ROOT / "docs" / "rules"
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    ROOT.glob("docs/**/*.md")
)
CARD = "---\nlicense: apache-2.0\nlanguage: no   # Norwegian\n---\n\n# My model\n\nTrained on 4 A100 GPUs for 3 days.\n"
MAIN = [sys.executable, "-c", "from hf_emissions.cli.main import main; main()"]


def blocks(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def commands(group: click.Group = cli) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield name, command


COMMANDS = dict(commands())


def help_of(name: str) -> str:
    return f"```text\n{call([name, '--help'], ROOT).out}```\n"


def pages() -> dict[Path, str]:
    """The pages of the rules, and their index, as they are now."""
    return {PAGES / "README.md": index(RULES)} | {PAGES / f"{rule.id}.md": page(rule) for rule in RULES}


def reference() -> str:
    """docs/cli.md with its help texts as they are now; a new command comes last."""
    text = CLI.read_text(encoding="utf-8")
    for name in COMMANDS:
        if f"\n## hf-emissions {name}\n" not in text:
            text += f"\n## hf-emissions {name}\n\n"
        text = replaced(rf"(## hf-emissions {name}\n\n)(?:```text\n.*?```\n)?", help_of(name), text)
    return text


def readme() -> str:
    """README.md with its table of commands as `--help` lists them."""
    listed = call(["--help"], ROOT).out.partition("Commands:\n")[2].splitlines()
    rows = [f"| [`{name}`](docs/cli.md#hf-emissions-{name}) | {words} |\n" for name, words in map(named, listed)]
    table = f"| command | what it does |\n|---|---|\n{''.join(rows)}"
    return replaced(r"(<!-- commands -->\n).*?(?=<!-- end of commands -->)", table, README.read_text(encoding="utf-8"))


def named(line: str) -> tuple[str, str]:
    name, _, words = line.strip().partition(" ")
    return name, words.strip()


def replaced(pattern: str, new: str, text: str) -> str:
    done, count = re.subn(pattern, lambda found: found[1] + new, text, flags=re.DOTALL)
    assert count == 1, f"there are {count} places for {new[:60]!r}"
    return done


def test_the_reference_is_up_to_date():
    assert CLI.read_text(encoding="utf-8") == reference(), "run: make docs"


def test_the_readme_lists_the_commands():
    assert README.read_text(encoding="utf-8") == readme(), "run: make docs"


def test_every_section_is_of_a_command():
    sections = re.findall(r"^## hf-emissions (.*)$", CLI.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sections == list(COMMANDS)


def test_every_command_has_a_module_and_every_module_with_a_command_is_listed():
    modules = (ROOT / "src" / "hf_emissions" / "cli").glob("*.py")
    found = [path.stem.rstrip("_") for path in modules if re.search(r"^@command\(", path.read_text(), re.MULTILINE)]
    assert sorted(found) == sorted(SUMMARIES)


def test_every_tracker_is_in_the_help_of_import_and_in_its_table():
    trackers = known_trackers().values()
    # Files of inference are recognised only to be refused.
    trackers = [tracker for tracker in trackers if tracker.name != "inference"]
    listed = help_of("import").partition("Trackers: ")[2].partition("\n\n")[0]
    assert listed.replace(",", " ").split() == sorted(tracker.name for tracker in trackers)
    text = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    rows = text.partition("| tracker | what is read |")[2].partition("\n\n")[0].splitlines()[2:]
    titles = {re.sub(r"\[(.*)\]\(.*\)", r"\1", row.split("|")[1].strip()) for row in rows}
    assert titles == {tracker.title for tracker in trackers}


def test_the_pages_of_the_rules_are_up_to_date():
    there = {path: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert there == pages(), "run: make docs"


def test_the_readme_is_short():
    """Its table of commands grows by a row a command; the rest does not."""
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if not line.startswith("|")]) <= 110


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_examples(name):
    command = COMMANDS[name]
    assert command.help
    assert f"hf-emissions {name} " in command.help.partition("Examples:")[2]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("document", [README, ROOT / "docs" / "estimate.md"], ids=lambda path: path.name)
def test_a_session_prints_what_is_shown(tmp_path, document):
    (tmp_path / "README.md").write_text(CARD)
    session = "".join(blocks(document, "console"))
    calls = re.findall(r"^\$ hf-emissions (.*)\n((?:(?!\$ ).*\n)*)", session, flags=re.MULTILINE)
    assert len(calls) == session.count("$ ")
    for arguments, expected in calls:
        entry = " ".join(f"'{part}'" for part in MAIN)
        line = f"{entry} {arguments} 2>&1"
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout == expected
        assert done.returncode == 0


def test_the_examples_of_the_help_run(tmp_path, server):
    # Those of `runs` need a recorded training; the tests of recording have one.
    for name, command in ((name, command) for name, command in COMMANDS.items() if name != "runs"):
        examples = inspect.cleandoc(command.help or "").partition("Examples:\n")[2].replace("\\\n", "")
        assert examples
        for example in examples.strip().splitlines():
            server.create("user/model", CARD)
            run_example(tmp_path / name, example.strip(), server.environment(tmp_path / "home"))


@pytest.fixture
def server() -> Iterator[Hub]:
    with Hub() as hub:
        hub.read_yaml = yaml.safe_load
        yield hub


def run_example(folder: Path, example: str, around: dict[str, str]) -> None:
    (folder / "models" / "one").mkdir(parents=True, exist_ok=True)
    for path in (folder / "README.md", folder / "models" / "one" / "README.md"):
        path.write_text(CARD)
    (folder / "models.txt").write_text("user/model\n")
    shutil.copy(
        ROOT / "tests" / "importers" / "samples" / "codecarbon" / "emissions_3.3.2.csv", folder / "emissions.csv"
    )
    (folder / "plan.jsonl").write_text('{"model": "user/model", "emissions": "12.5 g"}\n')
    done = (
        in_a_shell(folder, example) if set(example) & set("|<>") else call(words_of(example)[1:], folder, more=around)
    )
    assert done.code == (1 if "hf-emissions check" in example else 0), (example, done.err)


def words_of(example: str) -> list[str]:
    """The words that a shell makes of a line in which nothing else is for a shell, but for a comment."""
    return shlex.split(example, comments=True)


def in_a_shell(folder: Path, example: str) -> Result:
    line = example.replace("hf-emissions", shlex.join(MAIN), 1)
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return Result(done.returncode, done.stdout, done.stderr)


def test_the_readme_s_diff_is_what_comes_out():
    (diff,) = blocks(README, "diff")
    block = "".join(line[1:] for line in diff.splitlines(keepends=True)[3:] if line.startswith("+"))
    card = CARD.replace("---\n\n", f"{block}---\n\n")
    record = read_card(card)
    assert unified_diff(CARD, patch_card(CARD, record), "README.md") == diff
    assert remove_block(card) == CARD
    assert check_card(card) == []
    grid = float(re.search(r"grid DEU ([0-9.]+) g/kWh", record.source)[1])
    assert record.emissions_g == pytest.approx(record.energy_kwh * grid, rel=0.01)


def test_the_readme_s_python():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    (session,) = blocks(README, "pycon")
    test = parser.get_doctest(session, {}, "README.md", "README.md", 0)
    assert test.examples
    assert runner.run(test).failed == 0


@pytest.mark.skipif(find_spec("transformers") is None, reason="needs the extra [train]")
def test_the_readme_s_callback():
    from hf_emissions import EmissionsCallback

    (code,) = blocks(README, "python")
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "EmissionsCallback"]
    EmissionsCallback(**{word.arg: ast.literal_eval(word.value) for word in call.keywords})


def recordings(text: str) -> list[str]:
    """Every call of `record_emissions` that a text shows as code, on however many lines."""
    return re.findall(r"\brecord_emissions\(\s*\"[^`]*?\)", text)


@pytest.mark.train
@pytest.mark.skipif(find_spec("codecarbon") is None, reason="needs the extra [train]")
@pytest.mark.parametrize("start", ["with {call}:\n    pass", "{call}(lambda: None)()"], ids=["with", "decorator"])
def test_every_example_of_a_recording_gives_a_card_that_passes(tmp_path, monkeypatch, start):
    import hf_emissions
    from hf_emissions import record_emissions

    texts = {str(path): path.read_text(encoding="utf-8") for path in DOCUMENTS}
    texts["docstring"] = str(record_emissions.__doc__)
    calls = {name: recordings(text) for name, text in texts.items()}
    assert calls["docstring"]
    assert calls[str(README)]
    for call_text in sorted({one for found in calls.values() for one in found}):
        folder = tmp_path / "model"
        folder.mkdir()
        monkeypatch.chdir(folder)
        exec(start.format(call=call_text), {"record_emissions": hf_emissions.record_emissions})
        checked = call(["check", ".", "--fail-on", "warning"], folder)
        assert (checked.code, checked.out) == (0, ""), call_text
        shutil.rmtree(folder)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_make_is_told_to_do_it_can(document):
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)(?=`|\s+#| [A-Z]+=)", text)) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_extras_that_are_named_are_there(document):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for names in re.findall(r"'\.\[([a-z,]+)\]'", document.read_text(encoding="utf-8")):
        assert set(names.split(",")) <= project["optional-dependencies"].keys()


@pytest.mark.parametrize("document", blocks(CLI, "json"))
def test_the_documents_are_json_with_a_schema(document):
    assert json.loads(document)["schema"] == 1


def test_front_matter_in_the_readme_is_yaml():
    (diff,) = blocks(README, "diff")
    lines = [line[1:] for line in diff.splitlines()[3:] if line[:1] in " +"]
    front_matter = "\n".join(lines[1 : lines.index("---", 1)])
    assert isinstance(yaml.safe_load(front_matter)["co2_eq_emissions"]["emissions"], float)


def write_pages() -> None:
    PAGES.mkdir(exist_ok=True)
    wanted = pages()
    for path in set(PAGES.glob("*.md")) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages()
    CLI.write_text(reference(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
