# METADATA
# title: An app leaves the cluster itself alone
# description: >-
#   Kinds that hold for the whole cluster, priorities of the system, and the nodes of the control plane belong to those who run
#   the cluster. What the environment allows of storage classes is in the input.
package kade.cluster_untouched

import data.kade.pods

# Groups whose kinds say who may do what, what kinds there are, or where everything runs.
groups := {
	"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io",
	"authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io",
	"flowcontrol.apiserver.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io",
	"resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
}

core_kinds := {"LimitRange", "Namespace", "Node", "PersistentVolume", "ResourceQuota"}

findings contains {
	"message": "kind-of-the-cluster",
	"path": $"/objects/{i}/kind",
	"values": {
		"kind": object.get(item, "kind", "?"),
		"object": object.get(item, ["metadata", "name"], "?"),
	},
} if {
	some i, item in input.objects
	of_the_cluster(item)
}

of_the_cluster(item) if {
	some group in groups
	startswith(item.apiVersion, $"{group}/")
}

of_the_cluster(item) if {
	item.apiVersion == "v1"
	item.kind in core_kinds
}

findings contains {"message": message, "path": $"{pod.path}{where}"} if {
	some pod in pods.pods
	spec := pod.spec
	is_object(spec)
	some message, where in {
		"priority-of-the-system": "/priorityClassName",
		"node-chosen": "/nodeName",
		"control-plane": "/tolerations",
	}
	not leaves(message, spec)
}

leaves("priority-of-the-system", spec) if {
	name := object.get(spec, "priorityClassName", "")
	not of_the_system(name)
}

of_the_system(name) if not is_string(name)

of_the_system(name) if startswith(name, "system-")

leaves("node-chosen", spec) if object.get(spec, "nodeName", "") == ""

leaves("control-plane", spec) if {
	tolerations := object.get(spec, "tolerations", [])
	is_array(tolerations)
	count([toleration | some toleration in tolerations; not toleration_named(toleration)]) == 0
	selected := object.get(spec, "nodeSelector", {})
	count([key | some key, _ in selected; key in control_plane]) == 0
}

# Without a key it stands every taint there is.
toleration_named(toleration) if {
	key := toleration.key
	is_string(key)
	key != ""
	not key in control_plane
}

control_plane := {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

allowed_classes := object.get(input, ["environment", "allowed", "storageClasses"], null)

findings contains {
	"message": "storage-class",
	"path": claim.path,
	"values": {"class": class},
} if {
	is_array(allowed_classes)
	some claim in claims
	class := claim.class
	not class in allowed_classes
}

claims contains {"path": $"/objects/{i}/spec/storageClassName", "class": class} if {
	some i, item in input.objects
	item.kind == "PersistentVolumeClaim"
	class := item.spec.storageClassName
}

claims contains {"path": $"/objects/{i}/spec/volumeClaimTemplates/{j}/spec/storageClassName", "class": class} if {
	some i, item in input.objects
	some j, template in item.spec.volumeClaimTemplates
	class := template.spec.storageClassName
}
