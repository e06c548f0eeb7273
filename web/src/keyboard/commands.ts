/** What can be done right now: every mounted part of the page brings its own commands. */

import { defineStore } from 'pinia'
import { computed, onBeforeUnmount, onMounted, shallowRef } from 'vue'

export interface Command {
  id: string
  title: string
  group: string
  /** Words that find it besides the title. */
  words?: string
  /** What it will do or write, shown beside the list. */
  preview?: string
  keys?: string
  run: () => void
}

type Source = () => Command[]

export const useCommands = defineStore('commands', () => {
  const sources = shallowRef<readonly Source[]>([])
  const all = computed(() => sources.value.flatMap((source) => source()))

  function add(source: Source): void {
    sources.value = [...sources.value, source]
  }

  function remove(source: Source): void {
    sources.value = sources.value.filter((item) => item !== source)
  }

  return { all, add, remove }
})

/** Offers these commands as long as the component is mounted. */
export function provideCommands(source: Source): void {
  const commands = useCommands()
  onMounted(() => commands.add(source))
  onBeforeUnmount(() => commands.remove(source))
}

/** Every typed word must be found; those that begin the title come first. */
export function found(commands: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const hit = (command: Command) => {
    const text = `${command.title} ${command.group} ${command.words ?? ''} ${command.id}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const first = words[0] ?? ''
  const rank = (command: Command) => (command.title.toLowerCase().startsWith(first) ? 0 : 1)
  return commands.filter(hit).sort((a, b) => rank(a) - rank(b))
}
