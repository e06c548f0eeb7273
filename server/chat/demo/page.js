// The demo page's own script: its two languages, and a button that opens the chat.
'use strict'

const chinese = new Map()

function chat() {
  return document.querySelector('yizhan-chat')
}

function speak(english) {
  document.documentElement.lang = english ? 'en' : 'zh-CN'
  for (const node of document.querySelectorAll('[data-en]')) {
    if (!chinese.has(node)) chinese.set(node, node.textContent)
    node.textContent = english ? node.dataset.en : chinese.get(node)
  }
  document.getElementById('language').lang = english ? 'zh-CN' : 'en'
  if (chat()) chat().setAttribute('language', english ? 'en' : 'zh')
  sessionStorage.setItem('demo-language', english ? 'en' : 'zh')
}

document.getElementById('language').addEventListener('click', () => speak(document.documentElement.lang !== 'en'))
document.querySelector('[data-chat]').addEventListener('click', () => chat() && chat().open())
if (sessionStorage.getItem('demo-language') === 'en' || new URLSearchParams(location.search).get('lang') === 'en') speak(true)
