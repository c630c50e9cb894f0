/** Services that are told to end in the middle of their work, on a machine that may be busy with other tests. */
import { endGateway, endRelay } from './shutdown-under-load.kit.test'

const FEW = { users: 50, pauseMs: 60 }

it('a gateway leaves no command unanswered that it accepted, and accepts none that it refused', () =>
  endGateway({ ...FEW, reached: ({ sent }) => sent.length > 500 }))

it('a relay sends nothing twice, and the next one goes on where it ended', () =>
  endRelay({ ...FEW, reached: ({ sent }) => sent.length > 300 }))
