import { expect, it } from 'vitest'
import { isPublic } from './public-address.ts'

it.each([
  'http://127.0.0.1',
  'http://127.1',
  'http://0x7f.0.0.1',
  'http://0177.0.0.1',
  'http://2130706433',
  'http://0',
  'http://10.96.0.1:443',
  'http://100.64.0.1',
  'http://169.254.169.254/latest/meta-data',
  'http://0xa9fea9fe/',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://[::1]',
  'http://[::ffff:127.0.0.1]',
  'http://[fd00::1]',
  'http://[2001:db8::1]',
  'http://localhost:11434',
  'http://LOCALHOST',
  'http://localhost.',
  'http://api.localhost',
  'http://kubernetes',
  'http://kubernetes.default.svc',
  'http://litellm.team-b.svc.cluster.local:4000',
  'http://metadata.google.internal',
  'http://①②⑦.0.0.1',
  'postgresql://0x7f.1/app',
  'postgresql://2130706433/app',
  'mongodb://①②⑦.0.0.1',
  'postgresql://LOCALHOST',
  'mongodb://db.example.nl,10.0.0.1',
  'mongodb://db.example.nl,db.example.org',
  'redis://[::1]',
  'postgresql:///app',
])('keeps %s from an app', url => {
  expect(isPublic(new URL(url))).toBe(false)
})

it.each([
  'https://api.example.nl/v1',
  'https://8.8.8.8',
  'https://172.32.0.1',
  'http://svc.example.nl',
  'https://internal.example.nl:8443',
  'postgresql://db.example.nl:5432/app',
  'redis://8.8.8.8',
])('lets %s through', url => {
  expect(isPublic(new URL(url))).toBe(true)
})
