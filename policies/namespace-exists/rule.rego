# METADATA
# title: The namespace exists, and the requester may deploy into it
package kade.namespace_exists

namespace_name := object.get(input, ["namespace", "name"], "?")

findings contains {"message": "unknown", "path": "/namespace", "values": {"namespace": namespace_name}} if {
	not exists
}

findings contains {"message": "preparing", "path": "/namespace", "values": {"namespace": namespace_name}} if {
	exists
	not ready
}

findings contains {"message": "not-allowed", "path": "/namespace", "values": {"namespace": namespace_name}} if {
	exists
	not may_deploy
}

findings contains {"message": "another-namespace", "path": "/namespace", "values": {"namespace": namespace_name}} if {
	not asked_for
}

# An object that names no namespace would land in whichever one the client defaults to.
findings contains {
	"message": "outside",
	"path": $"/objects/{i}/metadata/namespace",
	"values": {"namespace": namespace_name, "object": object.get(item, ["metadata", "name"], "?")},
} if {
	some i, item in input.objects
	not inside(item)
}

exists if input.namespace.exists == true

ready if input.namespace.ready == true

may_deploy if input.actor.mayDeploy == true

asked_for if input.request.namespace == input.namespace.name

inside(item) if item.metadata.namespace == input.namespace.name
