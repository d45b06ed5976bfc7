import { z } from 'zod'
import { Approval, ApprovalDetail } from './approvals.ts'
import { App, AppSummary, Passport } from './apps.ts'
import { AuditEntry } from './audit.ts'
import { Cluster, CreateNamespace, Namespace } from './clusters.ts'
import { contract } from './contract.ts'
import {
  CreateDeployment,
  Deployment,
  DeploymentInput,
  ObjectStatus,
  Preview,
  Resources,
  Revision,
  Rollback,
  TimelineEntry,
} from './deployments.ts'
import { EventView } from './events.ts'
import { Finding } from './findings.ts'
import { Logs } from './logs.ts'
import { DeploymentMetrics } from './metrics.ts'
import { Text } from './names.ts'
import { DeadLetter, Operation, OperationOfDeployment } from './operations.ts'
import { Problem, problemStatus } from './problem.ts'
import type { Route } from './route.ts'
import { DeploymentSecret, RevealedSecret } from './secrets.ts'
import { Session, SignIn } from './session.ts'

/** Semantic version of the HTTP API; also sent as the `API-Version` header. */
export const apiVersion = '1.0.0'

type Json = { [key: string]: unknown }

/** The OpenAPI 3.1 document of the HTTP API, derived from the contract and nothing else. */
export function buildOpenApi(): Json {
  const paths: Record<string, Json> = {}
  const schemas: Schemas = new Map()
  schemaOf(Problem, 'output', schemas)
  for (const [name, route] of Object.entries(contract)) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = operation(name, route, schemas)
    paths[route.path] = path
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kade',
      version: apiVersion,
      summary: 'Self-service app store for AI applications on Kubernetes',
      description:
        'Find an app, see what it is, deploy it and keep it running. Names of paths and fields are English; the glossary stands in docs/.',
      contact: { name: 'The Kade project', url: 'https://kade.dev' },
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { cookie: [], csrf: [] }],
    tags: tags(),
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      headers: { 'API-Version': apiVersionHeader },
      responses: problemResponses(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of connection.json.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'kade-session' },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'X-CSRF-Token',
          description: 'With the cookie, on every change: the `csrf` of GET /session.',
        },
      },
    },
  }
}

const apiVersionHeader = {
  description: 'Version of the API that answered.',
  schema: { type: 'string', examples: [apiVersion] },
}

function tags(): Json[] {
  const names = new Set(Object.values(contract).map(({ tag }) => tag))
  return [...names].map(name => ({ name }))
}

function operation(name: string, route: Route, schemas: Schemas): Json {
  const open = route.action === 'session.open'
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.tag],
    ...(open ? { security: [] } : {}),
    parameters: [
      ...fields(route.params, 'path', schemas),
      ...fields(route.query, 'query', schemas),
      ...headers(route),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(route.body, 'input', schemas) } },
          },
        }
      : {}),
    responses: { ...answers(route, schemas), ...problems(route) },
  }
}

function fields(
  object: z.ZodObject | undefined,
  place: 'path' | 'query',
  schemas: Schemas,
): Json[] {
  return Object.entries(object?.shape ?? {}).map(([name, schema]) => {
    // The members of a ZodObject are zod types; its declaration says the core type only.
    const described = schemaOf(schema as z.ZodType, 'input', schemas)
    return { name, in: place, required: place === 'path', schema: described }
  })
}

function headers(route: Route): Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  })
  const found: Json[] = []
  if (route.conditional)
    found.push(header('If-Match', 'The etag of what you saw; refused with 412 when it changed.'))
  const repeatable =
    route.method === 'GET' || route.action.endsWith('.read') || route.secretAnswer === true
  if (!repeatable && route.tag !== 'session')
    found.push(header('Idempotency-Key', 'The same key with the same request runs once.'))
  if (route.stream) found.push(header('Last-Event-ID', 'Go on after this event.'))
  return found
}

function answers(route: Route, schemas: Schemas): Json {
  const lines = route.lines ? 'application/x-ndjson' : 'application/json'
  const type = route.stream ? 'text/event-stream' : lines
  const entries = Object.entries(route.answers).map(([status, schema]) => [
    status,
    {
      description: descriptions[status] ?? 'Done.',
      headers: {
        'API-Version': { $ref: '#/components/headers/API-Version' },
        ...(route.starts === 'operation'
          ? { Location: { description: 'The operation.', schema: { type: 'string' } } }
          : {}),
      },
      ...(schema ? { content: { [type]: { schema: schemaOf(schema, 'output', schemas) } } } : {}),
    },
  ])
  return Object.fromEntries(entries)
}

const descriptions: Record<string, string> = {
  200: 'The answer.',
  201: 'Made.',
  202: 'Accepted; it goes on by itself.',
  204: 'Done; nothing to say.',
}

function problems(route: Route): Json {
  const statuses = new Set([400, 401, 403, 429, 500, 503])
  if (route.params) statuses.add(404)
  if (route.body) for (const status of [413, 415, 422]) statuses.add(status)
  if (route.starts) for (const status of [409, 422]) statuses.add(status)
  if (route.secretAnswer) for (const status of [409, 422]) statuses.add(status)
  if (route.conditional) statuses.add(412)
  return Object.fromEntries(
    [...statuses].sort().map(status => [status, { $ref: `#/components/responses/${status}` }]),
  )
}

function problemResponses(): Json {
  const byStatus = new Map<number, string[]>()
  for (const [code, status] of Object.entries(problemStatus))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  const entries = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: `A problem: ${codes.join(', ')}.`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ])
  return Object.fromEntries(entries)
}

/** Schemas that stand once in the document, by name, and are referred to from everywhere else. */
const named = {
  App,
  AppSummary,
  Approval,
  ApprovalDetail,
  AuditEntry,
  Cluster,
  CreateDeployment,
  CreateNamespace,
  DeadLetter,
  Deployment,
  DeploymentInput,
  DeploymentMetrics,
  DeploymentSecret,
  EventView,
  Finding,
  Logs,
  Namespace,
  ObjectStatus,
  Operation,
  OperationOfDeployment,
  Passport,
  Preview,
  Problem,
  Resources,
  RevealedSecret,
  Revision,
  Rollback,
  Session,
  SignIn,
  Text,
  TimelineEntry,
}

const names = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(named)) names.add(schema, { id })

type Schemas = Map<string, Json>

/**
 * A schema as the document holds it: its named parts move to `schemas`. `input` is what may be sent (what has a default may
 * be absent), `output` what is answered; a named schema must read the same both ways, or be two.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  const {
    $schema: _,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    metadata: names,
    // With a registry of our own, what `describe` wrote is left out otherwise.
    override: ({ zodSchema, jsonSchema }) => {
      const { description } = z.globalRegistry.get(zodSchema) ?? {}
      if (description !== undefined) jsonSchema.description = description
    },
  })
  for (const [name, part] of Object.entries($defs ?? {})) {
    const moved = refer(part)
    const known = schemas.get(name)
    if (known && JSON.stringify(known) !== JSON.stringify(moved))
      throw new Error(`${name} reads differently when sent and when answered: give each a schema.`)
    schemas.set(name, moved)
  }
  return refer(rest)
}

function refer(schema: object): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
