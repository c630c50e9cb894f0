/** The interface in one place: the endpoints that are mounted, and the document that is made from them. */
import { commandEndpoints } from './commands/command-routes'
import { COMMAND_BODY } from './commands/command-schemas'
import { commandCatalog, type CommandCatalog } from './genesis/command-catalog'
import type { Endpoint } from './http/endpoint'
import { createDocument, type OpenApiDocument } from './openapi/document'
import type { CommandPort, SessionPort, TaskPort, TicketPort } from './ports'
import { sessionEndpoints } from './sessions/session-routes'
import { EVENT_ENVELOPE } from './sessions/session-schemas'
import { ticketEndpoints } from './stream/ticket-routes'
import { taskEndpoints } from './tasks/task-routes'

export interface InterfaceParts {
  readonly commands: CommandPort
  readonly sessions: SessionPort
  readonly tasks: TaskPort
  readonly tickets: TicketPort
}

export interface DescribedInterface {
  readonly endpoints: readonly Endpoint[]
  readonly document: OpenApiDocument
}

/** The endpoints over `parts`, and their document. */
export function describeInterface(
  parts: InterfaceParts,
  catalog: CommandCatalog = commandCatalog,
): DescribedInterface {
  const groups = {
    Sessions: sessionEndpoints(parts.sessions),
    Commands: commandEndpoints(parts.commands),
    Tasks: taskEndpoints(parts.tasks),
    Stream: ticketEndpoints(parts.tickets),
  }
  const document = createDocument({
    endpoints: groups,
    shared: [EVENT_ENVELOPE],
    commandBody: COMMAND_BODY,
    catalog,
  })
  return { endpoints: Object.values(groups).flat(), document }
}
