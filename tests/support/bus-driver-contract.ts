import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BusDriver } from '#platform/adapters/bus/bus-driver.ts'
import type { CloudEvent } from '#platform/events/cloud-event.ts'

/** A destination as the contract sees it. */
export type BusGround = {
  /** A new driver to the same destination. */
  driver(): BusDriver
  /** What the destination holds, in its order. */
  received(): Promise<readonly { readonly id: string }[]>
  /** An event as it holds it; whole when absent. */
  form?(event: CloudEvent): { readonly id: string }
  /** Takes the destination away, without a word to who is connected. */
  takeAway(): Promise<void>
  /** Brings it back with what it held. */
  bringBack(): Promise<void>
  stop(): Promise<void>
}

let sequence = 0

export function someEvent(subject = 'team-a/chat'): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:kade:test',
    type: 'nl.kade.DeploymentCompleted.v1',
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    sequence: String(++sequence).padStart(16, '0'),
    data: { operation: randomUUID(), kind: 'create', revision: 1 },
  }
}

const soon = () => AbortSignal.timeout(10_000)

/** What every driver of the bus keeps to. */
export function busDriverContract(name: string, begin: () => Promise<BusGround>): void {
  describe(`the bus driver ${name}`, () => {
    let ground: BusGround
    const drivers: BusDriver[] = []
    const started = async () => {
      const driver = ground.driver()
      drivers.push(driver)
      await driver.start()
      return driver
    }
    const idsOf = async (wanted: readonly CloudEvent[]) => {
      const ids = new Set(wanted.map(one => one.id))
      return (await ground.received()).filter(one => ids.has(one.id)).map(one => one.id)
    }
    beforeAll(async () => {
      ground = await begin()
    })
    afterAll(async () => {
      await Promise.all(drivers.map(driver => driver.stop()))
      await ground?.stop()
    })

    it('hands a batch over whole and in order', async () => {
      const driver = await started()
      const batch = Array.from({ length: 30 }, () => someEvent())
      await driver.publish(batch, soon())
      const held = (await ground.received()).filter(one => batch.some(({ id }) => id === one.id))
      expect(held).toEqual(batch.map(one => ground.form?.(one) ?? one))
    })

    it('leaves an event that comes twice there once, also from another process', async () => {
      const [one, two] = [await started(), await started()]
      const batch = [someEvent(), someEvent()]
      await one.publish(batch, soon())
      await one.publish(batch, soon())
      await two.publish(batch, soon())
      expect(await idsOf(batch)).toEqual(batch.map(event => event.id))
    })

    it('says that it could not, while the destination is away, and goes on when it is back', async () => {
      const before = await started()
      const batch = [someEvent(), someEvent(), someEvent()]
      await before.publish([someEvent()], soon())
      await ground.takeAway()
      const during = await started()
      try {
        await expect(before.publish(batch, soon())).rejects.toThrow()
        await expect(during.publish(batch, soon())).rejects.toThrow()
      } finally {
        await ground.bringBack()
      }
      await before.publish(batch, soon())
      await during.publish([someEvent()], soon())
      expect(await idsOf(batch)).toEqual(batch.map(event => event.id))
    })

    it('ends with its signal, and lets nothing out after its stop', async () => {
      const driver = await started()
      const late = someEvent()
      await expect(driver.publish([late], AbortSignal.abort(new Error('late')))).rejects.toThrow(
        'late',
      )
      await driver.stop()
      await expect(driver.publish([late], soon())).rejects.toThrow()
      expect(await idsOf([late])).toEqual([])
    })
  })
}
