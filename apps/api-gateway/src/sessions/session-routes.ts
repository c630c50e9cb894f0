/** The routes of sessions: open one, list them, read a state, read a history. */
import type { SessionStatus } from '@infinite-scribe/shared-types'
import { endpoint, ok, type Endpoint } from '../http/endpoint'
import { isRefusal } from '../outcome'
import type { SessionPort } from '../ports'
import {
  HISTORY_PAGE,
  HISTORY_QUERY,
  LIST_SESSIONS_QUERY,
  OPEN_SESSION_BODY,
  OPENED_SESSION,
  SESSION_PAGE,
  SESSION_STATE,
} from './session-schemas'

/** The endpoints that `sessions` answers. */
export function sessionEndpoints(sessions: SessionPort): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/genesis/sessions',
      operationId: 'openSession',
      summary: 'Open a session',
      rateLimited: true,
      takesIdempotencyKey: true,
      body: OPEN_SESSION_BODY,
      bodyOptional: true,
      answers: { 201: OPENED_SESSION },
      location: '/genesis/sessions/{session_id}/state',
      handle: async ({ context, idempotencyKey }) => {
        const opened = await sessions.open({ ...context, ...(idempotencyKey && { idempotencyKey }) })
        if (isRefusal(opened)) return opened
        const { replayed, ...body } = opened
        const location = `/genesis/sessions/${body.session_id}/state`
        return { status: 201, body, location, replayed }
      },
    }),
    endpoint<undefined, { status?: SessionStatus; after?: string; limit: number }>({
      method: 'get',
      path: '/genesis/sessions',
      operationId: 'listSessions',
      summary: 'List your sessions, newest first',
      query: LIST_SESSIONS_QUERY,
      answers: { 200: SESSION_PAGE },
      handle: async ({ context, query }) => ok(await sessions.list(context.caller, query)),
    }),
    endpoint({
      method: 'get',
      path: '/genesis/sessions/{session_id}/state',
      operationId: 'readSessionState',
      summary: 'Read what a page needs after a reload',
      answers: { 200: SESSION_STATE },
      refusals: ['SESSION_NOT_FOUND'],
      handle: async ({ context, ids }) => ok(await sessions.state(context.caller, ids.session_id)),
    }),
    endpoint<undefined, { after: number; limit: number }>({
      method: 'get',
      path: '/genesis/sessions/{session_id}/events',
      operationId: 'readSessionHistory',
      summary: "Read the session's history",
      query: HISTORY_QUERY,
      answers: { 200: HISTORY_PAGE },
      refusals: ['SESSION_NOT_FOUND'],
      handle: async ({ context, ids, query }) =>
        ok(await sessions.history(context.caller, ids.session_id, query)),
    }),
  ]
}
