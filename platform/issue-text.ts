/** The kit's words for what is wrong with an answer, for doors that know the platform and not the kit. */
export { issueText } from '#kit/issue-text.ts'
