# METADATA
# title: Every object says whose it is, and names that others own are left alone
# description: >-
#   Selectors of network policies, quotas and guards hang on labels. So every object carries those that say whose it is, all of
#   one deployment, and none of a domain that Kubernetes or Kade writes itself, but the few that are meant for apps.
package kade.metadata_own

owner := "kade.dev/deployment"

own_labels := {
	"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", owner,
}

# Paths whose labels count: of the object, and of the pods it makes.
places := [place |
	some i, item in input.objects
	some steps in [["metadata"], ["spec", "template", "metadata"], ["spec", "jobTemplate", "spec", "template", "metadata"]]
	metadata := object.get(item, steps, null)
	is_object(metadata)
	place := {
		"path": $"/objects/{i}/{concat("/", steps)}",
		"object": object.get(item, ["metadata", "name"], "?"),
		"isObject": count(steps) == 1,
		"labels": object.get(metadata, "labels", {}),
		"annotations": object.get(metadata, "annotations", {}),
	}
]

findings contains {
	"message": "label-missing",
	"path": $"{place.path}/labels",
	"values": {"object": place.object, "label": name},
} if {
	some place in places
	place.isObject
	some name in own_labels
	labels := place.labels
	not has_text(labels, name)
}

has_text(labels, name) if {
	value := labels[name]
	is_string(value)
	value != ""
}

owners := {value | some place in places; value := place.labels[owner]}

findings contains {"message": "owners-differ", "path": "/objects"} if count(owners) > 1

findings contains {
	"message": "name-reserved",
	"path": $"{place.path}/{field}",
	"values": {"object": place.object, "label": name},
} if {
	some place in places
	some field, meant in {"labels": labels_for_apps, "annotations": annotations_for_apps}
	some name, _ in place[field]
	reserved(name)
	not starts_with_one_of(name, meant)
}

reserved(name) if {
	parts := split(name, "/")
	count(parts) > 1
	some domain in ["kubernetes.io", "k8s.io", "kade.dev"]
	within(parts[0], domain)
}

within(name, domain) if name == domain

within(name, domain) if endswith(name, $".{domain}")

starts_with_one_of(name, prefixes) if {
	some prefix in prefixes
	startswith(name, prefix)
}

labels_for_apps := [
	"app.kubernetes.io/", "kade.dev/data", "kade.dev/deployment", "kade.dev/environment", "kade.dev/team",
	"uses.kade.dev/",
]

# The one of AppArmor is judged by restricted-container, those of an Ingress by network-declared.
annotations_for_apps := [
	"container.apparmor.security.beta.kubernetes.io/", "kade.dev/", "kubectl.kubernetes.io/default-container",
	"nginx.ingress.kubernetes.io/",
]
