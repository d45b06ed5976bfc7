import { faultsTest } from './faults-test.ts'

faultsTest(60)
