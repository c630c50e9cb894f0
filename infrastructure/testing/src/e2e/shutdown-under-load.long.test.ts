/** Services that are told to end under five hundred commands a second, again and again: no two ends are alike. */
import type { CommandLoad } from '../command-load'
import { endGateway, endRelay } from './shutdown-under-load.kit.test'

const PER_SECOND = 500
const ROUNDS = [1, 2, 3]

/** Whether so many commands were accepted within the last second. */
const underFullLoad = ({ sent }: CommandLoad): boolean => {
  const since = performance.now() - 1_000
  return sent.filter(({ status, atMs }) => status === 200 && atMs > since).length >= PER_SECOND
}
const MANY = { users: 100, pauseMs: 50, reached: underFullLoad }

it.each(ROUNDS)('a gateway leaves no command unanswered that it accepted (round %d)', () => endGateway(MANY))

it.each(ROUNDS)('a relay sends nothing twice, and the next one goes on where it ended (round %d)', () =>
  endRelay(MANY),
)
