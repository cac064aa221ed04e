/** What a request was made with. */
export type Credential = KeyCredential | MemberCredential;

/** An API key: its bearer acts as the workspace, and as no person. */
interface KeyCredential {
  readonly kind: "key";
  /** What idempotency keys belong to. */
  readonly credentialId: string;
  /** What rate limits are counted by. */
  readonly limitId: string;
  readonly apiKeyId: string;
  readonly workspaceId: string;
  /** What is kept for the bearer alone is sealed with this. It is in no database. */
  sealingSecret(): Promise<string>;
}

/** An access token that a person granted to an app: its bearer acts as the person, within the scopes. */
export interface MemberCredential {
  readonly kind: "member";
  /** What idempotency keys belong to: all tokens of one grant count as one. */
  readonly credentialId: string;
  /** What rate limits are counted by: a member of an app counts as one, however often they sign in. */
  readonly limitId: string;
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** What is kept for the bearer alone is sealed with this. It is in no database, and stays the same when tokens are renewed. */
  sealingSecret(): Promise<string>;
  /** Whether the app is a public client, which may be called from browsers. */
  readonly isPublicClient: boolean;
}
