/** The stages of a genesis session and their order. */
import { GENESIS_STAGES, type GenesisStage, type GenesisStageOrFinished } from '@infinite-scribe/shared-types'

export const FIRST_STAGE: GenesisStage = GENESIS_STAGES[0]

/** The stage after `stage`; FINISHED after the last. */
export function stageAfter(stage: GenesisStage): GenesisStageOrFinished {
  return GENESIS_STAGES[GENESIS_STAGES.indexOf(stage) + 1] ?? 'FINISHED'
}
