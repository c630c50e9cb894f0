/** Sends a verb to the running stack. */
import { request as httpRequest } from 'node:http'
import { StackRefusal } from '../provider'
import {
  CONTROL_FILE,
  type ControlAnswer,
  type ControlFile,
  type ControlRequest,
  type PartStatus,
} from './control-server'
import { readJson } from './stack-file'

const notRunning = (): StackRefusal => new StackRefusal('No stack runs here. Start one: npm start')

/** Not fetch, whose own time limit is shorter than a slow start. */
const post = ({ port, secret }: ControlFile, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method: 'POST', path: '/', headers: { authorization: `Bearer ${secret}` } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('end', () =>
          response.statusCode === 200
            ? resolve(Buffer.concat(chunks).toString('utf8'))
            : reject(notRunning()),
        )
        response.once('error', reject)
      },
    )
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ECONNREFUSED' ? notRunning() : error),
    )
    request.end(body)
  })

/**
 * The parts after the verb was performed.
 * @throws StackRefusal when no stack runs, or with what the stack objects to
 */
export const control = async (request: ControlRequest): Promise<readonly PartStatus[]> => {
  const file = readJson(CONTROL_FILE) as ControlFile | undefined
  if (file === undefined) throw notRunning()
  const answer = JSON.parse(await post(file, JSON.stringify(request))) as ControlAnswer
  if ('refused' in answer) throw new StackRefusal(answer.refused)
  return answer.parts
}
