/** The HTTP server: bounded in time and size, every answer JSON, even to what is no HTTP. */
import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Express, Request, Response } from 'express'
import { answerThrown } from './answer-error'
import { answerClientError } from './client-errors'
import { HttpProblem } from './problem'

export interface ServerLimits {
  readonly maxHeaderBytes: number
  /** From the first byte to the last header. */
  readonly headersTimeoutMs: number
  /** From the first byte to the last byte of the body. */
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  /** How often Node looks for connections whose time is up. */
  readonly checkEveryMs: number
}

export const SERVER_LIMITS: ServerLimits = {
  maxHeaderBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  // Longer than the idle time-out of the usual load balancers, so that they close first.
  keepAliveTimeoutMs: 65_000,
  checkEveryMs: 1_000,
}

/**
 * A server for `app`, not yet listening.
 * @param begin called with every request before anything else
 */
export function createHttpServer(
  app: Express,
  begin: (request: IncomingMessage, response: ServerResponse) => void,
  limits: ServerLimits = SERVER_LIMITS,
): Server {
  const underWay = new WeakMap<Duplex, ServerResponse>()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    // What the connection was ended with is its last answer: behind it nothing may be carried out, for nobody would be told.
    if (socket.writableEnded) {
      // Not before it has said what it was given to say.
      socket.destroySoon()
      return
    }
    underWay.set(socket, response)
    // An idle connection must not keep all of its last request.
    response.once('close', () => {
      // Of pipelined requests a later one may have begun.
      if (underWay.get(socket) === response) underWay.delete(socket)
    })
    begin(request, response)
    app(request as Request, response as Response, (error?: unknown) =>
      answerThrown(response, error ?? new HttpProblem('NOT_FOUND', 'There is no such route')),
    )
  }
  const server = createServer(
    {
      IncomingMessage: requestClass(app),
      ServerResponse: responseClass(app),
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      requireHostHeader: false,
    },
    handle,
  )
  // A body is asked for only when it is about to be read: see serveEndpoint.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A client that is refused before it sends its body may send it all the same, or not.
    response.shouldKeepAlive = false
    handle(request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    begin(request, response)
    answerThrown(response, new HttpProblem('BAD_REQUEST', 'The expectation cannot be met'))
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket, underWay.get(socket)))
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    answerClientError(new Error('CONNECT is for proxies'), socket, undefined),
  )
  return server
}

// Express sets the prototype of every request and response, which slows V8 down for all that follows
// (express#5998); objects that are born with it are left alone. Node's constructors are plain functions and are
// called as such: Reflect.construct would cost more than it saves (measured for each request of an empty app:
// 95 µs so, 204 µs with Express's way, 293 µs with Reflect.construct).

type PlainConstructor = (this: object, ...given: unknown[]) => void

function requestClass(app: Express): typeof IncomingMessage {
  const construct = IncomingMessage as unknown as PlainConstructor
  function AppRequest(this: object, socket: Socket): void {
    construct.call(this, socket)
  }
  AppRequest.prototype = app.request
  return AppRequest as unknown as typeof IncomingMessage
}

function responseClass(app: Express): typeof ServerResponse {
  const construct = ServerResponse as unknown as PlainConstructor
  function AppResponse(this: object, request: IncomingMessage, options: object): void {
    construct.call(this, request, options)
  }
  AppResponse.prototype = app.response
  return AppResponse as unknown as typeof ServerResponse
}
