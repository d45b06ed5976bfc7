/**
 * Capabilities that are reached by a connection string and not over HTTP: how their addresses begin, and the usual port of each. The
 * first is the one to show.
 */
export const databaseProtocols: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  postgres: { 'postgresql:': 5432, 'postgres:': 5432 },
  mongodb: { 'mongodb:': 27017 },
  redis: { 'redis:': 6379, 'rediss:': 6379 },
}
