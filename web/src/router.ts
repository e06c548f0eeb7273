/** The addresses of the pages; everything behind the log-in asks the hub first. */

import { createRouter, createWebHistory } from 'vue-router'

import type { Permission } from '@/api/staff'
import { useSession } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
    permission?: Permission
  }
}

const section = (path: string, permission: Permission | undefined, load: () => Promise<unknown>) => ({
  path,
  name: `settings.${path}`,
  component: load,
  meta: permission ? { permission } : {},
})

export const SETTINGS = [
  section('profile', undefined, () => import('@/settings/own/ProfilePage.vue')),
  section('teams', 'teams.read', () => import('@/settings/teams/TeamsPage.vue')),
  section('users', 'users.read', () => import('@/settings/users/UsersPage.vue')),
  section('inboxes', 'inboxes.manage', () => import('@/settings/inboxes/InboxesPage.vue')),
  section('calendars', 'desk.read', () => import('@/settings/deadlines/CalendarsPage.vue')),
  section('policies', 'desk.read', () => import('@/settings/deadlines/PoliciesPage.vue')),
  section('queues', 'routing.read', () => import('@/routing/queues/QueuesPage.vue')),
  section('skills', 'routing.read', () => import('@/routing/skills/SkillsPage.vue')),
  section('rules', 'routing.read', () => import('@/routing/rules/RulesPage.vue')),
  section('house', 'routing.read', () => import('@/routing/house/HousePage.vue')),
  section('simulator', 'routing.read', () => import('@/routing/simulator/SimulatorPage.vue')),
  section('canned', 'canned.read', () => import('@/settings/canned/CannedPage.vue')),
  section('labels', 'labels.read', () => import('@/settings/labels/LabelsPage.vue')),
  section('tokens', 'tokens.own', () => import('@/settings/own/TokensPage.vue')),
  section('audit', 'audit.read', () => import('@/settings/operations/AuditPage.vue')),
  section('dead', 'operations.manage', () => import('@/settings/operations/DeadPage.vue')),
]

const tab = (path: string, load: () => Promise<unknown>) => ({
  path,
  name: `bot.${path}`,
  component: load,
  meta: { permission: 'bots.read' as const },
})

const BOT = [
  tab('try', () => import('@/bots/try/TryTab.vue')),
  tab('files', () => import('@/bots/files/FilesTab.vue')),
  tab('report', () => import('@/bots/report/ReportTab.vue')),
  tab('misses', () => import('@/bots/misses/MissesTab.vue')),
  tab('versions', () => import('@/bots/versions/VersionsTab.vue')),
]

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/access/LoginPage.vue'), meta: { open: true } },
    { path: '/setup', name: 'setup', component: () => import('@/access/SetupPage.vue'), meta: { open: true } },
    {
      path: '/',
      component: () => import('@/shell/AppShell.vue'),
      children: [
        { path: '', redirect: '/inbox/mine' },
        { path: 'inbox', redirect: '/inbox/mine' },
        {
          path: 'inbox/:view/:conversation?',
          name: 'inbox',
          component: () => import('@/inbox/InboxPage.vue'),
          meta: { permission: 'conversations.read' },
        },
        {
          path: 'search',
          name: 'search',
          component: () => import('@/search/SearchPage.vue'),
          meta: { permission: 'conversations.read' },
        },
        {
          path: 'supervision/:conversation?',
          name: 'supervision',
          component: () => import('@/supervision/SupervisionPage.vue'),
          meta: { permission: 'conversations.supervise' },
        },
        { path: 'bots', name: 'bots', component: () => import('@/bots/BotsPage.vue'), meta: { permission: 'bots.read' } },
        {
          path: 'bots/:id',
          component: () => import('@/bots/BotPage.vue'),
          props: true,
          redirect: (to) => ({ name: 'bot.try', params: to.params }),
          children: BOT,
        },
        {
          path: 'settings',
          name: 'settings',
          component: () => import('@/settings/SettingsShell.vue'),
          redirect: { name: 'settings.profile' },
          children: [
            ...SETTINGS,
            {
              path: 'inboxes/:id',
              name: 'settings.inbox',
              component: () => import('@/settings/inboxes/InboxPage.vue'),
              meta: { permission: 'inboxes.manage' },
            },
          ],
        },
      ],
    },
    { path: '/away', name: 'away', component: () => import('@/shell/AwayPage.vue'), meta: { open: true } },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('@/shell/NowherePage.vue'), meta: { open: true } },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const session = useSession()
  try {
    await session.restore()
  } catch {
    return { name: 'away', query: { next: to.fullPath } }
  }
  if (!session.me) return { name: 'login', query: { next: to.fullPath } }
  if (to.meta.permission && !session.may(to.meta.permission)) return { name: 'settings.profile' }
  return true
})
