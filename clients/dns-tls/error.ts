/** `code` is an errno name, Node's name for what is wrong with TLS, `EOF`, `PROTOCOL` or `CLOSED`. */
export class DnsTlsError extends Error {
  override readonly name = 'DnsTlsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
