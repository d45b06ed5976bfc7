/** Moves the focus to the field of a form at a pointer, opening what it is folded in; false where there is none. */
export function focusField(form: HTMLElement | null, pointer: string): boolean {
  const field = form?.querySelector<HTMLElement>(`[data-field="${CSS.escape(pointer)}"]`)
  if (field) reveal(field)
  return Boolean(field)
}

/** Moves the focus to the first field of a form that is said to be wrong. */
export function focusFirstWrong(form: HTMLElement | null): void {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]')
  if (field) reveal(field)
}

function reveal(field: HTMLElement): void {
  const fold = field.closest('details')
  if (fold) fold.open = true
  field.focus()
}
