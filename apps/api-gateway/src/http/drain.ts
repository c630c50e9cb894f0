/** Knows which requests are under way, so that a process can end without leaving one unanswered. */
import type { ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { answerCode } from './answer-error'
import { FAULT_MESSAGE } from './error-map'
import { PassingItems } from './passing-items'

export class Drain {
  private readonly open = new PassingItems<ServerResponse>()
  private whenIdle: (() => void) | undefined
  private isStopping = false

  get stopping(): boolean {
    return this.isStopping
  }

  /** Counts a request until its response is closed. */
  begin(response: ServerResponse): void {
    const end = this.open.add(response)
    response.once('close', () => {
      end()
      if (this.open.size === 0) this.whenIdle?.()
    })
    if (this.isStopping) response.shouldKeepAlive = false
  }

  /** Refuses what arrives from now on, and ends the connections of what is under way with its answer. */
  stop(): void {
    this.isStopping = true
    for (const response of this.open) if (!response.headersSent) response.shouldKeepAlive = false
  }

  /** Resolves when nothing is under way, or after `timeoutMs`. */
  async idle(timeoutMs: number): Promise<boolean> {
    if (this.open.size === 0) return true
    let timer: NodeJS.Timeout | undefined
    const idle = new Promise<boolean>((resolve) => {
      this.whenIdle = () => resolve(true)
      timer = setTimeout(() => resolve(false), timeoutMs)
    })
    return idle.finally(() => clearTimeout(timer))
  }

  /** Tells whoever still waits that the outcome is not known. */
  abandon(): void {
    for (const response of this.open) {
      answerCode(response, 'OUTCOME_UNKNOWN', FAULT_MESSAGE.OUTCOME_UNKNOWN)
    }
  }

  /** Answers 503 to everything that arrives after {@link stop}. */
  readonly refuseWhenStopping: RequestHandler = (_request, response, next) => {
    if (!this.isStopping) next()
    else answerCode(response, 'SHUTTING_DOWN', FAULT_MESSAGE.SHUTTING_DOWN)
  }
}
