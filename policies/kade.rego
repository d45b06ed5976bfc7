# METADATA
# title: Every finding of every policy
# description: >-
#   The one entrypoint. A policy says what it found as data (which message, where, with which values, which fix); its
#   texts stand in texts.yaml beside it, in both languages. So no rule here builds a sentence, and none can vanish
#   because a word of its sentence was missing. Quantities arrive as numbers (platform/governance/policy-input.ts).
#   `not f(input.a.b)` is undefined, not true, when `input.a.b` is absent: arguments are looked up before the negation.
#   So what stands after `not` is a rule, or a call whose arguments are plain names; tests/rules/policies.test.ts looks.
package kade

import data.kade.cluster_untouched
import data.kade.data_protected
import data.kade.image_known
import data.kade.metadata_own
import data.kade.namespace_exists
import data.kade.network_declared
import data.kade.network_narrow
import data.kade.resource_bounds
import data.kade.resource_shape
import data.kade.restricted_container

findings contains object.union(found, {"policy": "namespace-exists"}) if {
	some found in namespace_exists.findings
}

findings contains object.union(found, {"policy": "resource-bounds"}) if {
	some found in resource_bounds.findings
}

findings contains object.union(found, {"policy": "resource-shape"}) if {
	some found in resource_shape.findings
}

findings contains object.union(found, {"policy": "restricted-container"}) if {
	some found in restricted_container.findings
}

findings contains object.union(found, {"policy": "network-declared"}) if {
	some found in network_declared.findings
}

findings contains object.union(found, {"policy": "network-narrow"}) if {
	some found in network_narrow.findings
}

findings contains object.union(found, {"policy": "cluster-untouched"}) if {
	some found in cluster_untouched.findings
}

findings contains object.union(found, {"policy": "image-known"}) if {
	some found in image_known.findings
}

findings contains object.union(found, {"policy": "data-protected"}) if {
	some found in data_protected.findings
}

findings contains object.union(found, {"policy": "metadata-own"}) if {
	some found in metadata_own.findings
}
