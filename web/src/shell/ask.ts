/** Asks before something is taken away. */

import { ElMessageBox } from 'element-plus'

import { say } from '@/i18n'

export async function sure(question: string, yes = say('action.delete')): Promise<boolean> {
  try {
    await ElMessageBox.confirm(question, say('action.sure'), {
      confirmButtonText: yes,
      cancelButtonText: say('action.cancel'),
      confirmButtonClass: 'el-button--danger',
      type: 'warning',
    })
    return true
  } catch {
    return false
  }
}
