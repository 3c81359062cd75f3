// The days of a chat that may last for days.

import { inLanguage } from '../formats'
import type { Chat } from '../state'

/** A day: today by its word, others by weekday, month and number. */
export function dayName(chat: Chat, ms: number): string {
  const date = new Date(ms)
  if (date.toDateString() === new Date().toDateString()) return chat.say('todayLabel')
  const { DayLabels: days, MonthLabels: months } = chat.state.words as Record<string, string[] | undefined>
  if (days && months) return `${days[date.getDay()]}, ${months[date.getMonth()]} ${date.getDate()}`
  return inLanguage(chat.core.languages.current(), (lang) =>
    date.toLocaleDateString(lang, { weekday: 'short', month: 'short', day: 'numeric' }),
  )
}
