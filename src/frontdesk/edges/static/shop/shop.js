// The demo shop: a basket that remembers, and the chat box.

import { Basket } from './basket.js'
import { ChatBox } from './chat/box.js'

const page = /** @type {HTMLElement} */ (document.getElementById('page'))
const serviceUrl = document.documentElement.dataset.chatService ?? ''
const basket = new Basket(() => box.chat.tell(basket.userData))
const box = new ChatBox(serviceUrl, page, () => basket.userData)

for (const button of page.querySelectorAll('[data-opens-chat]')) button.addEventListener('click', () => box.open())
