import { describe, expect, it } from 'vitest'
import { attributesOf, eventNameOf, traitsOf } from './attributes'
import { decided, leave } from './consent'
import { type Claim, isAhead } from './leading'
import { mayTell } from './parts/forms'
import { meets } from './parts/offers/conditions'
import { formOf } from './parts/offers/survey'
import { backoffS } from './sending'
import { createSubscriptions } from './subscribing'
import { cleanUrl, searchQuery } from './urls'

const QUIET = { gpc: false, dnt: false }

describe('addresses', () => {
  it('leave without credentials, fragment and what is secret; the rest stands as it stood', () => {
    const address = 'https://mia:pw@X.test:443/r?token=abc&q=a+b%20c&E-Mail=m&utm_source=n#frag'
    expect(cleanUrl(address, {})).toBe('https://x.test/r?q=a+b%20c&utm_source=n')
  })
  it('keep a fragment that a site wants, but not what is secret in it', () => {
    const tracking = { shouldKeepUrlFragment: true }
    expect(cleanUrl('https://x.test/#/basket?a=1&access_token=t', tracking)).toBe(
      'https://x.test/#/basket?a=1',
    )
  })
  it('keep only what is allowed, of which secrets are none', () => {
    const tracking = { keepOnlyQueryParameters: ['Q', 'token'] }
    expect(cleanUrl('https://x.test/?q=1&r=2&token=3', tracking)).toBe('https://x.test/?q=1')
  })
  it('that are none are nothing', () => expect(cleanUrl('', {})).toBe(''))
  it('say what was searched for', () => {
    expect(searchQuery('https://x.test/?Q=red+shoes', { searchQueryParameters: ['q'] })).toBe('red shoes')
  })
})

describe('conditions of a map', () => {
  const on = (operator: string, ...values: string[]) =>
    meets('https://x.test/Plants/7', [{ operator, values }])
  it.each([
    ['equal', ['https://X.test/plants/7/'], true],
    ['notEqual', ['https://x.test/plants/8', 'https://x.test/'], true],
    ['containsAny', ['/pots', '/plants'], true],
    ['containsAll', ['/plants', '8'], false],
    ['notContainsAll', ['/plants', '8'], true],
    ['notContainsAny', ['/pots', '/plants'], false],
    ['startsWith', ['https://x.test/'], true],
    ['endsWith', ['/7'], true],
    ['glob', ['https://x.test/*/7'], true],
    ['glob', ['https://*/7'], false],
    ['glob', ['https://**/7'], true],
  ] as const)('%s %j is %s', (operator, values, expected) => expect(on(operator, ...values)).toBe(expected))
  it('hold where there are none', () => expect(meets('https://x.test/')).toBe(true))
})

describe('leave to track', () => {
  it('waits for a decision where one is needed, and needs none where it is implied', () => {
    expect(leave(undefined, {}, QUIET)).toBe('hold')
    expect(leave(undefined, { consent: 'implied' }, QUIET)).toBe('yes')
    expect(leave(undefined, { consent: 'implied' }, { gpc: false, dnt: true })).toBe('hold')
  })
  it('is given over Do Not Track, and over Global Privacy Control only by the site', () => {
    expect(leave(['tracking'], {}, { gpc: false, dnt: true })).toBe('yes')
    expect(leave(['tracking'], {}, { gpc: true, dnt: false })).toBe('no')
    expect(leave(['tracking'], { grantOverridesGpc: true }, { gpc: true, dnt: false })).toBe('yes')
  })
  it('is about everything unless it says about what; offers need tracking', () => {
    expect(decided(undefined, 'grant')).toEqual(['tracking', 'offers'])
    expect(decided(['tracking', 'offers'], 'withdraw', ['offers'])).toEqual(['tracking'])
    expect(decided(['tracking', 'offers'], 'withdraw', ['tracking'])).toEqual([])
  })
})

describe('attributes', () => {
  it('have types, and become traits where a site says so', () => {
    const attributes = attributesOf({ n: 2, mail: 'm', list: [], none: undefined })
    expect(attributes).toEqual({
      n: { dataType: 'integer', value: '2' },
      mail: { dataType: 'string', value: 'm' },
    })
    const email = { dataType: 'string', value: 'm' }
    expect(traitsOf(attributes, [{ fieldName: 'mail', traitName: 'email' }])).toEqual({ email })
  })
  it('belong to events with names that the server takes', () =>
    expect(eventNameOf('a-b:c.d e')).toBe('a_b_c_d_e'))
})

describe('fields that may be told', () => {
  const field = { type: 'text', name: 'colour', id: '', autocomplete: '', closest: () => null }
  it.each([
    [{}, true],
    [{ type: 'password' }, false],
    [{ type: 'hidden' }, false],
    [{ type: 'file' }, false],
    [{ autocomplete: 'section-a billing cc-number' }, false],
    [{ autocomplete: 'one-time-code' }, false],
    [{ name: 'userPassWord' }, false],
    [{ name: '', id: 'otp' }, false],
    [{ closest: () => ({}) }, false],
  ])('%j: %s', (change, expected) => expect(mayTell({ ...field, ...change })).toBe(expected))
})

describe('the tab that leads', () => {
  it('is the one that claimed last, and of two at once one', () => {
    const one: Claim = ['a', 1, 9]
    expect(isAhead(['a', 2, 9], one)).toBe(true)
    expect(isAhead(['b', 1, 9], one)).toBe(true)
    expect(isAhead(one, ['b', 1, 9])).toBe(false)
  })
})

describe('subscribers', () => {
  it('hear what fits their pattern, and may say no', () => {
    const { add, tell, isHeard } = createSubscriptions(() => {})
    add('*:rejected', () => false)
    expect(tell('webchat', 'rejected', {})).toBe(false)
    expect(tell('webchat', 'offered', {})).toBe(true)
    expect([isHeard('webchat', 'offered'), isHeard('contentOffer', 'rejected')]).toEqual([false, true])
  })
})

it('waits longer with each try', () => expect([0, 1, 2, 3, 4, 5].map(backoffS)).toEqual([1, 2, 4, 8, 16, 16]))

it('asks the questions of a map, with names that the chat knows', () => {
  expect(formOf([])).toEqual({})
  const { formJSON } = formOf([
    { label: 'Name', customerProperty: 'givenName', isMandatory: true },
    { label: 'Size', type: 'select', choices: ['S', 'L'] },
  ]) as { formJSON: { inputs: Record<string, unknown>[] } }
  expect(formJSON.inputs.map(({ name }) => name)).toEqual(['firstname', 'Size'])
  expect(formJSON.inputs[1]?.['options']).toEqual([
    { text: 'S', value: 'S' },
    { text: 'L', value: 'L' },
  ])
})
