/** Writes an answer whose body is JSON. */
import type { ServerResponse } from 'node:http'

/** Ends the response with `body`; to a HEAD request with its headers alone. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}
