import { z } from 'zod'

// zod compiles parsers with `new Function`, which the Content-Security-Policy forbids. This has to run before
// the first schema is made, so app/client.ts imports it first.
z.config({ jitless: true })
