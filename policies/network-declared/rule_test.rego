package kade.network_declared_test

import data.kade.network_declared

app := {"id": "notebook", "network": {"expose": "http", "ports": {"http": 8080}, "egress": []}}

service(spec) := {
	"apiVersion": "v1", "kind": "Service",
	"metadata": {"name": "x"}, "spec": spec,
}

own_policy := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": "notes"},
	"spec": {
		"podSelector": {"matchLabels": {"kade.dev/deployment": "1"}},
		"policyTypes": ["Ingress", "Egress"],
	},
}

question(objects) := {
	"request": {"name": "notes"},
	"app": app,
	"objects": array.concat([own_policy], objects),
}

messages(value) := {found.message | some found in network_declared.findings with input as value}

test_a_declared_port_is_allowed if messages(question([service({"ports": [{"port": 80, "targetPort": "http"}]})])) == set()

test_an_undeclared_port_is_refused if {
	messages(question([service({"ports": [{"port": 22}]})])) == {"port-undeclared"}
}

test_a_node_port_is_refused if {
	messages(question([service({"type": "NodePort", "ports": [{"port": 8080}]})])) == {"service-opens"}
}

test_a_second_network_policy_is_refused if messages(question([own_policy])) == {"not-one-network-policy"}

test_no_declaration_is_refused if {
	messages(object.remove(question([]), ["app"])) == {"undeclared"}
}
