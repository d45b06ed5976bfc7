package kade.resource_bounds_test

import data.kade.resource_bounds

gib := 1073741824

asked(request, limit) := {
	"request": {"resources": {"requests": {"cpu": "x", "memory": "x"}, "limits": {"cpu": "x", "memory": "x"}}},
	"resources": {
		"requests": {"cpuMillis": request, "memoryBytes": gib},
		"limits": {"cpuMillis": limit, "memoryBytes": gib},
	},
	"namespace": {"name": "team-a", "exists": true, "bounds": {"cpuMillis": 2000, "memoryBytes": gib}},
	"objects": [],
}

messages(value) := {found.path: found.message | some found in resource_bounds.findings with input as value}

fixes(value) := {step.path: step.value |
	some found in resource_bounds.findings with input as value
	some step in found.fix
}

test_inside_the_bounds_is_allowed if messages(asked(100, 2000)) == {}

test_just_above_is_refused if messages(asked(100, 2001)) == {"/resources/limits/cpu": "above-bounds"}

test_the_fix_is_the_bound if fixes(asked(100, 9000)) == {"/resources/limits/cpu": "2000m"}

test_a_request_follows_its_limit_down if fixes(asked(900, 500)) == {"/resources/requests/cpu": "500m"}

test_memory_is_written_in_mebibytes_where_it_fits if {
	resource_bounds.written(gib, "memory") == "1024Mi"
	resource_bounds.written(gib + 1, "memory") == "1073741825"
}

test_nothing_known_is_refused if count(messages({})) == 4

test_unknown_bounds_are_refused if {
	value := json.remove(asked(100, 200), ["namespace/bounds"])
	messages(value) == {"/namespace": "bounds-unknown"}
}
