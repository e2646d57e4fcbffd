"""What `krait k8s` prints, and the files in deploy/, against the schemas that Kubernetes, Knative and KEDA
publish.

The program is named by KRAIT; tests/kubernetes/run sets it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import tomllib
import unittest

import kubernetes_validate
import yaml

KRAIT = os.environ["KRAIT"]
ROOT = pathlib.Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
# The oldest that the manifests are for (it has the action `sleep`), and the newest with a schema.
VERSIONS = ["1.30.0", "1.37.0"]
ELSEWHERE = ["serving.knative.dev/v1", "keda.sh/v1alpha1"]
TEMPLATE = """
Resources:
  shop:
    Type: TencentCloud::Serverless::Namespace
    Order_Lines:
      Type: TencentCloud::Serverless::Function
      Properties:
        CodeUri: .
        Handler: index.main_handler
        MemorySize: 256
        Timeout: 7
        Environment: { Variables: { KEY: "a: 'b' ${name}\\n# \\"c\\"" } }
"""


def k8s(*arguments):
    done = subprocess.run([KRAIT, "k8s", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def problems(resource):
    """What a schema says of it."""
    if resource["apiVersion"] in ELSEWHERE:
        node = ["node", os.environ["SCHEMAS"]]
        done = subprocess.run(node, input=json.dumps(resource), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(resource, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{version}: {error.message}")
    return found


class Manifests(unittest.TestCase):
    maxDiff = None

    def valid(self, text):
        """Its resources, by kind."""
        resources = list(yaml.safe_load_all(text))
        for resource in resources:
            self.assertEqual(problems(resource), [], resource)
        return {resource["kind"]: resource for resource in resources}

    def test_the_files_are_what_is_printed(self):
        for path, options in [("base/function.yaml", []), ("knative/service.yaml", ["--for", "knative"])]:
            self.assertEqual((DEPLOY / path).read_text(), k8s(ROOT / "examples/hello", *options), path)

    def test_kubernetes(self):
        kinds = self.valid(k8s(ROOT / "examples/hello"))
        self.assertEqual(list(kinds), ["Secret", "Deployment", "Service", "HorizontalPodAutoscaler",
                                       "PodDisruptionBudget", "NetworkPolicy"])

    def test_knative(self):
        self.assertEqual(list(self.valid(k8s(ROOT / "examples/hello", "--for", "knative"))), ["Secret", "Service"])

    def test_a_schema_refuses_what_is_wrong(self):
        """So the tests above can fail."""
        deployment, = (each for each in yaml.safe_load_all(k8s(ROOT / "examples/hello")) if each["kind"] == "Deployment")
        deployment["spec"]["template"]["spec"]["contianers"] = []
        self.assertEqual(len(problems(deployment)), len(VERSIONS))
        _, service = yaml.safe_load_all(k8s(ROOT / "examples/hello", "--for", "knative"))
        service["spec"]["template"]["spec"]["containerConcurrency"] = "ten"
        self.assertNotEqual(problems(service), [])

    def test_a_project(self):
        """What its template says is in the settings, and in names, times and memory."""
        with tempfile.TemporaryDirectory() as folder:
            code = pathlib.Path(folder, "code")
            shutil.copytree(ROOT / "examples/hello", code)
            (code / "template.yaml").write_text(TEMPLATE)
            layer = pathlib.Path(folder, "layer")
            layer.mkdir()
            options = ["--layer", layer, "--image", "r.example/lines:1", "--port", "9999", "--concurrency", "4"]
            kinds = self.valid(k8s(code, *options))
            knative = self.valid(k8s(code, *options, "--for", "knative"))
        settings, = tomllib.loads(kinds["Secret"]["stringData"]["krait.toml"])["functions"].items()
        self.assertEqual(settings, ("Order_Lines", {
            "code": "/function/code",
            "handler": "index.main_handler",
            "namespace": "shop",
            "region": "ap-guangzhou",
            "memory": 256,
            "timeout": 7,
            "init-timeout": 65,
            "layers": ["/function/layers/0"],
            "environment": {"KEY": "a: 'b' ${name}\n# \"c\""},
        }))
        self.assertEqual({kind: each["metadata"]["name"] for kind, each in kinds.items()}, {
            "Secret": "order-lines-settings",
            "Deployment": "order-lines",
            "Service": "order-lines",
            "HorizontalPodAutoscaler": "order-lines",
            "PodDisruptionBudget": "order-lines",
            "NetworkPolicy": "order-lines",
        })
        pod = kinds["Deployment"]["spec"]["template"]["spec"]
        self.assertEqual(pod["terminationGracePeriodSeconds"], 22)
        for containers in [pod["containers"], knative["Service"]["spec"]["template"]["spec"]["containers"]]:
            container, = containers
            self.assertEqual(container["image"], "r.example/lines:1")
            self.assertEqual(container["ports"][0]["containerPort"], 9999)
            self.assertTrue({"--concurrency=4", "--grace=12"} < set(container["command"]))
            base = int(container["resources"]["requests"]["memory"].removesuffix("Mi")) - 256
            self.assertEqual(container["resources"]["limits"]["memory"], f"{base + 4 * 256}Mi")
        self.assertEqual(knative["Secret"], kinds["Secret"])

    def test_a_project_of_several(self):
        """Its krait.toml says what each is."""
        with tempfile.TemporaryDirectory() as folder:
            project = pathlib.Path(folder)
            for name in ["aa", "bb"]:
                shutil.copytree(ROOT / "examples/hello", project / name)
            own = "[functions.aa]\nmemory = 512\nconcurrency = 3\nenvironment = { KEY = 'v' }\n[functions.bb]\n"
            (project / "krait.toml").write_text(own)
            kinds = self.valid(k8s(project, "--function", "aa"))
            done = subprocess.run([KRAIT, "k8s", project], capture_output=True, text=True, timeout=60)
        settings = tomllib.loads(kinds["Secret"]["stringData"]["krait.toml"])["functions"]["aa"]
        self.assertEqual((settings["memory"], settings["environment"]), (512, {"KEY": "v"}))
        self.assertIn("--concurrency=3", kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]["command"])
        said = f"error: name one function of {project}/krait.toml with --function; it has: aa, bb\n"
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("", said, 2))

    def test_krait_takes_the_settings_and_the_options(self):
        """The command of the container, with the function's files elsewhere, says what it understood."""
        with tempfile.TemporaryDirectory() as folder:
            for options in [[], ["--for", "knative"]]:
                text = k8s(ROOT / "examples/hello", *options)
                secret, workload, *_ = yaml.safe_load_all(text)
                settings = pathlib.Path(folder, "krait.toml")
                code = str(ROOT / "examples/hello")
                settings.write_text(secret["stringData"]["krait.toml"].replace("/function/code", code))
                container, = workload["spec"]["template"]["spec"]["containers"]
                command = [KRAIT, *container["command"][1:], "--print-config"]
                command = [each.replace("/settings/krait.toml", str(settings)) for each in command]
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.stderr, "")
                self.assertEqual(tomllib.loads(done.stdout)["functions"]["hello"]["code"], code)


class Files(unittest.TestCase):
    """deploy/, as kustomize would put it together."""

    def test_kustomizations_name_what_is_there(self):
        for path in DEPLOY.rglob("kustomization.yaml"):
            kustomization = yaml.safe_load(path.read_text())
            patches = [each["path"] for each in kustomization.get("patches", []) if "path" in each]
            for name in [*kustomization.get("resources", []), *patches]:
                self.assertTrue((path.parent / name).is_file(), path)

    def test_scaling_by_calls(self):
        resources = yaml.safe_load_all((DEPLOY / "base/function.yaml").read_text())
        scaler, = (each for each in resources if each["kind"] == "HorizontalPodAutoscaler")
        patch, = yaml.safe_load((DEPLOY / "components/scale-by-calls/by-calls.yaml").read_text())
        self.assertEqual((patch["op"], patch["path"]), ("replace", "/spec/metrics"))
        scaler["spec"]["metrics"] = patch["value"]
        self.assertEqual(problems(scaler), [])

    def test_scaling_by_keda(self):
        self.assertEqual(problems(yaml.safe_load((DEPLOY / "components/keda/scaled-object.yaml").read_text())), [])

    def test_systemd_understands_its_unit(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("there is no systemd-analyze on this machine")
        text = (DEPLOY / "systemd/krait.service").read_text()
        self.assertIn("ExecStart=/usr/local/bin/krait serve ", text)
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, "krait.service")
            unit.write_text(text.replace("/usr/local/bin/krait", KRAIT))
            done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
            about = [line for line in done.stderr.splitlines() if "krait" in line]
            self.assertEqual((done.returncode, about), (0, []), done.stderr)
