import { describe, expect, it } from 'vitest'
import { readOptions } from '../options'
import { refine, startRequest } from './v3options'

const refined = (transport: object, more: object = {}) => {
  const config = { ...more, transport }
  return refine(readOptions(config), config)
}

describe('the options of version 3', () => {
  it('have their own defaults', () => {
    const { ajaxTimeoutMs, cadence, asynchronous, slowdown } = refined({})
    expect([ajaxTimeoutMs, cadence.fastestMs, cadence.slowestMs, slowdown]).toEqual([9000, 3000, 3000, 1.2])
    expect([asynchronous.isEnabled, asynchronous.pageEvents]).toEqual([false, 20])
  })
  it('have bounds', () => {
    const { cadence, asynchronous } = refined({ pollTimeout: 1, maxMessagePageSize: 3 })
    expect([cadence.fastestMs, asynchronous.pageEvents]).toEqual([100, 16])
  })
  it('send the headers of the transport, and none of the options of version 2', () => {
    expect(refined({ headers: { 'x-api-key': 7 } }, { apikey: 'no' }).headers).toEqual({ 'x-api-key': '7' })
  })
})

describe('a start of version 3', () => {
  const nothing = { configured: {}, kept: {}, given: {}, page: {}, language: 'en', isAsync: false }

  it('takes who the visitor is from the form alone', () => {
    const data = {
      firstname: 'No',
      form: { firstname: 'Ada', lastname: 'L', email: 'a@b', subject: 'Looms' },
    }
    const { userData, ...fields } = startRequest(data, nothing)
    expect(fields).toEqual({
      nickname: 'Ada',
      firstName: 'Ada',
      lastName: 'L',
      email: 'a@b',
      subject: 'Looms',
    })
    expect(userData).toEqual({ GCTI_LanguageCode: 'en' })
  })
  it('merges what is attached to the depth; what the call says wins', () => {
    const { userData } = startRequest(
      {},
      {
        ...nothing,
        configured: { a: { x: 1, y: 1 }, b: 1 },
        kept: { a: { y: 2 }, c: 2 },
        page: { _genesys_url: 'page', c: 3 },
        given: { _genesys_url: 'given', phone: '123' },
      },
    )
    expect(userData).toEqual({
      GCTI_LanguageCode: 'en',
      a: { x: 1, y: 2 },
      b: 1,
      c: 3,
      _genesys_url: 'given',
      phone: '123',
      PhoneNumber: '123',
    })
  })
})
