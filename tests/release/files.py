"""The files of a release: which there are, that they are the same each time, and what they tell."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tomllib
import unittest

from made import EPOCH, MODULE, ROOT, SCRATCH, TRIPLE, VERSION, file, key, make, release, run, told

WHEEL = "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verify(folder, public):
    return run("cargo", "xtask", "release", "verify", folder, public, cwd=ROOT)


class Files(unittest.TestCase):
    maxDiff = None

    def test_names(self):
        expected = {
            "RELEASE-NOTES.md",
            "SHA256SUMS",
            "SHA256SUMS.minisig",
            "install.sh",
            f"krait-{VERSION}-oci.tar",
            f"krait-{VERSION}-{WHEEL}.whl",
            f"krait-{VERSION}-{TRIPLE}",
            f"krait-{VERSION}-{TRIPLE}.tar.gz",
            f"krait-{VERSION}-{TRIPLE}.tar.zst",
            f"krait-{VERSION}.cdx.json",
            f"krait-{VERSION}.provenance.json",
            f"krait_{VERSION}_amd64.deb",
        }
        if MODULE:
            expected |= {f"krait-{VERSION}.tgz", f"krait-{VERSION}.wasm"}
        self.assertEqual({path.name for path in release().iterdir()}, expected)

    def test_two_runs_give_the_same_bytes(self):
        # minisign has a random number in each signature.
        first = {path.name: digest(path) for path in release().iterdir() if path.suffix != ".minisig"}
        before = os.umask(0o077)
        try:
            make("two", TZ="Asia/Tokyo", LC_ALL="C", HOME=os.environ["HOME"])
        finally:
            os.umask(before)
        second = {path.name: digest(path) for path in (SCRATCH / "two").iterdir() if path.suffix != ".minisig"}
        self.assertEqual(first, second)

    def test_sums(self):
        lines = told("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release())
        listed = {line.removesuffix(": OK") for line in lines.splitlines()}
        there = {path.name for path in release().iterdir()} - {"SHA256SUMS", "SHA256SUMS.minisig"}
        self.assertEqual(listed, there)

    def test_the_signature_is_one_of_minisigns(self):
        public, _ = key()
        printed = told("minisign", "-V", "-p", public, "-m", release() / "SHA256SUMS")
        commit = told("git", "rev-parse", "HEAD", cwd=ROOT).strip()
        self.assertEqual(
            printed,
            "Signature and comment signature verified\n"
            f"Trusted comment: krait {VERSION}, commit {commit}, 2026-11-27T12:32:45Z\n",
        )

    def test_what_was_changed_added_or_removed_is_told(self):
        public, _ = key()
        folder = SCRATCH / "changed"
        shutil.copytree(release(), folder)
        done = verify(folder, public)
        count = len(list(release().iterdir())) - 2
        self.assertRegex(done.stdout, f"^{count} files are as they were signed: krait {VERSION}, commit ")
        notes = folder / "RELEASE-NOTES.md"
        text = notes.read_bytes()
        notes.write_bytes(text + b".")
        self.assertEqual(verify(folder, public).stderr, "Error: RELEASE-NOTES.md was changed\n")
        notes.unlink()
        self.assertEqual(verify(folder, public).stderr, "Error: RELEASE-NOTES.md is missing\n")
        notes.write_bytes(text)
        (folder / "krait-0.0.0.deb").touch()
        self.assertEqual(verify(folder, public).stderr, "Error: krait-0.0.0.deb is not part of the release\n")
        (folder / "krait-0.0.0.deb").unlink()
        sums = folder / "SHA256SUMS"
        sums.write_text(sums.read_text().replace("RELEASE-NOTES", "RELEASE-NOTEZ"))
        self.assertIn("Error: SHA256SUMS is not signed by this key\n", verify(folder, public).stderr)

    def test_a_folder_of_something_else_is_left_alone(self):
        folder = SCRATCH / "precious"
        folder.mkdir()
        (folder / "thesis").touch()
        with self.assertRaisesRegex(AssertionError, "holds something else than a release"):
            make("precious")
        self.assertTrue((folder / "thesis").exists())

    def test_archives_are_root_s_of_one_time_and_in_order(self):
        path = file(f"{TRIPLE}.tar.gz")
        with tarfile.open(path) as archive:
            members = archive.getmembers()
        self.assertEqual({(each.uname, each.gname, each.uid, each.mtime) for each in members}, {("root", "root", 0, int(EPOCH))})
        folder = f"krait-{VERSION}-{TRIPLE}"
        names = [each.name for each in members]
        self.assertEqual(names[0], folder)
        for name in ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt", "completions/krait.bash",
                     "completions/_krait", "completions/krait.fish", "man/man1/krait.1", "man/man1/krait-invoke.1"]:
            self.assertIn(f"{folder}/{name}", names)
        modes = {each.name: each.mode for each in members if each.isfile()}
        self.assertEqual([name for name, mode in modes.items() if mode != 0o644], [f"{folder}/krait"])
        self.assertEqual(modes[f"{folder}/krait"], 0o755)
        plain = subprocess.run(["zstd", "-dcq", file(".tar.zst")], capture_output=True, check=True).stdout
        self.assertEqual(hashlib.sha256(plain).digest(), hashlib.sha256(told_bytes("gzip", "-dc", path)).digest())

    def test_manual_pages_have_the_options(self):
        with tarfile.open(file(".tar.gz")) as archive:
            page = archive.extractfile(f"krait-{VERSION}-{TRIPLE}/man/man1/krait-invoke.1").read().decode()
        self.assertIn(f'.TH krait-invoke 1  "invoke {VERSION}"', page)
        self.assertIn("Seconds the handler may run, 1 to 900", page)

    def test_licences_of_what_is_inside(self):
        with tarfile.open(file(".tar.gz")) as archive:
            text = archive.extractfile(f"krait-{VERSION}-{TRIPLE}/THIRD-PARTY.txt").read().decode()
        self.assertIn("    rustpython-pylib 0.6.0: Lib/PSF-LICENSE\n", text)
        self.assertIn("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2", text)

    def test_each_licence_is_one_that_deny_toml_allows(self):
        rules = tomllib.loads((ROOT / "deny.toml").read_text())["licenses"]
        excepted = {each["crate"]: set(each["allow"]) for each in rules["exceptions"]}
        for each in json.loads(file(".cdx.json").read_text())["components"]:
            allowed = set(rules["allow"]) | excepted.get(each["name"], set())
            # A crate with a file in the place of a name: its text is in THIRD-PARTY.txt.
            [licence] = each.get("licenses", [{}])
            if not (expression := licence.get("expression")):
                self.assertIn(each["name"], {"mt19937", "rustpython-doc", "rustpython-pylib", "syn-ext"})
                continue
            for part in re.split(r" AND ", expression.replace("(", "").replace(")", "")):
                names = {name.removesuffix("-only") for name in part.split(" OR ")}
                self.assertTrue(names & allowed, f"{each['name']}: {expression}")

    def test_the_list_of_what_is_inside(self):
        bill = json.loads(file(".cdx.json").read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.5"))
        self.assertEqual(bill["metadata"]["component"]["purl"], f"pkg:generic/krait@{VERSION}")
        names = {each["name"] for each in bill["components"]}
        self.assertLessEqual({"rustpython-vm", "rusqlite", "libsqlite3-sys", "hyper"}, names)
        # What only tests or builds is not inside.
        self.assertFalse(names & {"libtest-mimic", "cc", "xtask", "iced-x86"})
        references = {each["bom-ref"] for each in [*bill["components"], bill["metadata"]["component"]]}
        self.assertEqual({each["ref"] for each in bill["dependencies"]}, references)
        self.assertLessEqual({on for each in bill["dependencies"] for on in each["dependsOn"]}, references)

    def test_provenance_names_each_file_and_the_commit(self):
        statement = json.loads(file(".provenance.json").read_text())
        self.assertEqual(statement["_type"], "https://in-toto.io/Statement/v1")
        self.assertEqual(statement["predicateType"], "https://slsa.dev/provenance/v1")
        subjects = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
        later = {"SHA256SUMS", "SHA256SUMS.minisig", f"krait-{VERSION}.provenance.json"}
        self.assertEqual(subjects, {path.name: digest(path) for path in release().iterdir() if path.name not in later})
        source = statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]
        self.assertEqual(source["digest"]["gitCommit"], told("git", "rev-parse", "HEAD", cwd=ROOT).strip())

    def test_notes_are_the_changelog_s(self):
        notes = file("RELEASE-NOTES.md").read_text()
        self.assertTrue(notes.startswith(f"# krait {VERSION}"), notes[:80])
        self.assertIn(notes.split("\n\n")[1], (ROOT / "CHANGELOG.md").read_text())


def told_bytes(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, check=True).stdout
