// Calls the agent: a bell while chats ring, a tick for a word that nobody sees, the title, notifications.

import { inSentence } from '../shared/format.js'
import { keep, read } from '../shared/kept.js'

const SOUND = 'frontdesk.sound'
const BELL_EVERY_MS = 3000
const LOCK = 'frontdesk.bell'

export class Attention {
  constructor() {
    this.hasSound = read(localStorage, SOUND, true)
    this.audio = /** @type {AudioContext|null} */ (null)
    this.bell = 0
    this.title = ''
    this.release = () => {}
    this.wakeOnce = () => this.wake()
    // Browsers let a page sound only after somebody has touched it.
    for (const event of ['pointerdown', 'keydown']) document.addEventListener(event, this.wakeOnce, { once: true })
  }

  wake() {
    this.audio ??= typeof AudioContext === 'undefined' ? null : new AudioContext()
    if (this.audio?.state === 'suspended') this.audio.resume().catch(() => {})
  }

  toggleSound() {
    this.hasSound = !this.hasSound
    keep(localStorage, SOUND, this.hasSound)
    if (this.hasSound) this.tick()
  }

  get mayAskToNotify() {
    return typeof Notification !== 'undefined' && Notification.permission === 'default'
  }

  async askToNotify() {
    await Notification.requestPermission()
  }

  /** @param {{nickname: string, subject: string, medium?: string}} invite */
  ring(invite) {
    this.notify(`${inSentence(invite.nickname) || 'A visitor'} ${invite.medium === 'message' ? 'wrote a mail' : 'asks for a chat'}`, invite.subject, 'invite')
  }

  /**
   * @param {import('./chat.js').Chat} chat
   * @param {import('./chat.js').Happening} happening
   * @param {boolean} isSeen
   */
  word(chat, happening, isSeen) {
    if (isSeen) return
    this.tick()
    if (happening.event.party_id === 1) this.notify(chat.nickname || 'A visitor', happening.event.text ?? happening.event.name ?? '', chat.id)
  }

  /**
   * @param {string} title
   * @param {string} body
   * @param {string} tag one notification per tag is shown
   */
  notify(title, body, tag) {
    if (document.hasFocus() || typeof Notification === 'undefined' || Notification.permission !== 'granted') return
    try {
      const note = new Notification(title, { body: body.slice(0, 200), tag, icon: '/assets/shared/icon.svg' })
      note.onclick = () => { window.focus(); note.close() }
    } catch {
      // Some phones allow notifications from service workers alone; the sound and the title remain.
    }
  }

  /**
   * @param {number} ringing
   * @param {number} unread
   */
  show(ringing, unread) {
    const title = `${ringing ? '🔔 ' : ''}${unread ? `(${unread}) ` : ''}${ringing ? 'Chat is ringing · ' : ''}Frontdesk`
    if (title !== this.title) document.title = this.title = title
    if (ringing && !this.bell) this.startBell()
    else if (!ringing && this.bell) this.stopBell()
  }

  startBell() {
    this.bell = window.setInterval(() => this.chime(), BELL_EVERY_MS)
    if (!navigator.locks) {
      this.chime()
      return
    }
    // Of several tabs only the one that holds the lock rings.
    let isHeld = false
    this.mayChime = () => isHeld
    navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      if (!lock || !this.bell) return undefined
      isHeld = true
      this.chime()
      return new Promise((resolve) => { this.release = () => resolve(undefined) })
    }).catch(() => { isHeld = true })
  }

  stopBell() {
    clearInterval(this.bell)
    this.bell = 0
    this.release()
  }

  mayChime() {
    return true
  }

  chime() {
    if (this.mayChime()) this.sound([[880, 0, 0.5], [1174.7, 0.16, 0.7]], 0.16)
  }

  tick() {
    this.sound([[660, 0, 0.18]], 0.09)
  }

  /**
   * @param {[number, number, number][]} tones frequency in Hz, start and length in seconds
   * @param {number} loudness
   */
  sound(tones, loudness) {
    const { audio } = this
    if (!this.hasSound || audio?.state !== 'running') return
    for (const [hz, startS, lengthS] of tones) {
      const tone = audio.createOscillator()
      const gain = audio.createGain()
      const at = audio.currentTime + startS
      tone.frequency.value = hz
      gain.gain.setValueAtTime(loudness, at)
      gain.gain.exponentialRampToValueAtTime(0.0001, at + lengthS)
      tone.connect(gain).connect(audio.destination)
      tone.start(at)
      tone.stop(at + lengthS)
    }
  }

  close() {
    this.stopBell()
    for (const event of ['pointerdown', 'keydown']) document.removeEventListener(event, this.wakeOnce)
    this.audio?.close().catch(() => {})
  }
}
