// What pages say to the tracker, and what goes over the wire. Names are those of journey.md.

/** What a page may give as an attribute: text, a number, a boolean, or `{dataType, value}`. */
export type Given = Readonly<Record<string, unknown>>
export interface Attribute {
  readonly dataType: string
  readonly value: string
}
export type Attributes = Readonly<Record<string, Attribute>>
export interface TraitMapping {
  readonly fieldName: string
  readonly traitName?: string
}

/** What commands that send an event take. */
export interface EventOptions {
  readonly customAttributes?: Given
  readonly traitsMapper?: readonly TraitMapping[]
  readonly externalId?: string
}
export interface PageviewOptions extends EventOptions {
  readonly location?: string
  readonly title?: string
}
export interface RecordOptions extends EventOptions {
  readonly eventName: string
}

/** Options of `init`: section 2.3. */
export interface InitOptions {
  readonly region?: string
  readonly baseUrl?: string
  readonly globalTraitsMapper?: readonly TraitMapping[]
  readonly cookieDomain?: string
  readonly cookieExpirationDays?: number
  readonly storage?: 'cookie' | 'local' | 'memory'
  readonly consent?: 'required' | 'implied'
  /** Which text the visitor agreed to. */
  readonly consentVersion?: string
  readonly honorSignals?: boolean
  readonly ping?: boolean
  readonly debug?: boolean
}

export interface UrlCondition {
  readonly operator: string
  readonly values: readonly string[]
}

export interface ClickRule extends EventOptions {
  readonly selector: string
  readonly eventName: string
}
export interface IdleRule extends EventOptions {
  readonly eventName: string
  readonly idleAfter?: number
  readonly idleAfterSeconds?: number
}
export interface ScrollRule extends EventOptions {
  readonly eventName: string
  readonly percentage: number
}
export interface FormRule extends EventOptions {
  readonly selector?: string
  readonly formName?: string
  readonly captureFormDataOnSubmit?: boolean
  readonly captureFormDataOnAbandon?: boolean
  /** As deployments say it. */
  readonly captureDataOnFormSubmit?: boolean
  readonly captureDataOnFormAbandon?: boolean
}

/** What a deployment says of its pages. */
export interface Tracking {
  readonly enabled?: boolean
  readonly pageviewConfig?: 'Auto' | 'Once' | 'Off'
  readonly excludedQueryParameters?: readonly string[]
  readonly keepOnlyQueryParameters?: readonly string[]
  readonly shouldKeepUrlFragment?: boolean
  readonly searchQueryParameters?: readonly string[]
  readonly clickEvents?: readonly ClickRule[]
  readonly inViewportEvents?: readonly ClickRule[]
  readonly idleEvents?: readonly IdleRule[]
  readonly scrollDepthEvents?: readonly ScrollRule[]
  readonly formsTrackEvents?: readonly FormRule[]
}

/** The answer of `…/config`. What is not said has its default. */
export interface Config extends Tracking {
  readonly consent?: 'required' | 'implied'
  readonly honorSignals?: boolean
  readonly grantOverridesGpc?: boolean
  readonly sessionTimeoutMinutes?: number
  readonly offerTimeoutSeconds?: number
  readonly trustClientChatStates?: boolean
}

/** The answer to a web event: section 4.1. */
export interface EventAnswer {
  readonly accepted?: boolean
  readonly reason?: string
  readonly eventName?: string
  readonly session?: { readonly id: string }
  readonly pingNow?: boolean
}

export interface Question {
  readonly label: string
  readonly type?: string
  readonly choices?: readonly string[]
  readonly isMandatory?: boolean
  readonly customerProperty?: string
}
export interface WebchatProperties {
  readonly titleText?: string
  readonly prompt?: string
  readonly acceptText?: string
  readonly declineText?: string
  readonly timeoutSeconds?: number
  readonly survey?: { readonly questions?: readonly Question[] }
}
export interface ContentOffer {
  readonly displayMode?: 'Modal' | 'Overlay' | 'Toast'
  readonly layoutMode?: string
  readonly imageUrl?: string
  readonly imageAltText?: string
  readonly title?: string
  readonly headline?: string
  readonly body?: string
  readonly callToAction?: { readonly url: string; readonly text?: string; readonly target?: string }
  readonly style?: Readonly<Record<string, unknown>>
}
export interface ContentOfferProperties {
  readonly contentOffer?: ContentOffer
  readonly timeoutSeconds?: number
}

/** One action of a ping's answer: section 4.2. */
export interface Action {
  readonly id: string
  readonly mediaType: string
  readonly actionMapId: string
  readonly actionMapVersion: number
  readonly sessionId: string
  readonly priority?: number
  readonly force?: boolean
  readonly attempt?: number
  /** Where the offer may stay when the page changes under it. */
  readonly pageUrlConditions?: readonly UrlCondition[]
  readonly webchatProperties?: WebchatProperties
  readonly contentOfferProperties?: ContentOfferProperties
}
export interface PingAnswer {
  readonly actions?: readonly Action[]
  readonly pollIntervalMilliseconds?: number
  readonly sessionEnded?: boolean
}

export type Stage = 'invitation' | 'form' | 'chat'

/** What subscribers are told: section 2.6. */
export interface Told {
  readonly actionId: string
  readonly actionState: string
  readonly actionMediaType: string
  readonly actionMapId: string
  readonly actionMapVersion: number
  readonly customerId: string
  readonly customerIdType: 'cookie'
  readonly sessionId: string
  readonly attempt: number
  readonly createdDate: string
  readonly timeToDisposition?: number
  readonly errorCode?: string | number
  readonly errorMessage?: string
}

export type Callback = (...values: unknown[]) => unknown
