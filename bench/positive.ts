/** The number that an option says. Throws for what is none above 0. */
export function positive(text: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new Error(`"${text}" is no number above 0.`)
}
