/**
 * The shapes of a service model, in two forms.
 *
 * `*Table` types describe the generated JSON under `tables/`: shapes refer to each other by name, and
 * members keep botocore's trait names. The other types are what the rest of lambdad works with: the
 * same graph with every reference resolved (`load.ts` does it once per service). Both are read-only.
 * Read next: `load.ts`, then `src/wire/protocol.ts`, which turns shapes into codecs.
 */

export type ProtocolId = 'restJson1' | 'awsJson' | 'awsQuery' | 'ec2Query' | 'restXml' | 'rpcv2Cbor'

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'byte'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'bigdecimal'
  | 'blob'
  | 'timestamp'

export type TimestampFormat = 'iso8601' | 'rfc822' | 'unixTimestamp'

/** Where a member of a REST input or output travels; absent: in the body. */
export type Location = 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode'

export interface XmlNamespace {
  readonly prefix?: string
  readonly uri: string
}

/** Traits a member may have beside the shape it refers to. */
export interface MemberTraits {
  readonly location?: Location
  /** Name on the wire: header, query parameter, label or XML element. */
  readonly locationName?: string
  /** ec2Query only: the parameter's name, taken as it is. */
  readonly queryName?: string
  readonly flattened?: boolean
  readonly xmlAttribute?: boolean
  readonly xmlNamespace?: XmlNamespace
  readonly timestampFormat?: TimestampFormat
  readonly jsonvalue?: boolean
  readonly streaming?: boolean
  readonly idempotencyToken?: boolean
  readonly hostLabel?: boolean
  readonly box?: boolean
  /** In an event of an event stream: this member is the frame's payload, or one of its headers. */
  readonly eventpayload?: boolean
  readonly eventheader?: boolean
}

/** Traits of a shape itself. */
export interface ShapeTraits {
  /** Length of strings (UTF-16 units), blobs (bytes), lists and maps (entries); range of numbers. */
  readonly min?: number
  readonly max?: number
  /** A Java regular expression that the whole string must match. */
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly sensitive?: boolean
  readonly flattened?: boolean
  readonly jsonvalue?: boolean
  readonly streaming?: boolean
  readonly box?: boolean
  readonly timestampFormat?: TimestampFormat
  readonly locationName?: string
  readonly xmlNamespace?: XmlNamespace
}

export interface ErrorTraits {
  /** The code in query protocols, where it differs from the shape's name. */
  readonly code?: string
  readonly httpStatusCode?: number
  readonly senderFault?: boolean
}

interface StructureTraits extends ShapeTraits {
  /** The member that is the whole HTTP body (REST protocols). */
  readonly payload?: string
  readonly error?: ErrorTraits
  readonly exception?: boolean
  /** The service's fault, not the caller's. */
  readonly fault?: boolean
  readonly event?: boolean
  readonly eventstream?: boolean
  readonly union?: boolean
  /** Free-form JSON. */
  readonly document?: boolean
}

// ---- the tables ----

export interface MemberTable extends MemberTraits {
  readonly shape: string
}

export interface StructureTable extends StructureTraits {
  readonly type: 'structure'
  readonly required?: readonly string[]
  readonly members: Readonly<Record<string, MemberTable>>
}

export interface ListTable extends ShapeTraits {
  readonly type: 'list'
  readonly member: MemberTable
}

export interface MapTable extends ShapeTraits {
  readonly type: 'map'
  readonly key: MemberTable
  readonly value: MemberTable
}

export interface ScalarTable extends ShapeTraits {
  readonly type: ScalarType
}

export type ShapeTable = StructureTable | ListTable | MapTable | ScalarTable

export interface OperationTraits {
  readonly method: string
  /** Path template with labels, and literal query parameters: `/2018-10-31/layers?find=LayerVersion`. */
  readonly uri: string
  /** HTTP status of success; 200 when absent. */
  readonly status?: number
  readonly hostPrefix?: string
  /** awsQuery: the element around the output's members. */
  readonly resultWrapper?: string
  /** restXml: the name and namespace of the request's root element. */
  readonly inputName?: string
  readonly inputNamespace?: XmlNamespace
}

export interface OperationTableEntry extends OperationTraits {
  readonly input?: string
  readonly output?: string
}

export interface ServiceTraits {
  /** Our name of the service: the botocore folder and the file under `tables/`. */
  readonly id: string
  readonly serviceId: string
  readonly apiVersion: string
  /** The service in a SigV4 credential scope. */
  readonly signingName: string
  /** Every protocol the service answers; the first is what today's SDKs use. */
  readonly protocols: readonly ProtocolId[]
  /** awsJson: the part of X-Amz-Target before the dot; rpcv2Cbor: the service name in the path. */
  readonly targetPrefix?: string
  readonly jsonVersion?: '1.0' | '1.1'
  readonly xmlNamespace?: string
  /** The service once spoke awsQuery: errors carry the old code in `x-amzn-query-error`. */
  readonly queryCompatible?: boolean
}

export interface ServiceTable extends ServiceTraits {
  /** Where the table comes from and under which licence. */
  readonly source: string
  readonly operations: Readonly<Record<string, OperationTableEntry>>
  readonly shapes: Readonly<Record<string, ShapeTable>>
}

/** What `identifyService` needs to know of a service without loading its table. */
export interface CatalogEntry {
  readonly id: string
  readonly signingName: string
  readonly apiVersion: string
  readonly protocols: readonly ProtocolId[]
  readonly targetPrefix?: string
  /** First two segments of REST paths that are unmistakably this service's: `/2015-03-31/functions`. */
  readonly pathPrefixes?: readonly string[]
}

// ---- the resolved model ----

export interface Member extends MemberTraits {
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
}

export interface StructureShape extends StructureTraits {
  readonly type: 'structure'
  readonly name: string
  readonly members: readonly Member[]
}

export interface ListShape extends ShapeTraits {
  readonly type: 'list'
  readonly name: string
  readonly member: Member
}

export interface MapShape extends ShapeTraits {
  readonly type: 'map'
  readonly name: string
  readonly key: Member
  readonly value: Member
}

export interface ScalarShape extends ShapeTraits {
  readonly type: ScalarType
  readonly name: string
}

export type Shape = StructureShape | ListShape | MapShape | ScalarShape

export interface OperationModel extends OperationTraits {
  readonly name: string
  readonly input?: StructureShape
  readonly output?: StructureShape
}

export interface ServiceModel extends ServiceTraits {
  readonly operations: ReadonlyMap<string, OperationModel>
  /** Modelled exceptions, by shape name and by query code. */
  readonly errors: ReadonlyMap<string, StructureShape>
}
