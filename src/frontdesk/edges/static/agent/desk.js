// The desk: brings the socket, the floor, the outbox and the views together. It holds no rule of its own.

import { el } from '../shared/element.js'
import { inSentence } from '../shared/format.js'
import { toast } from '../shared/toast.js'
import { whoAmI } from './account.js'
import { Attention } from './attention.js'
import { ChatActions } from './chat_actions.js'
import { ChatList } from './chat_list.js'
import { Connection } from './connection.js'
import { Conversation } from './conversation.js'
import { Floor } from './floor.js'
import { InviteList } from './invite_list.js'
import { OpenList } from './open_list.js'
import { Outbox } from './outbox.js'
import { RestingList } from './resting_list.js'
import { listenForShortcuts } from './shortcuts.js'
import { TopBar } from './top_bar.js'
import { Uploads } from './uploads.js'

const CHAT_HASH = /^#chat\/(.+)$/u

export class Desk {
  /**
   * @param {import('./account.js').Agent} agent
   * @param {{signOut: () => void, signedOut: () => void}} leave
   */
  constructor(agent, leave) {
    this.agent = agent
    this.leave = leave
    this.connectionState = /** @type {import('./connection.js').ConnectionState} */ ('connecting')
    this.isDue = false
    this.floor = new Floor({
      onChange: () => this.due(),
      onArrived: (id) => this.outbox.arrived(id),
      onInvite: (invite) => {
        this.restingList.drop(invite.interaction_id) // It woke.
        this.attention.ring(invite)
      },
      onWord: (chat, happening) => this.attention.word(chat, happening, this.isLookingAt(chat.id)),
      onJoined: (chat) => this.onJoined(chat),
      onLeft: () => this.look(),
      rests: (id) => this.restingList.has(id),
    })
    this.outbox = new Outbox(agent.agent_id, (message) => this.connection?.send(message), () => this.due())
    this.uploads = new Uploads(() => this.due())
    this.attention = new Attention()
    this.actions = new ChatActions(this.outbox, this.floor, this.uploads)
    this.topBar = new TopBar(agent, this.attention, { toggleReady: () => this.toggleReady(), signOut: leave.signOut })
    this.inviteList = new InviteList((id, isYes) => this.answer(id, isYes))
    this.chatList = new ChatList((id) => this.select(id), (id) => this.dismiss(id))
    this.restingList = new RestingList((id) => this.takeUp(id))
    this.openList = agent.role === 'supervisor' ? new OpenList((id) => this.monitor(id)) : null
    this.conversation = new Conversation(this.actions, this.outbox, this.uploads, () => this.select(''))
    this.side = el('nav', { class: 'side', 'aria-label': 'Chats' }, this.inviteList.root, this.chatList.root, this.restingList.root, this.openList?.root ?? '')
    this.root = el('div', { class: 'desk' },
      el('a', { class: 'skip', href: '#message', text: 'Skip to the message box', on: { click: (/** @type {Event} */ event) => { event.preventDefault(); this.conversation.focus() } } }),
      this.topBar.root, this.side, this.conversation.root)
    this.selected = ''
    /** @type {string[]} chats this agent has just taken, to be opened when they come */
    this.accepted = []
    this.onHash = () => this.follow()
    this.onLook = () => this.due()
  }

  open() {
    this.connection = new Connection({
      hello: () => ({ do: 'hello', id: `hello-${Date.now()}`, have: this.floor.have }),
      onMessage: (message) => (message.is === 'done' || message.is === 'refused' ? this.outbox.settle(message) : this.floor.take(message)),
      onState: (state) => this.connectionChanged(state),
      isSignedIn: async () => (await whoAmI()) !== null,
      onSignedOut: this.leave.signedOut,
    })
    window.addEventListener('hashchange', this.onHash)
    document.addEventListener('visibilitychange', this.onLook)
    window.addEventListener('focus', this.onLook)
    this.ticker = window.setInterval(() => this.tick(), 1000)
    this.stopShortcuts = listenForShortcuts({
      next: () => this.step(1), previous: () => this.step(-1), toggleReady: () => this.toggleReady(),
      accept: () => { const [first] = this.floor.invites.keys(); if (first) this.answer(first, true) },
      note: () => this.conversation.composer.toggleNote(), handOver: () => this.withChat((chat) => this.actions.handOver(chat)),
      end: () => this.withChat((chat) => this.actions.end(chat)),
    })
    this.follow()
  }

  close() {
    this.connection?.close()
    window.removeEventListener('hashchange', this.onHash)
    document.removeEventListener('visibilitychange', this.onLook)
    window.removeEventListener('focus', this.onLook)
    clearInterval(this.ticker)
    this.stopShortcuts?.()
    this.attention.close()
  }

  /** @param {import('./connection.js').ConnectionState} state */
  connectionChanged(state) {
    this.connectionState = state
    if (state === 'open') this.look()
    if (state === 'open') this.outbox.open()
    else this.outbox.close()
    this.due()
  }

  /** Many messages may come at once: the views are brought up to date once. */
  due() {
    if (this.isDue) return
    this.isDue = true
    setTimeout(() => {
      this.isDue = false
      this.show()
    }, 0)
  }

  show() {
    const { floor } = this
    const chat = floor.chats.get(this.selected)
    const isOpen = this.connectionState === 'open'
    if (chat && this.isLookingAt(chat.id) && floor.look(chat) && chat.isOpen) this.outbox.mention('receipt', { interaction_id: chat.id, up_to: chat.version })
    const unread = floor.listed.reduce((sum, it) => sum + floor.unread(it), 0)
    this.root.dataset.view = this.selected ? 'chat' : 'list'
    this.topBar.show(floor.isReady, floor.readinessReason, this.connectionState)
    this.inviteList.show([...floor.invites.values()], floor.nowMs(), isOpen, this.outbox)
    this.chatList.show(floor, this.selected, this.agent.capacity)
    this.restingList.show(floor.nowMs(), isOpen)
    this.openList?.show(floor, isOpen)
    this.conversation.show(chat, floor, { isOpen, isSettled: floor.isSettled })
    this.attention.show(floor.invites.size, unread)
  }

  tick() {
    if (this.connectionState === 'open') this.openList?.fetch(performance.now()).then((isNews) => isNews && this.due())
    const nowMs = this.floor.nowMs()
    this.inviteList.tick(nowMs)
    this.chatList.tick(this.floor)
    if (this.floor.listed.some((chat) => chat.typing.size)) this.due()
    for (const invite of this.floor.invites.values()) if (nowMs > invite.until_ms + 5000 && this.connectionState === 'open') this.floor.invites.delete(invite.interaction_id)
  }

  /** @param {string} id */
  isLookingAt(id) {
    return id === this.selected && document.visibilityState === 'visible' && document.hasFocus()
  }

  /** @param {string} id a chat, or '' for the list */
  select(id) {
    const hash = id ? `#chat/${encodeURIComponent(id)}` : ''
    if (location.hash === hash) this.follow()
    else if (id) location.hash = hash
    else {
      history.replaceState(null, '', location.pathname)
      this.follow()
    }
  }

  /** The address says which chat is open, so Back and a reload work. */
  follow() {
    const before = this.selected
    this.selected = decodeURIComponent(CHAT_HASH.exec(location.hash)?.[1] ?? '')
    this.show()
    if (this.selected && this.selected !== before) this.conversation.focus()
    else if (!this.selected && before) this.chatList.focus(before)
  }

  /** @param {number} by */
  step(by) {
    const ids = this.floor.listed.map((chat) => chat.id)
    if (!ids.length) return
    const at = ids.indexOf(this.selected)
    this.select(ids[(at + by + ids.length) % ids.length] ?? ids[0])
  }

  /** @param {(chat: import('./chat.js').Chat) => void} act */
  withChat(act) {
    const chat = this.floor.chats.get(this.selected)
    if (chat?.isOpen) act(chat)
  }

  async toggleReady() {
    this.attention.wake()
    const refused = await this.outbox.write(this.floor.isReady ? 'not_ready' : 'ready', {})
    if (refused) toast(refused.text)
  }

  /**
   * @param {string} id
   * @param {boolean} isYes
   */
  async answer(id, isYes) {
    if (this.outbox.isUnderWay('accept', id) || this.outbox.isUnderWay('decline', id)) return
    if (isYes) this.accepted.push(id)
    const refused = await this.outbox.write(isYes ? 'accept' : 'decline', { interaction_id: id })
    if (refused) {
      this.floor.invites.delete(id)
      toast(isYes ? `This chat could not be taken: ${refused.text}` : refused.text)
      this.due()
    }
  }

  /** See what rests. */
  async look() {
    await this.restingList.fetch()
    this.due()
  }

  /** @param {string} id of a chat that a supervisor wants to look on */
  async monitor(id) {
    if (this.outbox.isUnderWay('monitor', id)) return
    this.floor.chats.delete(id) // It comes back with all that was said.
    this.accepted.push(id)
    const refused = await this.outbox.write('monitor', { interaction_id: id })
    if (refused) toast(`You cannot look on this chat: ${refused.text}`)
    this.due()
  }

  /** @param {string} id of a conversation that rests */
  async takeUp(id) {
    if (this.outbox.isUnderWay('take_up', id)) return
    this.floor.chats.delete(id) // It comes back with all that was said.
    this.accepted.push(id)
    const refused = await this.outbox.write('take_up', { interaction_id: id })
    this.restingList.drop(id)
    if (refused) toast(`This conversation could not be taken up: ${refused.text}`)
    this.due()
  }

  /** @param {import('./chat.js').Chat} chat */
  onJoined(chat) {
    const at = this.accepted.indexOf(chat.id)
    if (at < 0) return
    this.accepted.splice(at, 1)
    this.select(chat.id)
  }

  /**
   * Put a finished chat away; a slip can be undone.
   * @param {string} id
   */
  dismiss(id) {
    const chat = this.floor.chats.get(id)
    if (!chat) return
    this.floor.drop(id)
    if (this.selected === id) this.select('')
    toast(`The chat with ${inSentence(chat.nickname)} was put away.`, { label: 'Undo', act: () => { this.floor.chats.set(id, chat); this.due() } })
  }
}
