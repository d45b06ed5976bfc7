package kade.data_protected_test

import data.kade.data_protected

messages(value) := {found.message | some found in data_protected.findings with input as value}

demanding(criterion, answer) := {
	"environment": {"demands": [criterion]},
	"app": {"id": "x", "passport": {criterion: answer}},
}

test_nothing_is_asked_of_nothing if messages({}) == set()

test_what_is_demanded_and_not_known_is_missing if {
	messages({"environment": {"demands": ["dpia", "data-class"]}}) == {"criterion-demanded", "class-demanded"}
}

test_an_answer_needs_evidence if {
	messages(demanding("dpia", {"answer": "yes", "assurance": "judged", "current": true})) == {"criterion-demanded"}
	messages(demanding("dpia", {"answer": "yes", "assurance": "evidenced", "current": true})) == set()
}

test_an_answer_that_expired_is_none if {
	messages(demanding("dpia", {"answer": "yes", "assurance": "evidenced", "current": false})) == {"criterion-demanded"}
}
