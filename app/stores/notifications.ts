import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { NotificationList } from '#api/notifications.ts'
import { client } from '../client.ts'

/** The newest notifications, shared by the bell and their page. */
export const useNotifications = defineStore('notifications', () => {
  const list = ref<NotificationList | null>(null)

  async function load(): Promise<void> {
    list.value = await client.listNotifications({ query: { limit: 50 } })
  }

  async function read(notification: string): Promise<void> {
    await client.readNotification({ params: { notification } })
    await load()
  }

  async function readAll(): Promise<void> {
    await client.readAllNotifications({})
    await load()
  }

  return { list, load, read, readAll }
})
