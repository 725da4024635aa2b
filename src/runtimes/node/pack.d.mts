/** @param folder is made anew; what a sandbox sees as /var/runtime is written into it. */
export function packRuntime(folder: string): void
