# METADATA
# title: Data and risk are answered for before an app gets them
# description: >-
#   What the passport of an app says, beside the class of data that a deployment is for and what its environment demands. An
#   answer counts while it has not expired. What an environment demands denies; the rest is told, since a person weighs it.
package kade.data_protected

passport := object.get(input, ["app", "passport"], {})

demands := object.get(input, ["environment", "demands"], [])

data_class := object.get(input, ["request", "dataClass"], null)

# Of people, or closer still.
sensitive if data_class in {"personal", "confidential"}

current(criterion) := answer if {
	answer := object.get(passport, criterion, {})
	answer.current == true
}

answered(criterion) if {
	answer := current(criterion)
	answer.answer in {"yes", "partly", "not-applicable"}
}

evidenced(criterion) if {
	answer := current(criterion)
	answer.answer == "not-applicable"
}

evidenced(criterion) if {
	answer := current(criterion)
	answer.answer == "yes"
	answer.assurance in {"evidenced", "ran"}
}

# ---- what an environment demands

findings contains {"message": "class-demanded", "path": "/dataClass"} if {
	"data-class" in demands
	is_null(data_class)
}

findings contains {
	"message": "criterion-demanded",
	"path": "/app",
	"values": {"app": object.get(input, ["app", "id"], "?"), "criterion": criterion},
} if {
	some criterion in demands
	criterion != "data-class"
	not evidenced(criterion)
}

# ---- what the app says of itself

risk := answer.value if answer := current("ai-risk")

findings contains {
	"message": "ai-prohibited",
	"path": "/app",
	"values": {"app": object.get(input, ["app", "id"], "?")},
} if {
	risk == "prohibited"
}

findings contains {
	"message": "high-risk-unregistered",
	"severity": "warn",
	"path": "/app",
	"values": {"app": object.get(input, ["app", "id"], "?")},
} if {
	risk == "high"
	not answered("algorithm-register")
}

# ---- data of people

findings contains {
	"message": "assessment-open",
	"severity": "warn",
	"path": "/dataClass",
	"values": {"app": object.get(input, ["app", "id"], "?"), "class": data_class},
} if {
	sensitive
	not answered("dpia")
}

findings contains {
	"message": "leaves-the-cluster",
	"severity": "warn",
	"path": "/dataClass",
	"values": {"app": object.get(input, ["app", "id"], "?"), "class": data_class, "because": way.because},
} if {
	sensitive
	some way in input.app.network.egress
}
