/** Answers what Node's parser refuses: too large, too slow, or no HTTP. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { answerCode } from './answer-error'
import { STATUS_OF, type ErrorCode } from './error-map'
import { RAW_STRICT_HEADERS } from './strict-headers'

const CODE_OF: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The headers are larger than 16 KB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['PAYLOAD_TOO_LARGE', 'The chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The request took too long to arrive'],
}
const NO_HTTP = ['BAD_REQUEST', 'The request is not valid HTTP'] as const

/**
 * Ends a connection whose request cannot be read on.
 * @param underWay the last response that was begun on the connection, if it is not closed yet
 */
export function answerClientError(
  error: Error & { code?: string },
  socket: Duplex,
  underWay: ServerResponse | undefined,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [code, message] = CODE_OF[error.code ?? ''] ?? NO_HTTP
  if (underWay && !underWay.writableEnded) {
    if (!underWay.headersSent) underWay.shouldKeepAlive = false
    else underWay.once('finish', () => socket.end())
    // Whole, it is being carried out and keeps its answer: the fault is in what came after it.
    if (!underWay.req.complete) answerCode(underWay, code, message)
    return
  }
  socket.end(rawAnswer(code, message))
}

/** The same answer as any other, for a connection that has no response to write to. */
function rawAnswer(code: ErrorCode, message: string): string {
  const status = STATUS_OF[code]
  const body = JSON.stringify({ error_code: code, message })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `X-Request-Id: ${randomUUID()}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...RAW_STRICT_HEADERS,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
