/** Counts over the reports of Vitest's JSON reporter. */

export function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, skippedNames: [] }
}

/** A file that could not even be loaded has no tests to count, and counts as one failure. */
export function tallyOf(report) {
  const tally = emptyTally()
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every(each => each.status !== 'failed')) {
      tally.failed += 1
    }
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') tally.passed += 1
      else if (status === 'failed') tally.failed += 1
      else {
        tally.skipped += 1
        tally.skippedNames.push(fullName)
      }
    }
  }
  return tally
}

/** Paths of the files in which something failed. */
export function failedFiles(report) {
  return report.testResults.filter(file => file.status === 'failed').map(file => file.name)
}

/** The report with each file's second run in the place of its first. */
export function withSecondRun(first, second) {
  const again = new Map(second.testResults.map(file => [file.name, file]))
  return { testResults: first.testResults.map(file => again.get(file.name) ?? file) }
}

export function add(one, other) {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    skippedNames: [...one.skippedNames, ...other.skippedNames],
  }
}

export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
