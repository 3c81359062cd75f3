// The demo shop: a basket that remembers, and the chat.

import { Basket } from './basket.js'
import { ShopChat } from './chat.js'

const basket = new Basket(() => chat.tell())
const chat = new ShopChat(() => basket.userData)

for (const button of document.querySelectorAll('[data-opens-chat]')) button.addEventListener('click', () => chat.open())
