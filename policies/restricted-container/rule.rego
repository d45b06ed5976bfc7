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
		"probe-host": "",
		"apparmor": "/securityContext/appArmorProfile",
		"selinux": "/securityContext/seLinuxOptions",
		"host-process": "/securityContext/windowsOptions",
	}
	not safe(message, found)
}

safe("may-be-root", found) if own(found, "runAsNonRoot", null) == true

safe("may-be-root", found) if {
	is_null(own(found, "runAsNonRoot", null))
	found.pod.securityContext.runAsNonRoot == true
}

safe("may-be-root", found) if own_users(found.pod)

safe("root-user", found) if own_users(found.pod)

# Root of a user namespace of its own is nobody on the node (Kubernetes 1.35).
own_users(spec) if spec.hostUsers == false

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

safe("escalation", found) if on_windows(found.pod)

# The API server admits none of these fields in a pod for Windows, and no node for Linux runs one.
on_windows(spec) if spec.os.name == "windows"

safe("privileged", found) if own(found, "privileged", false) == false

safe("capabilities-kept", found) if "ALL" in found.container.securityContext.capabilities.drop

safe("capabilities-kept", found) if on_windows(found.pod)

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

safe("seccomp", found) if {
	on_windows(found.pod)
	is_null(own(found, "seccompProfile", null))
}

confined(profile) if profile.type in {"RuntimeDefault", "Localhost"}

safe("proc-mount", found) if own(found, "procMount", "Default") == "Default"

safe("host-port", found) if {
	ports := object.get(found.container, "ports", [])
	is_array(ports)
	count([port | some port in ports; not off_the_host(port)]) == 0
}

off_the_host(port) if object.get(port, "hostPort", 0) == 0

# The kubelet asks at the host of a probe or hook, in the name of its node.
safe("probe-host", found) if {
	container := found.container
	asked := [host |
		some handler in handlers
		some way in ["httpGet", "tcpSocket"]
		host := object.get(container, array.concat(handler, [way, "host"]), "")
		host != ""
	]
	count(asked) == 0
}

handlers := [
	["livenessProbe"], ["readinessProbe"], ["startupProbe"],
	["lifecycle", "postStart"], ["lifecycle", "preStop"],
]

safe("apparmor", found) if armoured(own(found, "appArmorProfile", null))

armoured(profile) if is_null(profile)

armoured(profile) if confined(profile)

safe("selinux", found) if plain_label(own(found, "seLinuxOptions", null))

plain_label(options) if is_null(options)

plain_label(options) if {
	object.get(options, "type", "") in selinux_types
	object.get(options, "user", "") == ""
	object.get(options, "role", "") == ""
}

selinux_types := {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

safe("host-process", found) if inside_windows(own(found, "windowsOptions", null))

inside_windows(options) if is_null(options)

inside_windows(options) if object.get(options, "hostProcess", false) == false

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
		"pod-may-be-root": "/securityContext/runAsNonRoot",
		"pod-seccomp": "/securityContext/seccompProfile",
		"pod-apparmor": "/securityContext/appArmorProfile",
		"pod-selinux": "/securityContext/seLinuxOptions",
		"pod-host-process": "/securityContext/windowsOptions",
	}
	not pod_safe(message, spec)
}

# Before Kubernetes 1.30 an annotation said what the field says now, and API servers still read it.
findings contains {"message": "pod-apparmor", "path": pod.path} if {
	some pod in pods.pods
	some name, value in pod.annotations
	startswith(name, "container.apparmor.security.beta.kubernetes.io/")
	not armoured_by_annotation(value)
}

armoured_by_annotation(value) if value in {"", "runtime/default"}

armoured_by_annotation(value) if startswith(value, "localhost/")

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

pod_safe("sysctls", spec) if {
	sysctls := object.get(spec, ["securityContext", "sysctls"], [])
	is_array(sysctls)
	count([sysctl | some sysctl in sysctls; not safe_sysctl(sysctl)]) == 0
}

safe_sysctl(sysctl) if sysctl.name in sysctls_of_the_pod

# Those whose effect ends at the pod, as of Kubernetes 1.32.
sysctls_of_the_pod := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}

# A pod that says no stays refused, whatever all its containers say: a container that comes later would take it over.
pod_safe("pod-may-be-root", spec) if of_pod(spec, "runAsNonRoot") in {null, true}

pod_safe("pod-may-be-root", spec) if own_users(spec)

pod_safe("pod-seccomp", spec) if is_null(of_pod(spec, "seccompProfile"))

pod_safe("pod-seccomp", spec) if confined(of_pod(spec, "seccompProfile"))

pod_safe("pod-apparmor", spec) if armoured(of_pod(spec, "appArmorProfile"))

pod_safe("pod-selinux", spec) if plain_label(of_pod(spec, "seLinuxOptions"))

pod_safe("pod-host-process", spec) if inside_windows(of_pod(spec, "windowsOptions"))

of_pod(spec, field) := object.get(spec, ["securityContext", field], null)

volume_kinds := {
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
	"persistentVolumeClaim", "projected", "secret",
}

pod_safe("volumes", spec) if {
	volumes := object.get(spec, "volumes", [])
	is_array(volumes)
	count([volume | some volume in volumes; not safe_volume(volume)]) == 0
}

# One without a source is an empty directory.
safe_volume(volume) if {
	fields := object.keys(volume)
	count([field | some field in fields; not allowed_volume_field(field)]) == 0
	count(fields - {"name"}) <= 1
}

allowed_volume_field("name")

allowed_volume_field(field) if field in volume_kinds
