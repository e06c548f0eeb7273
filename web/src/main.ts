import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import 'element-plus/theme-chalk/el-message.css'
import 'element-plus/theme-chalk/el-message-box.css'
import './theme/tokens.css'
import './theme/base.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import { whenLoggedOut } from '@/api/client'
import { usePreferences } from '@/stores/preferences'
import { useSession } from '@/stores/session'

import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'

const app = createApp(App).use(createPinia()).use(i18n)

whenLoggedOut(() => {
  useSession().leave()
  const here = router.currentRoute.value
  if (!here.meta.open) void router.push({ name: 'login', query: { next: here.fullPath } })
})

// A newer version was installed while this page was open: its parts have other names now.
window.addEventListener('vite:preloadError', () => window.location.reload())

await usePreferences().apply()
app.use(router).mount('#app')
