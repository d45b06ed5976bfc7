import type { EnvValue } from '#kit/env.ts'

type Who = 'nobody' | 'admins' | 'everyone'

/** What the app is told for each answer to who may have it run code of their own. A server of tools (MCP) is a program as well. */
export const codeRights: Readonly<Record<Who, Readonly<Record<string, EnvValue>>>> = {
  nobody: {
    LANGFLOW_ALLOW_CUSTOM_COMPONENTS: false,
    LANGFLOW_BLOCK_CODE_INTERPRETER_COMPONENTS: true,
    LANGFLOW_AGENTIC_EXPERIENCE: false,
    LANGFLOW_MCP_SERVERS_LOCKED: true,
  },
  admins: {
    LANGFLOW_ALLOW_CUSTOM_COMPONENTS: true,
    LANGFLOW_CUSTOM_COMPONENT_ADMIN_ONLY: true,
    LANGFLOW_BLOCK_CODE_INTERPRETER_COMPONENTS: true,
    LANGFLOW_AGENTIC_EXPERIENCE: false,
    LANGFLOW_MCP_SERVERS_LOCKED: true,
  },
  everyone: { LANGFLOW_ALLOW_CUSTOM_COMPONENTS: true },
}
