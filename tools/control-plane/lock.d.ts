/** Takes the lock, or answers undefined when a living process holds it. What it answers gives the lock back. */
export function takeLock(file: string): Promise<(() => Promise<void>) | undefined>
