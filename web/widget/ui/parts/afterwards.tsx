/** @jsxImportSource ../jsx */
// What can be done with a chat that is over: `extras.download` and `extras.restart`.

import { wordButton } from '../controls'
import { clock } from '../formats'
import type { Child } from '../jsx/jsx-runtime'
import type { Line } from '../lines'
import { readerName, wordsOf } from '../names'
import type { Chat } from '../state'
import style from './afterwards.css?inline'

export { style }

export function afterwardsView(chat: Chat): Child {
  const { download, restart } = chat.options().extras ?? {}
  const again = () => chat.command('restart')
  return (
    <div class="cx-button-group cx-afterwards">
      {download && wordButton(chat, 'ActionsDownload', '', () => save(chat))}
      {restart && wordButton(chat, 'RestoreTimeoutAccept', 'cx-btn-primary', again)}
    </div>
  )
}

async function save(chat: Chat): Promise<void> {
  await chat.recall()
  const said = (line: Line) =>
    line.kind === 'system' ? wordsOf(chat, line) : `${readerName(chat, line)}: ${wordsOf(chat, line)}`
  const text = asText(chat.state.lines, said)
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${chat.say('ChatTitle')} ${clock(Date.now(), 24)}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url))
}

/** The conversation as text: a line for each, with its time. */
const asText = (lines: readonly Line[], said: (line: Line) => string): string =>
  lines.map((line) => `[${new Date(line.at).toLocaleString()}] ${line.file?.name ?? said(line)}\n`).join('')
