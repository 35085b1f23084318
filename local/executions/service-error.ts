/** The errors of the Lambda API that are answered here, with their HTTP status. */
const STATUS = {
  CallbackTimeoutException: 400,
  DurableExecutionAlreadyStartedException: 409,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  RequestTooLargeException: 413,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  UnknownOperationException: 404,
} as const;

export type ServiceErrorName = keyof typeof STATUS;

/** What a request is refused with; the SDK throws its own exception of that name. */
export class ServiceError extends Error {
  override readonly name: ServiceErrorName;

  constructor(name: ServiceErrorName, message: string) {
    super(message);
    this.name = name;
  }

  get status(): number {
    return STATUS[this.name];
  }
}

export const invalid = (message: string): ServiceError => new ServiceError('InvalidParameterValueException', message);
