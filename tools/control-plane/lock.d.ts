/** Takes the lock, or answers undefined when a living process holds it. What it answers gives the lock back. */
export function takeLock(file: string): Promise<(() => Promise<void>) | undefined>
/** What names a process for good: a number alone is given out again. Undefined when none lives under it. */
export function holderOf(pid: number): Promise<{ pid: number; started: string } | undefined>
/** Whether the process that this JSON of `holderOf` names still lives. */
export function isAlive(text: string): Promise<boolean>
