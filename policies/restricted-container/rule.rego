# METADATA
# title: Containers run as an ordinary user, on a read-only root file system, and cannot gain rights
# description: >-
#   Pod Security Standard `restricted` as the API server enforces it (k8s.io/pod-security-admission), and a read-only
#   root file system, which that standard does not ask for. Each rule asks whether a container is known to be safe and
#   finds fault with every other one, so that a field that is absent, misspelt or of another type counts as unsafe.
package kade.restricted_container

import data.kade.pods

findings contains {"message": "unreadable", "path": path} if some path in pods.unreadable

findings contains {"message": message, "path": $"{found.path}{where}", "values": {"container": found.name}} if {
	some found in pods.containers
	some message, where in container_faults(found)
}

findings contains {
	"message": "writable-root-relaxed",
	"severity": "warn",
	"path": $"{found.path}/securityContext/readOnlyRootFilesystem",
	"values": {"container": found.name, "because": relaxation.because},
} if {
	some found in pods.containers
	not read_only(found)
	some relaxation in relaxations("writableRootFilesystem")
}

findings contains {
	"message": "token-relaxed",
	"severity": "warn",
	"path": $"{pod.path}/automountServiceAccountToken",
	"values": {"because": relaxation.because},
} if {
	some pod in pods.pods
	spec := pod.spec
	is_object(spec)
	not token_withheld(spec)
	some relaxation in relaxations("serviceAccountToken")
}

container_faults(found) := {message: where |
	some message, where in {
		"may-be-root": "/securityContext/runAsNonRoot",
		"root-user": "/securityContext/runAsUser",
		"writable-root": "/securityContext/readOnlyRootFilesystem",
		"escalation": "/securityContext/allowPrivilegeEscalation",
		"privileged": "/securityContext/privileged",
		"capabilities-kept": "/securityContext/capabilities/drop",
		"capabilities-added": "/securityContext/capabilities/add",
		"seccomp": "/securityContext/seccompProfile",
		"proc-mount": "/securityContext/procMount",
		"host-port": "/ports",
	}
	not safe(message, found)
}

safe("may-be-root", found) if own(found, "runAsNonRoot", null) == true

safe("may-be-root", found) if {
	is_null(own(found, "runAsNonRoot", null))
	found.pod.securityContext.runAsNonRoot == true
}

safe("root-user", found) if {
	ordinary_user(own(found, "runAsUser", null))
	ordinary_user(object.get(found.pod, ["securityContext", "runAsUser"], null))
}

# The image's own user then; runAsNonRoot makes the kubelet refuse root.
ordinary_user(user) if is_null(user)

ordinary_user(user) if {
	is_number(user)
	user > 0
}

safe("writable-root", found) if read_only(found)

# Told as a warning above.
safe("writable-root", _) if count(relaxations("writableRootFilesystem")) > 0

read_only(found) if found.container.securityContext.readOnlyRootFilesystem == true

safe("escalation", found) if found.container.securityContext.allowPrivilegeEscalation == false

safe("privileged", found) if own(found, "privileged", false) == false

safe("capabilities-kept", found) if "ALL" in found.container.securityContext.capabilities.drop

safe("capabilities-added", found) if {
	added := object.get(found.container, ["securityContext", "capabilities", "add"], [])
	is_array(added)
	count([one | some one in added; one != "NET_BIND_SERVICE"]) == 0
}

safe("seccomp", found) if confined(own(found, "seccompProfile", null))

safe("seccomp", found) if {
	is_null(own(found, "seccompProfile", null))
	confined(found.pod.securityContext.seccompProfile)
}

confined(profile) if profile.type in {"RuntimeDefault", "Localhost"}

safe("proc-mount", found) if own(found, "procMount", "Default") == "Default"

safe("host-port", found) if {
	ports := object.get(found.container, "ports", [])
	is_array(ports)
	count([port | some port in ports; not off_the_host(port)]) == 0
}

off_the_host(port) if object.get(port, "hostPort", 0) == 0

own(found, field, otherwise) := object.get(found.container, ["securityContext", field], otherwise)

relaxations(what) := [relaxation |
	some relaxation in input.app.relaxations
	relaxation.what == what
	is_string(relaxation.because)
	relaxation.because != ""
]

# ---- the pod around the containers

findings contains {"message": message, "path": $"{pod.path}{where}"} if {
	some pod in pods.pods
	spec := pod.spec
	is_object(spec)
	some message, where in {
		"host-network": "/hostNetwork",
		"host-pid": "/hostPID",
		"host-ipc": "/hostIPC",
		"service-account": "/serviceAccountName",
		"token-mounted": "/automountServiceAccountToken",
		"sysctls": "/securityContext/sysctls",
		"volumes": "/volumes",
	}
	not pod_safe(message, spec)
}

pod_safe("host-network", spec) if object.get(spec, "hostNetwork", false) == false

pod_safe("host-pid", spec) if object.get(spec, "hostPID", false) == false

pod_safe("host-ipc", spec) if object.get(spec, "hostIPC", false) == false

# `kade-deployer` writes the deployment's objects; a pod that ran as it could write them too.
pod_safe("service-account", spec) if {
	account := object.get(spec, "serviceAccountName", "default")
	account in own_accounts
	account != "kade-deployer"
	object.get(spec, "serviceAccount", account) == account
}

own_accounts := array.concat(["default"], [item.metadata.name |
	some item in input.objects
	item.kind == "ServiceAccount"
])

pod_safe("token-mounted", spec) if token_withheld(spec)

# Told as a warning above.
pod_safe("token-mounted", _) if count(relaxations("serviceAccountToken")) > 0

token_withheld(spec) if spec.automountServiceAccountToken == false

pod_safe("sysctls", spec) if object.get(spec, ["securityContext", "sysctls"], []) == []

volume_kinds := {
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
	"persistentVolumeClaim", "projected", "secret",
}

pod_safe("volumes", spec) if {
	volumes := object.get(spec, "volumes", [])
	is_array(volumes)
	count([volume | some volume in volumes; not safe_volume(volume)]) == 0
}

safe_volume(volume) if {
	fields := object.keys(volume)
	count([field | some field in fields; not allowed_volume_field(field)]) == 0
	count(fields) == 2
}

allowed_volume_field("name")

allowed_volume_field(field) if field in volume_kinds
