package kade.metadata_own_test

import data.kade.metadata_own

own := {
	"app.kubernetes.io/name": "x",
	"app.kubernetes.io/instance": "x",
	"app.kubernetes.io/managed-by": "kade",
	"kade.dev/deployment": "1",
}

object_with(labels) := {"objects": [{"metadata": {"name": "x", "labels": labels}}]}

messages(value) := {found.message | some found in metadata_own.findings with input as value}

test_its_own_labels_are_enough if messages(object_with(own)) == set()

test_nothing_is_not_enough if messages({"objects": [{"metadata": {}}]}) == {"label-missing"}

test_a_subdomain_is_reserved_too if {
	messages(object_with(object.union(own, {"node.kubernetes.io/x": ""}))) == {"name-reserved"}
}

test_a_domain_of_anyone_else_is_free if {
	messages(object_with(object.union(own, {"notkubernetes.io/x": "", "example.org/x": ""}))) == set()
}
