// What calls a visitor who looks elsewhere: the title of the page, and a sound; both only when the page wants them.

import type { Chat } from '../state'

const TONES_HZ = [660, 880]
const TONE_S = 0.12
const COUNT = /^\(\d+\) /

/** Watch for what comes while nobody looks. */
export function watch(chat: Chat): void {
  let missed = 0
  const isAway = () => document.hidden || chat.state.isMinimized
  const show = () => {
    if (!chat.options().extras?.titleBadge) return
    const title = document.title.replace(COUNT, '')
    document.title = missed ? `(${missed}) ${title}` : title
  }
  const look = () => {
    if (isAway() || !missed) return
    missed = 0
    show()
  }
  chat.watch(({ lines, isMinimized }) => {
    const { state } = chat
    if (isMinimized && !state.isMinimized) look()
    if (lines === state.lines || !isAway()) return
    const known = new Set(lines)
    const fresh = state.lines.filter((it) => !known.has(it) && !it.isRestored && it.author !== 'Client')
    if (!fresh.length) return
    missed += fresh.length
    show()
    if (chat.options().extras?.sound) ring()
  })
  document.addEventListener('visibilitychange', look)
}

let audio: AudioContext | undefined

/** Two short tones; browsers keep silent until the visitor has used the page. */
function ring(): void {
  audio ??= new AudioContext()
  const { currentTime: now, destination } = audio
  for (const [index, frequency] of TONES_HZ.entries()) {
    const from = now + index * TONE_S
    const tone = new OscillatorNode(audio, { frequency })
    const volume = new GainNode(audio, { gain: 0 })
    volume.gain.setValueAtTime(0.1, from)
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S)
    tone.connect(volume).connect(destination)
    tone.start(from)
    tone.stop(from + TONE_S)
  }
}
