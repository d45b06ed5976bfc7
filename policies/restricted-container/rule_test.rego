package kade.restricted_container_test

import data.kade.restricted_container

pod(spec) := {"objects": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}]}

restricted := {
	"automountServiceAccountToken": false,
	"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
	"containers": [{"name": "one", "securityContext": {
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem": true,
		"capabilities": {"drop": ["ALL"]},
	}}],
}

messages(value) := {found.message | some found in restricted_container.findings with input as value}

test_the_restricted_profile_is_allowed if messages(pod(restricted)) == set()

test_nothing_said_is_everything_open if {
	messages(pod({"containers": [{}]})) == {
		"may-be-root", "writable-root", "escalation", "capabilities-kept", "seccomp", "token-mounted",
	}
}

test_no_containers_cannot_be_judged if messages(pod({})) == {"unreadable", "token-mounted"}

test_a_nameless_container_is_judged_all_the_same if {
	value := json.patch(pod(restricted), [
		{"op": "remove", "path": "/objects/0/spec/containers/0/name"},
		{"op": "add", "path": "/objects/0/spec/containers/0/securityContext/privileged", "value": true},
	])
	messages(value) == {"privileged"}
}
