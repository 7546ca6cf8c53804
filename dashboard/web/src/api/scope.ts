/** What figures are about. */
export type Scope =
  | { readonly kind: 'fleet' }
  | { readonly kind: 'site'; readonly siteId: string }
  | { readonly kind: 'device'; readonly deviceId: string };

/** The scope's part of an API path. */
export function scopePath(scope: Scope): string {
  switch (scope.kind) {
    case 'fleet':
      return 'fleet';
    case 'site':
      return `sites/${encodeURIComponent(scope.siteId)}`;
    case 'device':
      return `devices/${encodeURIComponent(scope.deviceId)}`;
  }
}
