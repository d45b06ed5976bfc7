# METADATA
# title: The pods of a deployment, wherever its objects hold one
package kade.pods

template_kinds := {
	"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job",
}

container_fields := ["containers", "initContainers", "ephemeralContainers"]

# What holds the metadata and the spec of a kind's pod; kinds that run nothing are not in here.
holder(kind) := ["spec", "template"] if kind in template_kinds

holder("CronJob") := ["spec", "jobTemplate", "spec", "template"]

holder("Pod") := []

# Arrays rather than sets: comparing whole pods makes evaluation quadratic.
pods := [pod |
	some i, item in input.objects
	steps := array.concat(holder(item.kind), ["spec"])
	annotated := array.concat(holder(item.kind), ["metadata", "annotations"])
	pod := {
		"path": $"/objects/{i}/{concat("/", steps)}",
		"annotations": object.get(item, annotated, {}),
		"spec": object.get(item, steps, null),
	}
]

containers := [found |
	some pod in pods
	is_object(pod.spec)
	some field in container_fields
	some j, container in pod.spec[field]
	is_object(container)
	found := {
		"path": $"{pod.path}/{field}/{j}",
		"name": object.get(container, "name", "?"),
		"container": container,
		"pod": pod.spec,
	}
]

# What no rule could read is refused, or a rule that looks for a fault would pass it.
unreadable contains path if {
	some pod in pods
	spec := pod.spec
	not is_object(spec)
	path := pod.path
}

unreadable contains path if {
	some pod in pods
	spec := pod.spec
	is_object(spec)
	not has_containers(spec)
	path := $"{pod.path}/containers"
}

unreadable contains path if {
	some pod in pods
	some field in container_fields
	list := object.get(pod.spec, field, [])
	not is_array(list)
	path := $"{pod.path}/{field}"
}

unreadable contains path if {
	some pod in pods
	some field in container_fields
	some j, container in pod.spec[field]
	not is_object(container)
	path := $"{pod.path}/{field}/{j}"
}

unreadable contains "/objects" if not has_objects

has_objects if is_array(input.objects)

unreadable contains path if {
	some i, item in input.objects
	not readable_item(item)
	path := $"/objects/{i}"
}

has_containers(spec) if {
	is_array(spec.containers)
	count(spec.containers) > 0
}

readable_item(item) if {
	is_object(item)
	is_string(item.kind)
	is_string(item.apiVersion)
	is_object(item.metadata)
}
