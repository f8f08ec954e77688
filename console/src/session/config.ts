/** What the deployment says of itself: `/config.json`, beside the console. */
export interface Config {
  /** The issuer of tokens (OpenID Connect). */
  authority: string
  client_id: string
  /** The address before `/v1`; empty where the console and the API have one origin. */
  api: string
}

let loaded: Promise<Config> | null = null

export function config(): Promise<Config> {
  loaded ??= fetch('/config.json', { cache: 'no-store' }).then((response) => {
    if (!response.ok) throw new Error(`/config.json answers ${response.status}`)
    return response.json() as Promise<Config>
  })
  return loaded
}
