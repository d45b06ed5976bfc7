# METADATA
# title: CPU and memory requests and limits are present and inside the namespace's bounds
# description: >-
#   The effective resources (the request's, else the app's defaults) are judged field by field against one `target`:
#   what they would be if all were well. A field that differs from its target gives one finding and its fix, so that
#   applying all fixes, in any order, reaches the target, and a second round finds nothing.
#   Then every container the module rendered is judged, where it differs from the effective resources.
package kade.resource_bounds

import data.kade.pods

amounts := {"cpu": "cpuMillis", "memory": "memoryBytes"}

# One millicore is the least Kubernetes counts. Less than 8 MiB of memory is a slip of the pen ("512m" is half a byte)
# and below what a container runtime can start a process in.
least := {"cpu": 1, "memory": 8388608}

mebibyte := 1048576

usable(amount, kind) if {
	is_number(amount)
	amount == floor(amount)
	amount >= least[kind]
}

bound[kind] := amount if {
	some kind, field in amounts
	amount := input.namespace.bounds[field]
	usable(amount, kind)
}

effective(part, kind) := object.get(input, ["resources", part, amounts[kind]], null)

default_amount(part, kind) := object.get(input, ["app", "defaults", part, amounts[kind]], null)

asked(part, kind) if {
	value := input.request.resources[part][kind]
	not is_null(value)
}

# The most a limit may be; without a known bound `bounds-unknown` refuses the deployment anyway.
at_most(amount, kind) := min([amount, object.get(bound, kind, amount)])

target_limit[kind] := at_most(amount, kind) if {
	some kind, _ in amounts
	asked("limits", kind)
	amount := effective("limits", kind)
	usable(amount, kind)
}

# Nobody asked for this limit, so it may grow to what was requested.
target_limit[kind] := at_most(max(candidates), kind) if {
	some kind, _ in amounts
	not usable_asked_limit(kind)
	candidates := [amount |
		some amount in [
			effective("limits", kind),
			default_amount("limits", kind),
			effective("requests", kind),
			default_amount("requests", kind),
			least[kind],
		]
		usable(amount, kind)
	]
}

usable_asked_limit(kind) if {
	asked("limits", kind)
	usable(effective("limits", kind), kind)
}

target_request[kind] := min([wanted_request(kind), target_limit[kind]]) if some kind, _ in amounts

wanted_request(kind) := amount if {
	amount := effective("requests", kind)
	usable(amount, kind)
} else := amount if {
	amount := default_amount("requests", kind)
	usable(amount, kind)
} else := target_limit[kind]

target := {"requests": target_request, "limits": target_limit}

# ---- what is wrong with one field

fault(part, kind) := "missing" if {
	is_null(effective(part, kind))
} else := "too-small" if {
	amount := effective(part, kind)
	not usable(amount, kind)
} else := "above-bounds" if {
	effective(part, kind) > bound[kind]
} else := "limit-below-request" if {
	part == "limits"
	effective(part, kind) < target_limit[kind]
} else := "request-above-limit" if {
	part == "requests"
	effective(part, kind) > target_limit[kind]
}

findings contains {
	"message": reason,
	"path": $"/resources/{part}/{kind}",
	"values": {
		"what": $"{part}-{kind}",
		"found": shown(object.get(input, ["request", "resources", part, kind], null), effective(part, kind), kind),
		"bound": written(object.get(bound, kind, 0), kind),
		"proposed": written(target[part][kind], kind),
	},
	"fix": fix(part, kind),
} if {
	some part in ["requests", "limits"]
	some kind, _ in amounts
	reason := fault(part, kind)
}

findings contains {
	"message": "bounds-unknown",
	"path": "/namespace",
	"values": {"namespace": object.get(input, ["namespace", "name"], "?"), "what": $"limits-{kind}"},
} if {
	# A namespace that does not exist has none to know: namespace-exists says so.
	input.namespace.exists == true
	some kind, _ in amounts
	not bounded(kind)
}

bounded(kind) if bound[kind]

# ---- all replicas together, as the namespace's ResourceQuota counts them: requested CPU, and memory by its limit

per_replica := {"cpu": target_request.cpu, "memory": target_limit.memory}

fitting := min([floor(bound[kind] / amount) | some kind, amount in per_replica])

findings contains {
	"message": "too-many-replicas",
	"path": "/replicas",
	"values": {"found": input.request.replicas, "proposed": fitting},
	"fix": [{"op": "add", "path": "/replicas", "value": fitting}],
} if {
	input.request.replicas > fitting
}

# ---- fixes: JSON Patch needs the parents to be there, so a missing parent is added whole, with its target

fix(part, kind) := [{"op": "add", "path": $"/resources/{part}/{kind}", "value": written(target[part][kind], kind)}] if {
	is_object(input.request.resources[part])
} else := [{"op": "add", "path": $"/resources/{part}", "value": written_part(part)}] if {
	is_object(input.request.resources)
} else := [{
	"op": "add",
	"path": "/resources",
	"value": {"requests": written_part("requests"), "limits": written_part("limits")},
}]

written_part(part) := {kind: written(target[part][kind], kind) | some kind, _ in amounts}

written(amount, "cpu") := $"{amount}m"

written(amount, "memory") := $"{amount / mebibyte}Mi" if amount % mebibyte == 0

written(amount, "memory") := $"{amount}" if amount % mebibyte != 0

# As the requester wrote it; else in units; else whatever number it is, so that it is shown.
shown(given, amount, kind) := given if {
	is_string(given)
} else := written(amount, kind) if {
	usable(amount, kind)
} else := $"{amount}"

# ---- what the module rendered

container_amount(found, part, kind) := object.get(found.container, ["resources", part, amounts[kind]], null)

# The container that runs the app carries the effective resources: their findings above have the fix.
told_above(found, part, kind) if {
	amount := container_amount(found, part, kind)
	amount == effective(part, kind)
}

container_fault(found, part, kind) := "container-missing" if {
	amount := container_amount(found, part, kind)
	not usable(amount, kind)
} else := "container-above-bounds" if {
	container_amount(found, part, kind) > bound[kind]
} else := "container-request-above-limit" if {
	part == "requests"
	container_amount(found, part, kind) > container_amount(found, "limits", kind)
}

findings contains {
	"message": reason,
	"path": $"{found.path}/resources/{part}/{kind}",
	"values": {
		"container": found.name,
		"what": $"{part}-{kind}",
		"bound": written(object.get(bound, kind, 0), kind),
	},
} if {
	some found in pods.containers
	some part in ["requests", "limits"]
	some kind, _ in amounts
	not told_above(found, part, kind)
	reason := container_fault(found, part, kind)
}
