# METADATA
# title: What is requested is near what may be used, and devices are whole
# description: >-
#   A limit far above its request promises room that nobody set aside: told, since an app may be idle most of the day. A device
#   such as a GPU is never shared: it is asked for whole, and where an environment says which, only those.
package kade.resource_shape

import data.kade.pods

# How many times its request a container may use before it is told.
most := {"cpuMillis": 50, "memoryBytes": 16}

findings contains {
	"message": "far-above-request",
	"severity": "warn",
	"path": $"{found.path}/resources/limits",
	"values": {"container": found.name, "what": kind, "times": most[kind]},
} if {
	some found in pods.containers
	some kind, times in most
	requested := found.container.resources.requests[kind]
	limit := found.container.resources.limits[kind]
	limit > requested * times
}

# Kubernetes names what is no part of the machine itself as its maker does: `nvidia.com/gpu`.
devices := [device |
	some found in pods.containers
	some part in ["requests", "limits"]
	some name, amount in found.container.resources[part]
	contains(name, "/")
	device := {
		"path": $"{found.path}/resources/{part}",
		"container": found.name,
		"name": name,
		"amount": amount,
		"limit": object.get(found.container, ["resources", "limits", name], null),
	}
]

findings contains {
	"message": "device-in-parts",
	"path": device.path,
	"values": {"container": device.container, "device": device.name},
} if {
	some device in devices
	not whole(device)
}

whole(device) if {
	device.amount == device.limit
	regex.match(`^[1-9][0-9]?$`, $"{device.amount}")
}

allowed := object.get(input, ["environment", "allowed", "devices"], null)

findings contains {
	"message": "device-not-allowed",
	"path": device.path,
	"values": {"container": device.container, "device": device.name},
} if {
	is_array(allowed)
	some device in devices
	name := device.name
	not name in allowed
}
