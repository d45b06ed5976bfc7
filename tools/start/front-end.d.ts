/** One digest over the paths and contents of everything the portal is built from. */
export function inputsDigest(root: string, inputs?: readonly string[]): Promise<string>
