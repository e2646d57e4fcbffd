// Checks a resource of Knative or KEDA, as JSON on stdin. Prints what is wrong with it.
import { Service } from "@kubernetes-models/knative/serving.knative.dev/v1/Service";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";

const KINDS = { "serving.knative.dev/v1/Service": Service, "keda.sh/v1alpha1/ScaledObject": ScaledObject };

let text = "";
for await (const piece of process.stdin) text += piece;
const resource = JSON.parse(text);
const Kind = KINDS[`${resource.apiVersion}/${resource.kind}`];
try {
    new Kind(resource).validate();
} catch (error) {
    console.log(error.message);
}
