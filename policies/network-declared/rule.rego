# METADATA
# title: What an app listens on and calls is declared, and only Kade opens the network
# description: >-
#   Every namespace denies all traffic by default, and Kade writes one NetworkPolicy per deployment from what the app
#   declares. So the whole of a deployment's objects holds exactly one, and nothing else that opens the network.
package kade.network_declared

import data.kade.pods

# `Secret`, `NetworkPolicy` and monitors are the platform's; the rules below hold them to the ones it writes.
allowed_kinds := {
	"apps/v1/Deployment", "apps/v1/StatefulSet",
	"autoscaling/v2/HorizontalPodAutoscaler",
	"batch/v1/CronJob", "batch/v1/Job",
	"monitoring.coreos.com/v1/PodMonitor", "monitoring.coreos.com/v1/ServiceMonitor",
	"networking.k8s.io/v1/Ingress", "networking.k8s.io/v1/NetworkPolicy",
	"policy/v1/PodDisruptionBudget",
	"v1/ConfigMap", "v1/PersistentVolumeClaim", "v1/Secret", "v1/Service", "v1/ServiceAccount",
}

allowed_kind(item) if $"{item.apiVersion}/{item.kind}" in allowed_kinds

findings contains {
	"message": "kind-forbidden",
	"path": $"/objects/{i}/kind",
	"values": {"kind": object.get(item, "kind", "?"), "object": object_name(item)},
} if {
	some i, item in input.objects
	not allowed_kind(item)
}

network_policies := [item | some item in input.objects; item.kind == "NetworkPolicy"]

# Without any object (a configuration that could not be rendered) nothing is opened.
findings contains {"message": "not-one-network-policy", "path": "/objects"} if {
	count(input.objects) > 0
	count(network_policies) != 1
}

findings contains {
	"message": "network-policy-foreign",
	"path": $"/objects/{i}/spec",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "NetworkPolicy"
	not own_network_policy(item)
}

# Named as the deployment, for its own pods only, and for both directions.
own_network_policy(item) if {
	item.metadata.name == input.request.name
	is_string(item.spec.podSelector.matchLabels["kade.dev/deployment"])
	"Ingress" in item.spec.policyTypes
	"Egress" in item.spec.policyTypes
}

# A monitor sends the cluster's Prometheus somewhere: to the pods of this deployment, and with nothing else to do there.
monitor_kinds := {"PodMonitor", "ServiceMonitor"}

findings contains {
	"message": "monitor-foreign",
	"path": $"/objects/{i}/spec",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind in monitor_kinds
	not own_monitor(item)
}

own_monitor(item) if {
	item.metadata.name == input.request.name
	is_string(item.spec.selector.matchLabels["kade.dev/deployment"])
	count([field | some field, _ in item.spec; not field in {"selector", "podMetricsEndpoints", "endpoints"}]) == 0
	endpoints := array.concat(object.get(item.spec, "podMetricsEndpoints", []), object.get(item.spec, "endpoints", []))
	count(endpoints) > 0
	count([endpoint | some endpoint in endpoints; not plain_endpoint(endpoint)]) == 0
}

plain_endpoint(endpoint) if {
	declared_port(endpoint.port)
	count([field | some field, _ in endpoint; not field in {"port", "path", "interval"}]) == 0
}

# Values of secrets come from the encrypted store when a worker applies, never from a module.
findings contains {
	"message": "secret-value",
	"path": $"/objects/{i}",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Secret"
	some field in ["data", "stringData"]
	values := object.get(item, field, {})
	not values in [{}, null]
}

# ---- the declaration itself

findings contains {"message": "undeclared", "path": "/app"} if not declared

declared if {
	is_object(input.app.network.ports)
	is_array(input.app.network.egress)
}

expose := object.get(input, ["app", "network", "expose"], null)

ports[name] := number if some name, number in input.app.network.ports

findings contains {"message": "expose-unknown", "path": "/app", "values": {"port": expose}} if {
	not is_null(expose)
	not declared_port(expose)
}

findings contains {"message": "egress-unexplained", "path": "/app"} if {
	some rule in input.app.network.egress
	not explained(rule)
}

explained(rule) if {
	rule.to == "internet-https"
	is_string(rule.because)
	rule.because != ""
}

# ---- what listens

findings contains {
	"message": "port-undeclared",
	"path": $"/objects/{i}/spec/ports/{j}",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Service"
	some j, port in item.spec.ports
	not declared_target(port)
}

findings contains {
	"message": "container-port-undeclared",
	"path": $"{found.path}/ports/{j}",
	"values": {"container": found.name},
} if {
	some found in pods.containers
	some j, port in found.container.ports
	not declared_container_port(port)
}

findings contains {
	"message": "port-undeclared",
	"path": $"/objects/{i}/spec/ports",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Service"
	not listed_ports(item)
}

listed_ports(item) if is_array(item.spec.ports)

# A port without a target leads to its own number.
declared_target(port) if declared_port(object.get(port, "targetPort", object.get(port, "port", null)))

declared_container_port(port) if declared_port(port.containerPort)

declared_port(port) if {
	is_string(port)
	is_number(ports[port])
}

declared_port(port) if {
	is_number(port)
	some number in ports
	number == port
}

findings contains {
	"message": "service-opens",
	"path": $"/objects/{i}/spec/type",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Service"
	not inside_service(item)
}

inside_service(item) if {
	object.get(item, ["spec", "type"], "ClusterIP") == "ClusterIP"
	outside := ["externalIPs", "externalName", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges"]
	count([field | some field in outside; object.get(item, ["spec", field], null) != null]) == 0
}

# ---- the way in from outside

requested_host := object.get(input, ["request", "ingress", "host"], null)

findings contains {
	"message": "nothing-exposed",
	"path": "/ingress",
	"values": {"app": object.get(input, ["app", "id"], "?")},
	"fix": [{"op": "replace", "path": "/ingress", "value": null}],
} if {
	not is_null(requested_host)
	is_null(expose)
}

# Whoever answers for a host name must have been asked for it.
findings contains {
	"message": "host-not-requested",
	"path": $"/objects/{i}/spec",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Ingress"
	not requested_ingress(item)
}

requested_ingress(item) if {
	is_string(requested_host)
	is_array(item.spec.rules)
	count(item.spec.rules) > 0
	count([rule | some rule in item.spec.rules; not for_requested_host(rule)]) == 0
	is_null(object.get(item, ["spec", "defaultBackend"], null))
	tls := object.get(item, ["spec", "tls"], [])
	count([host | some entry in tls; some host in entry.hosts; host != requested_host]) == 0
}

for_requested_host(rule) if rule.host == requested_host

# Annotations of an Ingress are instructions to its controller, some of them configuration or code.
findings contains {
	"message": "ingress-annotated",
	"path": $"/objects/{i}/metadata/annotations",
	"values": {"object": object_name(item)},
} if {
	some i, item in input.objects
	item.kind == "Ingress"
	not plain_annotations(item)
}

plain_annotations(item) if {
	annotations := object.get(item, ["metadata", "annotations"], {})
	is_object(annotations)
	count([name | some name, _ in annotations; not startswith(name, "kade.dev/")]) == 0
}

object_name(item) := object.get(item, ["metadata", "name"], "?")
