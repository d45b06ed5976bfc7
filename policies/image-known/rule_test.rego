package kade.image_known_test

import data.kade.image_known

pod(image) := {"objects": [{
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "x"},
	"spec": {"containers": [{"name": "one", "image": image}]},
}]}

messages(value) := {found.message | some found in image_known.findings with input as value}

allowing(hosts, image) := object.union(pod(image), {"environment": {"allowed": {"imageHosts": hosts}}})

test_a_version_is_fixed if messages(pod("ghcr.io/a/b:1.2")) == set()

test_nothing_and_latest_move if {
	messages(pod("ghcr.io/a/b")) == {"moving"}
	messages(pod("ghcr.io/a/b:latest")) == {"moving"}
}

test_a_port_is_no_tag if messages(pod("registry.example.org:5000/a")) == {"moving"}

test_hosts_are_compared_whole if {
	messages(allowing(["ghcr.io"], "ghcr.io/a/b:1")) == set()
	messages(allowing(["ghcr.io"], "ghcr.io.example.net/a/b:1")) == {"host-foreign"}
	messages(allowing(["ghcr.io"], "a/ghcr.io/b:1")) == {"host-foreign"}
}

test_no_host_is_docker_hub if {
	messages(allowing(["docker.io"], "nginx:1")) == set()
	messages(allowing(["ghcr.io"], "library/nginx:1")) == {"host-foreign"}
}

test_what_reads_two_ways_is_refused if {
	messages(pod("https://ghcr.io/a/b:1")) == {"unreadable"}
	messages(pod("ghcr.io@evil.example/a/b:1")) == {"unreadable"}
	messages(pod("")) == {"unreadable"}
}
