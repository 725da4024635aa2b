/** How much structure a request may have. Sizes in bytes are the listener's to limit. */

/**
 * Nesting of JSON, XML and CBOR bodies and of form parameters. DynamoDB, the service with the deepest
 * values, allows 32 levels in an attribute value; a level there is two of ours.
 */
export const depthMax = 128

/** Parameters of one form or query string. An SQS batch of 10 with 10 attributes each has ~400. */
export const parametersMax = 20_000
