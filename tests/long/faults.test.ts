import { faultsTest } from '#tests/faults/faults-test.ts'

faultsTest(600)
