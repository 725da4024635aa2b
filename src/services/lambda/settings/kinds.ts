/** What may be set of a function, or of one of its versions or aliases, beside its configuration. */
export interface SettingKinds {
  /** Executions that are kept for the function, and the most that it may have; of the function as a whole. */
  readonly concurrency: { readonly reserved: number }
}
