# METADATA
# title: An image is one that is known - from where, and which
# description: >-
#   The reference is taken apart as container runtimes do, and hosts are compared whole: `ghcr.io.example.net` is not `ghcr.io`.
#   A reference of any other shape is refused, or two readers of it could disagree. Which hosts an environment allows, and
#   whether it demands digests, is in the input.
package kade.image_known

import data.kade.pods

# host[:port]/path[:tag][@digest], in small letters up to the tag.
shape := `^([a-z0-9][a-z0-9.-]*(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[a-f0-9]+)?$`

readable(image) if {
	is_string(image)
	regex.match(shape, image)
	digest_whole(image)
}

digest_whole(image) if not contains(image, "@")

# Counted here: a counted repetition makes the expression expensive to read.
digest_whole(image) if count(split(image, "@sha256:")[1]) == 64

images := [found |
	some container in pods.containers
	found := {
		"path": $"{container.path}/image",
		"container": container.name,
		"image": object.get(container.container, "image", "–"),
		"pulled": object.get(container.container, "imagePullPolicy", "Always") != "Never",
	}
]

allowed := object.get(input, ["environment", "allowed"], {})

findings contains {
	"message": reason,
	"path": found.path,
	"values": {"container": found.container, "image": found.image, "host": host(found.image)},
} if {
	some found in images
	reason := fault(found)
}

fault(found) := "unreadable" if {
	image := found.image
	not readable(image)
} else := "host-foreign" if {
	hosts := allowed.imageHosts
	from := host(found.image)
	not from in hosts
} else := "moving" if {
	image := found.image
	not fixed(found, image)
} else := "without-digest" if {
	allowed.imageTags == false
	image := found.image
	not digested(image)
}

# What is readable holds an @ for its digest only.
digested(image) if contains(image, "@")

fixed(_, image) if digested(image)

# A colon after the last slash begins a tag; one before it, a port.
fixed(_, image) if {
	parts := split(image, "/")
	last := parts[count(parts) - 1]
	contains(last, ":")
	not endswith(last, ":latest")
}

# What somebody built on the node where it is tried; the kit lets only dev do that.
fixed(found, _) if {
	found.pulled == false
	input.namespace.environment == "dev"
}

# Docker's rule: what comes first is a host when it could not be a path.
host_like(first) if contains(first, ".")

host_like(first) if contains(first, ":")

host_like("localhost")

host(image) := first if {
	parts := split(image, "/")
	count(parts) > 1
	first := parts[0]
	host_like(first)
} else := "docker.io"
