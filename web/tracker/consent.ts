// What the visitor has agreed to: sections 12.1 and 12.2.

import type { Keeping } from './keeping'
import type { Config, InitOptions } from './types'

const CONSENT = '_jny_k'
const LASTS_S = 180 * 86_400
export const PURPOSES = ['tracking', 'offers'] as const
export type Purpose = (typeof PURPOSES)[number]

/** `hold`: nobody has decided, so nothing may leave; `no`: somebody has, or the browser speaks for them. */
export type Leave = 'yes' | 'hold' | 'no'

/** What the browser says on everybody's behalf. */
export interface Signals {
  readonly gpc: boolean
  readonly dnt: boolean
}

export const signals = (): Signals => ({
  gpc: (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true,
  dnt: navigator.doNotTrack === '1',
})

type Rules = Pick<Config, 'consent' | 'honorSignals' | 'grantOverridesGpc'>

/** Whether events may be sent, given what was decided (`undefined`: nothing yet). */
export function leave(purposes: readonly string[] | undefined, rules: Rules, { gpc, dnt }: Signals): Leave {
  const { consent = 'required', honorSignals = true, grantOverridesGpc } = rules
  if (purposes) {
    if (!purposes.includes('tracking') || (gpc && honorSignals && !grantOverridesGpc)) return 'no'
    return 'yes'
  }
  // What a signal forbids, somebody may still allow.
  return consent === 'required' || (honorSignals && (gpc || dnt)) ? 'hold' : 'yes'
}

/** The purposes after a decision; without any named, it is about all. */
export function decided(
  before: readonly string[] | undefined,
  decision: string,
  named: readonly string[] = [],
): readonly string[] {
  const about = named.length ? named : PURPOSES
  if (decision === 'grant') return PURPOSES.filter((purpose) => about.includes(purpose))
  const left = (before ?? PURPOSES).filter((purpose) => !about.includes(purpose))
  return left.includes('tracking') ? left : []
}

export interface Consent {
  /** What was decided; nothing while nobody has. */
  purposes(): readonly string[] | undefined
  leave(): Leave
  decide(decision: string, named?: readonly string[]): readonly string[]
}

export function createConsent(keeping: Keeping, options: InitOptions, config: Config): Consent {
  const rules: Rules = { ...config, ...options }
  // Until something can be kept, as with a refusal where nothing needs to be.
  let refused: readonly string[] | undefined
  const purposes = () => {
    const kept = keeping.get(CONSENT)
    return kept === undefined ? refused : (kept.split('.')[0] as string).split('+').filter(Boolean)
  }
  return {
    purposes,
    leave: () => leave(purposes(), rules, signals()),
    decide(decision, named) {
      const left = decided(purposes(), decision, named)
      refused = left.length ? undefined : left
      const { consentVersion = '' } = options
      const version = encodeURIComponent(consentVersion)
      // Without a decision nothing is tracked anyway where consent is required: then a refusal leaves nothing behind.
      if (left.length || rules.consent === 'implied')
        keeping.set(CONSENT, [left.join('+'), Date.now(), version].join('.'), LASTS_S)
      else keeping.remove(CONSENT)
      return left
    },
  }
}
