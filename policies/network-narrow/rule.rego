# METADATA
# title: What a network policy opens is named, port by port and peer by peer
# description: >-
#   A rule without peers or ports, an empty selector and a range of everything each open more than anybody decided. Whatever
#   is not known to be narrow is found. Ranges are compared as addresses: `0.0.0.0/1` is as wide as it looks.
package kade.network_narrow

sides := {"ingress": "from", "egress": "to"}

opened := {"ingress": "ingress-open", "egress": "egress-open"}

rules := [found |
	some i, item in input.objects
	item.kind == "NetworkPolicy"
	some side, peers in sides
	list := object.get(item, ["spec", side], [])
	some j, rule in list_of(list)
	found := {
		"path": $"/objects/{i}/spec/{side}/{j}",
		"object": object.get(item, ["metadata", "name"], "?"),
		"side": side,
		"peers": object.get(rule, peers, null),
		"ports": object.get(rule, "ports", null),
		"where": peers,
	}
]

# What is no list is one rule that says nothing.
list_of(list) := list if is_array(list)

list_of(list) := [{}] if not is_array(list)

findings contains {
	"message": "ports-open",
	"path": $"{found.path}/ports",
	"values": {"object": found.object},
} if {
	some found in rules
	not ports_named(found)
}

ports_named(found) if {
	is_array(found.ports)
	count(found.ports) > 0
	count([port | some port in found.ports; not port_named(port)]) == 0
}

port_named(port) if is_number(port.port)

port_named(port) if is_string(port.port)

findings contains {
	"message": opened[found.side],
	"path": $"{found.path}/{found.where}",
	"values": {"object": found.object},
} if {
	some found in rules
	not peers_named(found)
}

peers_named(found) if {
	is_array(found.peers)
	count(found.peers) > 0
	count([peer | some peer in found.peers; not peer_named(peer)]) == 0
}

peer_named(peer) if is_object(peer.ipBlock)

peer_named(peer) if {
	is_null(object.get(peer, "ipBlock", null))
	selector_named(object.get(peer, "namespaceSelector", null))
	selector_named(object.get(peer, "podSelector", null))
	count(object.keys(peer)) > 0
}

selector_named(selector) if is_null(selector)

selector_named(selector) if count(object.get(selector, "matchLabels", {})) > 0

selector_named(selector) if count(object.get(selector, "matchExpressions", [])) > 0

blocks := [block |
	some found in rules
	some k, peer in found.peers
	is_object(peer.ipBlock)
	block := {
		"path": $"{found.path}/{found.where}/{k}/ipBlock",
		"object": found.object,
		"side": found.side,
		"cidr": object.get(peer.ipBlock, "cidr", null),
		"except": object.get(peer.ipBlock, "except", []),
	}
]

# From outside come only those who were named: nobody is, by an address.
findings contains {
	"message": "ingress-open",
	"path": block.path,
	"values": {"object": block.object},
} if {
	some block in blocks
	block.side == "ingress"
	not narrow(block)
}

findings contains {
	"message": "egress-range",
	"path": block.path,
	"values": {"object": block.object, "range": block.cidr},
} if {
	some block in blocks
	block.side == "egress"
	not narrow(block)
}

# To what is not private an app may go where none of the ranges below is open with it.
narrow(block) if {
	block.side == "egress"
	count([range | some range in closed; not kept_out(block, range)]) == 0
}

# From outside the cluster come only addresses of a private network that somebody named.
narrow(block) if {
	block.side == "ingress"
	some range in private
	net.cidr_contains(range, block.cidr)
}

# Where the API server and other tenants live.
private := [
	"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
]

# Where a cloud hands out its keys: never opened, however it is named.
metadata := ["169.254.0.0/16", "fe80::/10"]

closed := array.concat(private, metadata)

kept_out(block, range) if net.cidr_intersects(block.cidr, range) == false

kept_out(block, range) if {
	some exception in block.except
	net.cidr_contains(exception, range)
}

# A part of a private network that somebody chose, as an environment does.
kept_out(block, range) if {
	range in private
	net.cidr_contains(range, block.cidr)
}
