package kade.resource_shape_test

import data.kade.resource_shape

pod(resources) := {"objects": [{
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "x"},
	"spec": {"containers": [{"name": "one", "resources": resources}]},
}]}

messages(value) := {found.message | some found in resource_shape.findings with input as value}

test_a_whole_device_is_allowed if messages(pod({"limits": {"nvidia.com/gpu": 1}})) == set()

test_a_device_is_compared_with_its_limit if {
	messages(pod({"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "2"}})) == {"device-in-parts"}
}

test_no_amount_is_no_device if messages(pod({"limits": {"nvidia.com/gpu": 0}})) == {"device-in-parts"}
