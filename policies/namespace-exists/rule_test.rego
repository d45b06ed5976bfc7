package kade.namespace_exists_test

import data.kade.namespace_exists

own := {
	"request": {"namespace": "team-a"},
	"namespace": {"name": "team-a", "exists": true, "ready": true},
	"actor": {"id": "anna", "mayDeploy": true},
	"objects": [],
}

messages(value) := {found.message | some found in namespace_exists.findings with input as value}

test_own_namespace_is_allowed if messages(own) == set()

test_nothing_known_is_refused if messages({}) == {"unknown", "another-namespace"}

test_a_missing_right_is_no_right if messages(object.remove(own, ["actor"])) == {"not-allowed"}

test_an_object_without_namespace_is_outside if {
	messages(object.union(own, {"objects": [{"metadata": {"name": "x"}}]})) == {"outside"}
}
