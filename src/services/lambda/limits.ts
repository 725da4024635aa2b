/** Quotas of the Lambda API, each with its source: "Lambda quotas" in the developer guide unless told. */

/** Deployment package uploaded directly, zipped. */
export const zippedBytesMax = 52_428_800
/** Request payload of a synchronous invocation. */
export const syncPayloadBytesMax = 6_291_456
/** All environment variables together, as JSON text: what the service's own error text says it measured. */
export const environmentBytesMax = 4096
export const tagsMax = 50
/** Client context, in its base64 form (API reference, Invoke). */
export const clientContextBytesMax = 3583
/** Items on a page of ListFunctions, whatever MaxItems says (API reference). */
export const functionsPerPageMax = 50
/** How long a link to a function's code works (GetFunction, API reference: ten minutes). */
export const codeLinkMs = 10 * 60_000
/** /tmp of functions with SnapStart (developer guide, "Lambda SnapStart"). */
export const tmpMbMaxForSnapStart = 512
/** Items on a page of ListVersionsByFunction, whatever MaxItems says (API reference). */
export const versionsPerPageMax = 50
/** Items on a page of ListAliases. Ours: AWS takes up to 10,000 and does not say how many it gives. */
export const aliasesPerPageMax = 50
