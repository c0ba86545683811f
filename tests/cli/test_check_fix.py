"""`hf-emissions check --fix`: what is mended, what is asked, and what stays as it is."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time

import pytest

WHOLE = (
    "---\nlicense: mit   # keep\nco2_eq_emissions:\n  emissions: {}\n  source: CodeCarbon\n"
    "  training_type: fine-tuning\n  geographical_location: Paris, France\n  hardware_used: 8 x A100\n---\n{}"
)
QUOTED, PLAIN = WHOLE.format('"250"', "# A model\n"), WHOLE.format("250", "# A model\n")
BODY = "# A model\n\n- **Carbon Emitted:** 0.25 kg\n"
KILOGRAMS, GRAMS = WHOLE.format("0.25", BODY), WHOLE.format("250", BODY)
BOTH = WHOLE.format('"0.25"', BODY)
DIFF = """\
--- a/README.md
+++ b/README.md
@@ -1,7 +1,7 @@
 ---
 license: mit   # keep
 co2_eq_emissions:
-  emissions: "250"
+  emissions: 250
   source: CodeCarbon
   training_type: fine-tuning
   geographical_location: Paris, France
"""


def test_a_safe_fix(run, write):
    path = write("README.md", QUOTED)
    assert "\n  --fix: write the number 250\n" in run("check", "README.md", code=1).out
    assert path.read_text() == QUOTED
    result = run("check", "README.md", "--fix")
    assert result.out == ""
    assert result.err == (
        "README.md:4:14: fixed: write the number 250 [number-as-text]\n1 card checked: nothing to report\n"
    )
    assert path.read_text() == PLAIN
    assert run("check", "README.md", "--fix").err == "1 card checked: nothing to report\n"


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_every_other_byte_stays(run, write, line_end):
    before = "\ufeff" + QUOTED.replace("\n", line_end)
    path = write("README.md", before)
    run("check", "README.md", "--fix")
    assert path.read_bytes().decode() == before.replace('"250"', "250")


def test_what_is_left_is_reported(run, write):
    path = write("README.md", QUOTED.replace("  source: CodeCarbon\n", ""))
    result = run("check", "README.md", "--fix", code=1)
    assert result.out.startswith("README.md:3:1: warning: the block has no source")
    assert path.read_text() == PLAIN.replace("  source: CodeCarbon\n", "")


def test_an_unsafe_fix_is_not_made_unasked(run, write):
    path = write("README.md", KILOGRAMS)
    result = run("check", "README.md", "--fix", code=1)
    assert "[kilograms-as-grams]\n  --fix --unsafe-fixes: " in result.out
    assert result.err.endswith("; 1 fixable with --fix --unsafe-fixes\n")
    assert path.read_text() == KILOGRAMS


def test_an_unsafe_fix_with_yes(run, write):
    path = write("README.md", KILOGRAMS)
    result = run("check", "README.md", "--fix", "--unsafe-fixes", "--yes")
    assert "[kilograms-as-grams]\n1 card checked: nothing to report\n" in result.err
    assert path.read_text() == GRAMS


def test_a_fix_that_uncovers_another(run, write):
    path = write("README.md", BOTH)
    run("check", "README.md", "--fix", "--unsafe-fixes", "--yes")
    assert path.read_text() == GRAMS


def test_a_finding_that_is_left_out_is_not_mended(run, write):
    for arguments in (["--ignore", "number-as-text"], ["--select", "missing-source"]):
        path = write("README.md", QUOTED)
        run("check", "README.md", "--fix", *arguments)
        assert path.read_text() == QUOTED
    commented = QUOTED + "<!-- hf-emissions: ignore number-as-text -->\n"
    path = write("README.md", commented)
    run("check", "README.md", "--fix")
    assert path.read_text() == commented


class TestADryRun:
    def test_prints_the_diff_and_writes_nothing(self, run, write, tmp_path):
        path = write("README.md", QUOTED)
        result = run("check", "README.md", "--fix", "--dry-run", code=1)
        assert result.out == DIFF
        assert result.err.startswith("README.md:4:14: would be fixed: write the number 250 [number-as-text]\n")
        assert path.read_text() == QUOTED
        subprocess.run(["git", "apply"], input=result.out.encode(), cwd=tmp_path, check=True)
        assert path.read_text() == PLAIN

    def test_shows_unsafe_fixes_without_asking(self, run, write):
        path = write("README.md", KILOGRAMS)
        result = run("check", "README.md", "--fix", "--unsafe-fixes", "--dry-run", code=1)
        assert "\n-  emissions: 0.25\n+  emissions: 250\n" in result.out
        assert path.read_text() == KILOGRAMS

    def test_of_a_clean_card(self, run, write):
        write("README.md", PLAIN)
        assert run("check", "README.md", "--fix", "--dry-run").out == ""

    def test_in_the_document(self, run, write):
        write("README.md", QUOTED)
        result = run("check", "README.md", "--fix", "--dry-run", "--format", "json", code=1)
        (card,) = json.loads(result.out)["cards"]
        assert card["diff"] == DIFF
        assert [finding["rule"] for finding in card["findings"]] == ["number-as-text"]
        assert card["fixed"] == [
            {"line": 4, "column": 14, "rule": "number-as-text", "safe": True, "words": "write the number 250"}
        ]
        assert run("check", ".", "--fix", "--dry-run", "--format", "quiet", code=1).out == "README.md\n"


class TestStandardInput:
    def test_the_mended_card_is_printed(self, run):
        result = run("check", "-", "--fix", stdin=QUOTED)
        assert result.out == PLAIN
        assert run("check", "-", "--fix", "--format", "quiet", stdin=QUOTED).out == PLAIN

    def test_findings_go_to_standard_error(self, run):
        result = run("check", "-", "--fix", stdin=KILOGRAMS, code=1)
        assert result.out == KILOGRAMS
        assert result.err.startswith("<stdin>:4:14: error: ")

    def test_json_holds_both(self, run):
        result = run("check", "-", "--fix", "--format", "json", stdin=QUOTED)
        (card,) = json.loads(result.out)["cards"]
        assert card["text"] == PLAIN
        assert card["findings"] == []
        assert len(card["fixed"]) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes says how to fix; give --fix too"),
        (["--dry-run"], "--dry-run says how to fix; give --fix too"),
        (["--yes"], "--yes answers what --unsafe-fixes asks; give --fix --unsafe-fixes too"),
        (["--fix", "--yes"], "--yes answers what --unsafe-fixes asks; give --fix --unsafe-fixes too"),
        (["--fix", "--unsafe-fixes"], "--unsafe-fixes asks before it writes, and there is nobody to ask; "),
        (["--fix", "--dry-run", "--format", "sarif"], "--format sarif has no place for the diff of --dry-run; "),
        (["--fix", "-", "--format", "github"], "--format github has no place for the fixed card of --fix -; "),
    ],
)
def test_options_that_contradict_each_other(run, write, arguments, expected):
    path = write("README.md", KILOGRAMS)
    result = run("check", "README.md", *arguments, code=2)
    assert result.out == ""
    assert result.err.startswith(f"Error: {expected}")
    assert path.read_text() == KILOGRAMS


class TestAsking:
    def answer(self, entry, environment, folder, answer):
        """The command on a terminal of its own; its exit code and all that it showed."""
        terminal, inner = pty.openpty()
        arguments = [*entry, "check", "README.md", "--fix", "--unsafe-fixes"]
        process = subprocess.Popen(
            arguments, stdin=inner, stdout=inner, stderr=inner, cwd=folder, env={**environment, "NO_COLOR": "1"}
        )
        os.close(inner)
        shown = b""
        deadline = time.monotonic() + 60
        while b"[y/N]: " not in shown and time.monotonic() < deadline:
            shown += os.read(terminal, 4096)
        os.write(terminal, answer)
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the other side has been closed
                break
            if not part:
                break
            shown += part
        os.close(terminal)
        return process.wait(60), shown.decode().replace("\r\n", "\n")

    def test_yes(self, entry, environment, write, tmp_path):
        path = write("README.md", BOTH)
        code, shown = self.answer(entry, environment, tmp_path, b"y\n")
        assert code == 0
        assert "-  emissions: 0.25\x1b" in shown or "-  emissions: 0.25\n" in shown
        assert "Make this change in README.md? [y/N]: " in shown
        assert path.read_text() == GRAMS

    def test_no_leaves_the_safe_ones(self, entry, environment, write, tmp_path):
        path = write("README.md", BOTH)
        code, _ = self.answer(entry, environment, tmp_path, b"\n")
        assert code == 1
        assert path.read_text() == KILOGRAMS

    def test_an_interrupt_writes_nothing(self, entry, environment, write, tmp_path):
        path = write("README.md", BOTH)
        code, _ = self.answer(entry, environment, tmp_path, b"\x04")
        assert code == 130
        assert path.read_text() == BOTH
