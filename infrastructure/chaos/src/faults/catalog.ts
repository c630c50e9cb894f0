/** What is done for each kind of fault. */
import type { FaultKind } from '../plan/kinds'
import { exhaustedPool, serializationStorm } from './database-load'
import { fullDisk } from './disk'
import { killGateway, killRelay, terminateGateway, terminateRelay } from './end-member'
import { freezeGateway, freezeRelay } from './freeze-member'
import type { Strike } from './ground'
import { blackHole, loseCommitAnswer, loseRelayAnswer, resets, slowBroker } from './network'
import { freezeKafka, freezePostgres, killKafka, killPostgres, killPostgresMidCommit } from './servers'
import { deleteTopic } from './topic'

export const STRIKES: Readonly<Record<FaultKind, Strike>> = {
  'gateway killed': killGateway,
  'gateway frozen': freezeGateway,
  'gateway terminated': terminateGateway,
  'relay killed': killRelay,
  'relay frozen': freezeRelay,
  'relay terminated': terminateRelay,
  'postgres killed': killPostgres,
  'postgres frozen': freezePostgres,
  'postgres killed mid-commit': killPostgresMidCommit,
  'kafka killed': killKafka,
  'kafka frozen': freezeKafka,
  'commit answer lost': loseCommitAnswer,
  'relay answer lost': loseRelayAnswer,
  'network black hole': blackHole,
  'network resets': resets,
  'serialization storm': serializationStorm,
  'pool exhausted': exhaustedPool,
  'disk full': fullDisk,
  'broker slow': slowBroker,
  'topic deleted': deleteTopic,
}
