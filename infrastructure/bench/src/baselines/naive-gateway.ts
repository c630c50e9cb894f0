/** The gateway that one writes first: Express, a token checked with a string secret, a knex transaction, a log line. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { verify, type JwtPayload } from 'jsonwebtoken'
import { knex } from 'knex'
import { createLogger, format, transports } from 'winston'
import { JWT } from '../environment/tokens'
import { runWorker } from '../workers/worker'

interface Session {
  id: string
  user_id: string
  status: string
  version: number
  last_event_id: string
}

interface Body {
  command_type?: string
  payload?: { feedback?: string; rating?: number }
}

runWorker<{ databaseUrl: string; connections: number; logFile: string }>(
  async ({ job, ready, mark, untilStopped }) => {
    const db = knex({ client: 'pg', connection: job.databaseUrl, pool: { min: 0, max: job.connections } })
    const logger = createLogger({
      format: format.combine(format.timestamp(), format.json()),
      transports: [new transports.File({ filename: job.logFile })],
    })
    const app = express()
    app.use(express.json())

    app.post('/genesis/sessions/:id/commands', async (request, response) => {
      const startedAt = Date.now()
      const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
      let user: string
      try {
        const claims = verify(token, JWT.secret, { issuer: JWT.issuer, audience: JWT.audience }) as JwtPayload
        user = claims.sub ?? ''
      } catch {
        response.status(401).json({ error_code: 'INVALID_TOKEN' })
        return
      }
      const { command_type: type, payload = {} } = request.body as Body
      if (type !== 'SubmitFeedback' || typeof payload !== 'object') {
        response.status(400).json({ error_code: 'VALIDATION_ERROR' })
        return
      }
      const commandId = randomUUID()
      try {
        const written = await db.transaction(
          async (trx) => {
            const session = await trx<Session>('genesis_sessions').where({ id: request.params.id }).first()
            if (session?.user_id !== user) return false
            const event = envelope(session, commandId, payload)
            await trx('command_inbox').insert({
              id: commandId,
              session_id: session.id,
              command_type: type,
              idempotency_key: commandId,
              payload,
              status: 'COMPLETED',
            })
            await trx<Session>('genesis_sessions')
              .where({ id: session.id, version: session.version })
              .update({ version: event.aggregate_version, last_event_id: event.event_id })
            await trx('domain_events').insert(event)
            await trx('event_outbox').insert({ topic: 'bench', key: session.id, payload: event })
            return true
          },
          { isolationLevel: 'repeatable read' },
        )
        if (written)
          response.json({ command_id: commandId, status: 'COMPLETED', message: 'Command completed' })
        else response.status(404).json({ error_code: 'SESSION_NOT_FOUND' })
      } catch (error) {
        logger.error(error)
        response.status(500).json({ error_code: 'INTERNAL_ERROR' })
      }
      logger.info('request', { path: request.path, status: response.statusCode, ms: Date.now() - startedAt })
    })

    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    mark(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await ready()
    await untilStopped
    return {}
  },
)

function envelope(session: Session, commandId: string, payload: object) {
  const now = new Date().toISOString()
  return {
    event_id: randomUUID(),
    correlation_id: commandId,
    causation_id: session.last_event_id,
    event_type: 'Genesis.Session.FeedbackSubmitted',
    event_version: 1,
    aggregate_type: 'GENESIS_SESSION',
    aggregate_id: session.id,
    aggregate_version: session.version + 1,
    payload: { session_id: session.id, ...payload },
    metadata: {
      user_id: session.user_id,
      actor: session.user_id,
      source_service: 'api-gateway',
      timestamp: now,
      request_id: commandId,
    },
    created_at: now,
  }
}
