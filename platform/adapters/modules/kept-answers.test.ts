import { expect, it } from 'vitest'
import { keepAnswers } from './kept-answers.ts'

it('forgets the answer that nobody asked for the longest, when there are too many', () => {
  const answers = keepAnswers<string>({ answers: 2, answerCharacters: 100 })
  answers.keep('a', 'A', 1)
  answers.keep('b', 'B', 1)
  answers.get('a')
  answers.keep('c', 'C', 1)
  expect(['a', 'b', 'c'].map(answers.get)).toEqual(['A', undefined, 'C'])
})

it('forgets until what is left is small enough, and never keeps what is too large alone', () => {
  const answers = keepAnswers<string>({ answers: 9, answerCharacters: 10 })
  answers.keep('a', 'A', 4)
  answers.keep('a', 'A', 5)
  answers.keep('b', 'B', 5)
  expect(['a', 'b'].map(answers.get)).toEqual(['A', 'B'])
  answers.keep('c', 'C', 6)
  expect(['a', 'b', 'c'].map(answers.get)).toEqual([undefined, undefined, 'C'])
  answers.keep('d', 'D', 11)
  expect(['c', 'd'].map(answers.get)).toEqual([undefined, undefined])
})
