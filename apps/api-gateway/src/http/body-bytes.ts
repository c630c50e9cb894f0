/** Reads a request's body as bytes, decompressed, within its bounds. */
import type { IncomingMessage } from 'node:http'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import getRawBody, { type RawBodyError } from 'raw-body'
import { HttpProblem } from './problem'

/** 100 KB, as sent and after decompression. */
export const MAX_BODY_BYTES = 100 * 1024

const DECOMPRESS = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress }
type Encoding = keyof typeof DECOMPRESS

/**
 * The body's bytes; empty where there is none.
 * @throws {HttpProblem} UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_ENCODING, or BAD_REQUEST where the client
 *   went away in the middle of it.
 */
export async function readBodyBytes(request: IncomingMessage): Promise<Buffer> {
  const encoding = contentEncoding(request)
  const length = request.headers['content-length']
  if (Number(length ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  if (encoding === 'identity') {
    try {
      return await getRawBody(request, { length: length ?? null, limit: MAX_BODY_BYTES })
    } catch (error) {
      throw problemOf(error as RawBodyError)
    }
  }
  return inflate(request, encoding)
}

function contentEncoding(request: IncomingMessage): Encoding | 'identity' {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || Object.hasOwn(DECOMPRESS, encoding)) return encoding as Encoding
  throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'The body may be encoded with gzip, deflate or br only')
}

async function inflate(request: IncomingMessage, encoding: Encoding): Promise<Buffer> {
  const inflater = DECOMPRESS[encoding]()
  let received = 0
  const stop = (problem: Error) => inflater.destroy(problem)
  const onData = (chunk: Buffer) => {
    // Members that inflate to nothing would pass every limit on the output.
    received += chunk.length
    if (received > MAX_BODY_BYTES) stop(tooLarge())
  }
  const onClose = () => {
    if (!request.complete) stop(aborted())
  }
  request.on('data', onData).once('close', onClose)
  request.pipe(inflater)
  try {
    return await getRawBody(inflater, { limit: MAX_BODY_BYTES })
  } catch (error) {
    throw problemOf(error as RawBodyError)
  } finally {
    request.off('data', onData).off('close', onClose)
    request.unpipe(inflater)
    inflater.on('error', () => undefined).destroy()
    // What is left of the body is read and thrown away, so that the client reads its answer.
    request.resume()
  }
}

function problemOf(error: RawBodyError | HttpProblem): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error.type === 'entity.too.large') return tooLarge()
  if (error.type === 'request.aborted' || error.type === 'request.size.invalid') return aborted()
  return new HttpProblem('INVALID_ENCODING', 'The body is not what its Content-Encoding says')
}

function tooLarge(): HttpProblem {
  return new HttpProblem('PAYLOAD_TOO_LARGE', 'The body is larger than 100 KB', { limit: MAX_BODY_BYTES })
}

function aborted(): HttpProblem {
  return new HttpProblem('BAD_REQUEST', 'The body ended before it was whole')
}
