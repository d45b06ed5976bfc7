package kade.network_narrow_test

import data.kade.network_narrow

policy(spec) := {"objects": [{"kind": "NetworkPolicy", "metadata": {"name": "x"}, "spec": spec}]}

to(block) := policy({"egress": [{"ports": [{"port": 443}], "to": [{"ipBlock": block}]}]})

messages(value) := {found.message | some found in network_narrow.findings with input as value}

test_nothing_opened_is_allowed if messages(policy({"ingress": [], "egress": []})) == set()

test_an_empty_rule_opens_everything if {
	messages(policy({"ingress": [{}]})) == {"ports-open", "ingress-open"}
	messages(policy({"egress": [{}]})) == {"ports-open", "egress-open"}
}

test_half_of_all_addresses_is_too_wide if messages(to({"cidr": "128.0.0.0/1"})) == {"egress-range"}

test_an_address_of_the_internet_is_narrow if messages(to({"cidr": "93.184.216.0/24"})) == set()

test_a_private_range_that_was_named_is_narrow if messages(to({"cidr": "10.20.0.0/16"})) == set()

test_the_metadata_address_is_never_opened if messages(to({"cidr": "169.254.169.254/32"})) == {"egress-range"}

test_what_is_no_range_is_not_narrow if messages(to({"cidr": "everywhere"})) == {"egress-range"}
