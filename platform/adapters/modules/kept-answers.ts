export type KeptAnswers<Answer> = {
  get(question: string): Answer | undefined
  keep(question: string, answer: Answer, characters: number): void
}

/** The answers that were asked for last, in bounded number and size: a module is a pure function, so the same question has the same one. */
export function keepAnswers<Answer>(room: {
  readonly answers: number
  readonly answerCharacters: number
}): KeptAnswers<Answer> {
  // The one asked for last stands last.
  const kept = new Map<string, { readonly answer: Answer; readonly characters: number }>()
  let total = 0
  const forget = (question: string) => {
    total -= kept.get(question)?.characters ?? 0
    kept.delete(question)
  }
  return {
    get(question) {
      const found = kept.get(question)
      if (!found) return undefined
      kept.delete(question)
      kept.set(question, found)
      return found.answer
    },
    keep(question, answer, characters) {
      forget(question)
      kept.set(question, { answer, characters })
      total += characters
      for (const oldest of kept.keys()) {
        if (kept.size <= room.answers && total <= room.answerCharacters) break
        forget(oldest)
      }
    },
  }
}
