"""A release in the places that take it: dpkg, pip, a container's root, npm."""

import hashlib
import json
import os
import subprocess
import tarfile
import unittest

from made import MODULE, ROOT, SCRATCH, VERSION, file, program, release, told

HANDLER = "def main_handler(event, context):\n    return event['name']\n"


def answer(krait, **more):
    """What a krait answers for a function."""
    folder = SCRATCH / "function"
    folder.mkdir(exist_ok=True)
    (folder / "index.py").write_text(HANDLER)
    return told(krait, "invoke", folder, "-e", '{"name": "SCF"}', **more)


class Places(unittest.TestCase):
    maxDiff = None

    def test_debian(self):
        package = file(".deb")
        fields = told("dpkg-deb", "--field", package, "Package", "Version", "Architecture")
        self.assertEqual(fields, f"Package: krait\nVersion: {VERSION}\nArchitecture: amd64\n")
        root = SCRATCH / "debian"
        for folder in ["info", "updates"]:
            (root / "var/lib/dpkg" / folder).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        told("dpkg", f"--root={root}", "--force-not-root", "--log=/dev/null", "--install", package)
        self.assertEqual(answer(root / "usr/bin/krait"), '"SCF"\n')
        listed = told("dpkg", f"--root={root}", "--listfiles", "krait").splitlines()
        for path in ["/usr/bin/krait", "/usr/share/doc/krait/copyright", "/usr/share/man/man1/krait-serve.1.gz",
                     "/usr/share/bash-completion/completions/krait"]:
            self.assertIn(path, listed)

    def test_wheel(self):
        environment = SCRATCH / "environment"
        told("python3", "-m", "venv", environment)
        pip = [environment / "bin/python", "-m", "pip", "--disable-pip-version-check"]
        told(*pip, "install", "--no-index", file(".whl"))
        self.assertEqual(answer(environment / "bin/krait"), '"SCF"\n')
        shown = told(*pip, "show", "--files", "krait")
        self.assertIn(f"Version: {VERSION}\n", shown)
        self.assertIn("  ../../../bin/krait\n", shown)
        told(*pip, "uninstall", "--yes", "krait")
        self.assertFalse((environment / "bin/krait").exists())

    def test_image(self):
        with tarfile.open(file("-oci.tar")) as archive:
            def blob(descriptor):
                bytes_ = archive.extractfile("blobs/" + descriptor["digest"].replace(":", "/")).read()
                self.assertEqual(descriptor["digest"], "sha256:" + hashlib.sha256(bytes_).hexdigest())
                self.assertEqual(descriptor["size"], len(bytes_))
                return bytes_

            index = json.load(archive.extractfile("index.json"))
            [described] = index["manifests"]
            self.assertEqual(described["platform"], {"architecture": "amd64", "os": "linux"})
            manifest = json.loads(blob(described))
            config = json.loads(blob(manifest["config"]))
            [layer] = map(blob, manifest["layers"])
            [docker] = json.load(archive.extractfile("manifest.json"))
            self.assertEqual(docker["RepoTags"], [f"krait:{VERSION}"])
        plain = subprocess.run(["gzip", "-dc"], input=layer, capture_output=True, check=True).stdout
        self.assertEqual(config["rootfs"]["diff_ids"], ["sha256:" + hashlib.sha256(plain).hexdigest()])
        self.assertEqual(config["config"]["Entrypoint"], ["/krait"])
        self.assertEqual(config["created"], "2026-11-27T12:32:45Z")
        root = SCRATCH / "root"
        root.mkdir()
        subprocess.run(["tar", "-xf", "-", "-C", root], input=plain, check=True)
        (root / "function/index.py").write_text(HANDLER)
        as_nobody = ["--userspec", config["config"]["User"]] if os.getuid() == 0 else []
        command = ["chroot", *as_nobody, root, *config["config"]["Entrypoint"]]
        self.assertEqual(told(*command, "--version"), f"krait {VERSION}\n")
        done = told(*command, "invoke", "/function", "-e", '{"name": "SCF"}', env={"PATH": "/usr/sbin:/usr/bin", "HOME": "/tmp"})
        self.assertEqual(done, '"SCF"\n')

    def test_the_program_itself(self):
        krait = release() / f"krait-{VERSION}-x86_64-unknown-linux-gnu"
        self.assertEqual(krait.read_bytes(), program().read_bytes())
        self.assertEqual(answer(krait), '"SCF"\n')
        [commit] = [line for line in told(krait, "--version", "--verbose").splitlines() if line.startswith("commit: ")]
        # `cargo xtask dist` notes it; the everyday build does not.
        head = told("git", "rev-parse", "HEAD", cwd=ROOT).strip()
        self.assertIn(commit.removesuffix(", changed"), {f"commit: {head}", "commit: not noted by this build"})

    @unittest.skipUnless(MODULE, "MODULE names no krait.wasm")
    def test_npm(self):
        folder = SCRATCH / "npm"
        folder.mkdir()
        told("npm", "init", "--yes", cwd=folder)
        told("npm", "install", "--silent", "--no-audit", "--no-fund", file(".tgz"), cwd=folder)
        self.assertEqual(answer(folder / "node_modules/.bin/krait", timeout=60), '"SCF"\n')
        (folder / "index.py").write_text(HANDLER)
        self.assertEqual(told("npx", "--no", "krait", "invoke", ".", "-e", '{"name": "SCF"}', cwd=folder), '"SCF"\n')
