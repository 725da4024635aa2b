/** The botocore wheel, which is a zip: finds and reads a service's newest model in it. */
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import type { BotocoreModel } from './model-table.ts'

export class ModelArchive {
  readonly #zip: ZipFile
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip
    this.#entries = entries
  }

  static async open(wheel: Buffer): Promise<ModelArchive> {
    const zip = await fromBufferPromise(wheel, { lazyEntries: true, autoClose: false })
    const entries = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
    return new ModelArchive(zip, entries)
  }

  /** The model of the newest API version of a service, by its botocore folder name. */
  async model(service: string): Promise<BotocoreModel> {
    const paths = [...this.#entries.keys()].filter(
      (path) =>
        path.startsWith(`botocore/data/${service}/`) && /\/service-2\.json(\.gz)?$/.test(path),
    )
    // API versions are dates: the last in order of text is the newest.
    const path = paths.toSorted().at(-1)
    const entry = path === undefined ? undefined : this.#entries.get(path)
    if (path === undefined || entry === undefined) throw new Error(`no model of ${service}`)
    const bytes = await buffer(await this.#zip.openReadStreamPromise(entry))
    return JSON.parse(
      (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
    ) as BotocoreModel
  }
}
