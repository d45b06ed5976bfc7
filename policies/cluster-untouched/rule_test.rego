package kade.cluster_untouched_test

import data.kade.cluster_untouched

messages(value) := {found.message | some found in cluster_untouched.findings with input as value}

pod(spec) := {"objects": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}]}

test_an_ordinary_pod_is_allowed if messages(pod({"containers": []})) == set()

test_a_toleration_without_a_key_stands_everything if {
	messages(pod({"tolerations": [{"operator": "Exists"}]})) == {"control-plane"}
}

test_a_taint_that_is_named_is_allowed if {
	messages(pod({"tolerations": [{"key": "gpu", "operator": "Exists"}]})) == set()
}

test_a_group_is_compared_whole if {
	kind := {"apiVersion": "rbac.authorization.k8s.io.example.org/v1", "kind": "Role"}
	messages({"objects": [kind]}) == set()
}
