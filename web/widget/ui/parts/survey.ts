// A survey that the server offers: webchat-ui, section 5.10.

import type { Chat } from '../state'

const SAFE = /^https?:/

export function offerSurvey(chat: Chat, text = ''): void {
  let offer: { Survey_URL?: string; Cancel_URL?: string } = {}
  try {
    offer = JSON.parse(text)
  } catch {
    return // Not an offer we understand.
  }
  const { Survey_URL: survey = '', Cancel_URL: cancel = '' } = offer
  if (!SAFE.test(survey)) return
  const refuse = () => {
    if (SAFE.test(cancel)) fetch(cancel, { method: 'POST', mode: 'no-cors' }).catch(() => {})
  }
  chat.ask('survey', chat.say('SurveyOfferQuestion'), [
    ['ShowSurveyReject', refuse, 'cx-survey-reject'],
    ['ShowSurveyAccept', () => window.open(survey, '_blank', 'noopener'), 'cx-survey-accept'],
  ])
}
