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
/** Items on a page of ListCodeSigningConfigs and ListFunctionsByCodeSigningConfig (API reference). */
export const codeSigningPerPageMax = 10_000
/** Layers of a function. */
export const layersPerFunctionMax = 5
/** Items on a page of ListLayers and ListLayerVersions (API reference, MaxLayerListItems). */
export const layersPerPageMax = 50
/** /tmp of functions with SnapStart (developer guide, "Lambda SnapStart"). */
export const tmpMbMaxForSnapStart = 512
/** Items on a page of ListVersionsByFunction, whatever MaxItems says (API reference). */
export const versionsPerPageMax = 50
/** Items on a page of ListAliases. Ours: AWS takes up to 10,000 and does not say how many it gives. */
export const aliasesPerPageMax = 50
/** Concurrent executions of an account in a region. */
export const concurrencyMax = 1000
/** What must stay for functions that have none reserved (API reference, PutFunctionConcurrency). */
export const unreservedConcurrencyMin = 100
/** All packages of an account in a region. */
export const codeStorageBytesMax = 80_530_636_800
/** Items on a page of ListFunctionUrlConfigs, whatever MaxItems says (API reference). */
export const urlsPerPageMax = 50
/** A resource policy as JSON text (API reference, PutResourcePolicy; AddPermission keeps to the same). */
export const policyBytesMax = 20_480
/** Items on a page of ListFunctionEventInvokeConfigs (API reference: at most 50). */
export const eventInvokeConfigsPerPageMax = 50
/** Batches beyond it need a window, where the source is a queue (developer guide, "Using Lambda with Amazon SQS"). */
export const batchSizeUnwindowedMax = 10
/** Of one mapping (developer guide, "Control which events Lambda sends"; the quota can be raised to 10). */
export const filtersMax = 10
export const filterPatternCharactersMax = 4096
/** Items on a page of ListEventSourceMappings, whatever MaxItems says (API reference). */
export const mappingsPerPageMax = 100
/** What may wait of a streamed answer until the client has read it; then the function waits. Ours. */
export const streamWaitingMax = { bytes: 1024 * 1024, chunks: 1024 } as const
/**
 * What a stream may begin with for its head. Ours, as much as a browser takes: AWS tells a limit of API Gateway's alone,
 * 16 KB.
 */
export const preludeBytesMax = 256 * 1024
/** Of an account in a region (developer guide, "Capacity providers for Lambda Managed Instances"). */
export const capacityProvidersMax = 1000
/** Published versions of functions on one capacity provider (ibid.). */
export const versionsPerCapacityProviderMax = 100
/** vCPUs of a capacity provider for which none are said (ibid.). */
export const maxVCpuCountDefault = 400
/** Items on a page of ListCapacityProviders and ListFunctionVersionsByCapacityProvider (API reference). */
export const capacityProvidersPerPageMax = 50
/** Memory of functions, MB; of those on a capacity provider (developer guide, "Lambda Managed Instances"). */
export const memoryMbMax = 10_240
export const managedMemoryMbMin = 2048
/** /tmp of functions, MB; the model's own bound is that of functions on a capacity provider. */
export const ephemeralStorageMbMax = 10_240
/** Timeout of functions, seconds; the model's own bound is that of functions on a capacity provider. */
export const timeoutSecondsMax = 900
/** Items on a page of ListProvisionedConcurrencyConfigs, whatever MaxItems says (API reference). */
export const provisionedPerPageMax = 50
/** Times that one chain may come through a function (developer guide, recursive loops: "approximately 16 times"). */
export const recursionRoundsMax = 16
/** Functions that a trace remembers. Ours: it has to fit a header beside everything else. */
export const lineageEntriesMax = 8
