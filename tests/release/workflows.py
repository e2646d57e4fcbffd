"""The workflows and the action: they are YAML of the right shape, and what they run exists."""

import re
import shutil
import subprocess
import unittest

import yaml
from made import ROOT

# What the forge's machines have, or an earlier step installs.
THERE = {"apt-get", "cargo", "curl", "gh", "git", "krait", "rustup", "sh", "sha256sum"}
KEYWORDS = {"echo", "read", "cd", "export"}
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def steps(document):
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    return [step for job in jobs for step in job["steps"]]


def commands(script):
    """The first words of a script's commands."""
    for line in re.split(r"\n|&&|\|\||;", script):
        if words := line.split():
            yield words


class Workflows(unittest.TestCase):
    def documents(self):
        for path in [*WORKFLOWS, ROOT / "action.yml"]:
            yield path, yaml.safe_load(path.read_text())

    def test_there_are_some(self):
        self.assertEqual([path.name for path in WORKFLOWS], ["ci.yml", "release.yml"])

    def test_each_step_runs_something_that_exists(self):
        xtasks = set(re.findall(r'^        Some\("([\w-]+)"\)', (ROOT / "xtask/src/main.rs").read_text(), re.M))
        for path, document in self.documents():
            for step in steps(document):
                with self.subTest(path=path.name, step=step.get("name", step.get("uses"))):
                    if "run" not in step:
                        self.assertRegex(step["uses"], r"^actions/[\w-]+@v\d+$")
                        continue
                    script = step["run"]
                    subprocess.run(["bash", "-n", "-c", script], check=True)
                    for words in commands(script):
                        first = words[0]
                        if "/" in first:
                            self.assertTrue((ROOT / first).is_file(), first)
                        else:
                            self.assertTrue(first in THERE | KEYWORDS or shutil.which(first), first)
                        if words[:2] == ["cargo", "xtask"]:
                            self.assertIn(words[2], xtasks)

    def test_nothing_from_outside_becomes_part_of_a_script(self):
        for path, document in self.documents():
            for step in steps(document):
                self.assertNotIn("${{", step.get("run", ""), f"{path.name}: pass it by env")

    def test_what_the_action_asks_for_is_used(self):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        text = (ROOT / "action.yml").read_text()
        used = set(re.findall(r"inputs\.([\w-]+)", text))
        self.assertEqual(used, set(action["inputs"]))
